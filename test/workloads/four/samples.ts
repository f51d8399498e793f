import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { killSwitch } from '../samples.ts';
import { type FourLab, stepLines } from './four-lab.ts';

export const samplesTold = (four: FourLab): void =>
  describe('samples: create, store, consolidate, verify', () => {
    const { put, keysOf, json } = four;
    const names = Array.from({ length: 12 }, (_, at) => `s${at + 10}`);
    const fragments = async () =>
      (await keysOf('variants', 'all/fragments/')).map(
        key => key.slice('all/fragments/'.length).split('.')[0],
      );

    it('a store that is killed half way goes on in other shards, and no sample is there twice', async () => {
      await put('variants', `all/${killSwitch}`, 'on');
      const first = await four.lab.lab(['submit', 'samples', '--samples', names.join(), '--wait']);
      const runId = first.out.trim();
      expect(first.code).toBe(4);
      expect(stepLines(first.err)).toEqual([
        '  create 12/12',
        '  store 0/12, 12 failed',
        '  consolidate 0/12, 12 blocked',
        '  verify 0/12, 12 blocked',
      ]);
      expect(await fragments()).toHaveLength(9);
      await four.lab.s3.send(new DeleteObjectCommand({ Bucket: 'variants', Key: `all/${killSwitch}` }));
      const again = await four.lab.lab([
        'retry',
        runId,
        '--items-per-shard',
        '5',
        '--memory',
        'x2',
        '--wait',
      ]);
      expect(again.err).toContain('round 1: 12 samples again (store 12, consolidate 12, verify 12)');
      expect([again.code, await fragments()]).toEqual([0, names]);
      const { items } = await json(['status', runId, '--step', 'store']);
      // Six were done when the three containers were killed, and three half done: the rest is two in each new shard.
      expect(items.map((row: { facts: { stored: number } }) => row.facts.stored)).toEqual(Array(12).fill(2));
      expect(again.err).toMatch(/store +3 +an array +1 +1,024/);
      expect(again.err).toMatch(/\n {2}store: at most (.* of (512 MiB|1 GiB) memory, )?.* an item\n/);
    });
  });
