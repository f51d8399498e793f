import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { broken } from '../plates.ts';
import { type FourLab, lastLine, stepLines } from './four-lab.ts';

export const platesTold = (four: FourLab): void =>
  describe('plates: archive, verify, seal, plate by plate, each step under a role of its own', () => {
    const { put, keysOf, json } = four;
    let runId = '';
    const submit = (plate: string, ...more: string[]) =>
      four.lab.lab(['plate', 'delete', '--plates', plate, ...more]);

    it('one bad plate holds no other, and is told once, at its cause', async () => {
      for (const plate of ['a', 'b', 'c'])
        await put('plates-live', `p/${plate}/1.tif`, plate === 'b' ? broken : plate);
      const ran = await four.lab.lab([
        'submit',
        'plates',
        '--plates',
        'a,b,c',
        '--name',
        'first batch',
        '--wait',
      ]);
      runId = ran.out.trim();
      expect(ran.code).toBe(4);
      expect(ran.err).toContain('3 plates, as one archive each');
      expect(stepLines(ran.err)).toEqual([
        '  archive 2/3, 1 failed',
        '  verify 2/3, 1 blocked',
        '  seal 2/3, 1 blocked',
      ]);
      expect(ran.err).toContain('1 plate failed (exit code 3): an image cannot be read\n  b\n');
      expect(await keysOf('plates-cold', 'tars/')).toEqual([
        'tars/a.seal',
        'tars/a.tar',
        'tars/c.seal',
        'tars/c.tar',
      ]);
    });

    it('the verifier may not write what it verifies, and the twin’s log says which statement it lacks', async () => {
      const { items } = await json(['status', runId, '--step', 'verify']);
      expect(items.map((row: { facts?: object }) => row.facts)).toEqual([
        { wrote: 'AccessDenied' },
        undefined,
        { wrote: 'AccessDenied' },
      ]);
      expect([items[1].state, items[1].reason]).toEqual(['blocked', 'waits for what failed']);
      expect((await four.lab.lab(['status', runId, '--json'])).out).not.toContain('Dependent Job');
      expect(four.lab.refusals).toContainEqual(
        expect.stringMatching(/platesverifier.* s3:PutObject on arn:aws:s3:::plates-cold\/tars\/a\.tar: /),
      );
    });

    it('a retry does the bad plate alone, in every step, and fetch brings what each has made', async () => {
      await put('plates-live', 'p/b/1.tif', 'b');
      const again = await four.lab.lab(['retry', runId, 'b', '--wait']);
      expect([again.code, again.err]).toEqual([
        0,
        expect.stringContaining('round 1: 1 plate again (archive 1, verify 1, seal 1)'),
      ]);
      const fetched = await four.lab.lab(['fetch', runId, '--to', 'plates']);
      expect([fetched.code, fetched.err]).toEqual([0, expect.stringContaining('9 files')]);
    });

    it('each step is seen by itself, and so is each round', async () => {
      const ofRound = async (round: string) =>
        (await json(['status', runId, '--round', round])).items.map(
          (row: { name: string; state: string }) => [row.name, row.state],
        );
      expect(await ofRound('0')).toEqual([
        ['a', 'done'],
        ['b', 'failed'],
        ['c', 'done'],
      ]);
      expect(await ofRound('1')).toEqual([['b', 'done']]);
      const verify = await four.lab.lab(['watch', runId, '--step', 'verify', '--round', '0']);
      expect([verify.code, verify.err]).toEqual([
        4,
        expect.stringContaining('3 items of step verify done, 1 wait'),
      ]);
      expect(verify.err).toContain('unreadable');
      expect(lastLine(verify.err)).toBe(`Next: npx lab retry ${runId} --round 0 --local`);
      const stranger = await four.lab.lab(['status', runId, 'a', '--round', '1']);
      expect([stranger.code, stranger.err]).toEqual([
        2,
        expect.stringContaining(`a: is in ${runId}, and not in round 1`),
      ]);
      const { counts } = await json(['status', runId, '--round', '1']);
      expect([counts.done, counts.waiting]).toEqual([1, 0]);
      const none = await four.lab.lab(['watch', runId, '--round', '2']);
      expect([none.code, none.err]).toEqual([
        2,
        expect.stringContaining('has no round 2\n  its rounds: 0 to 1'),
      ]);
      // What names no run is an item of the newest one.
      const proof = await four.lab.lab(['fetch', 'c', '--step', 'verify', '--to', 'proof']);
      expect([proof.code, proof.err]).toEqual([0, expect.stringContaining('1 file, 6 B; 1 fetched now')]);
      const why = await four.lab.lab(['logs', 'b', '--round', '0', '--step', 'archive']);
      expect(why.out).toContain('[b] unreadable');
    });

    it('what has failed is done again by its name while others go on, and what goes on is not', async () => {
      const go = join(four.lab.folder, 'go');
      await put('plates-live', 'p/d/1.tif', broken);
      await put('plates-live', 'p/e/1.tif', `slow:${go}`);
      await put('plates-live', 'p/f/1.tif', broken);
      const run = (await four.lab.lab(['submit', 'plates', '--plates', 'd,e,f'])).out.trim();
      const states = async () =>
        (await json(['status', run])).items.map((row: { state: string }) => row.state).join();
      while ((await states()) !== 'failed,running,failed') await sleep(100);
      const busy = await four.lab.lab(['retry', run, 'e']);
      expect([busy.code, busy.err]).toEqual([
        4,
        expect.stringContaining('e: is still under way in step archive'),
      ]);
      await put('plates-live', 'p/d/1.tif', 'd');
      const again = await four.lab.lab(['retry', run, 'd']);
      expect([again.code, again.err]).toEqual([
        0,
        expect.stringContaining('round 1: 1 plate again (archive 1, verify 1, seal 1)'),
      ]);
      while ((await states()) !== 'done,running,failed') await sleep(100);
      // A round is over before its run is.
      const round = await four.lab.lab(['watch', run, '--round', '1']);
      expect([round.code, round.err]).toEqual([0, expect.stringMatching(/^1 plate done/m)]);
      expect(lastLine(round.err)).toBe(`Next: npx lab fetch ${run} --round 1 --local`);
      await writeFile(go, '');
      const step = await four.lab.lab(['watch', run, '--step', 'archive', '--json']);
      expect(step.code).toBe(4);
      expect(
        step.out
          .split('\n')
          .filter(line => /"event":"(counts|ended)"/.test(line))
          .at(-1),
      ).toContain(`"event":"ended","run":"${run}","step":"archive","done":2,"partial":0,"failed":1`);
      const end = await four.lab.lab(['watch', run]);
      expect([end.code, end.err]).toEqual([4, expect.stringContaining('archive 2/3, verify 2/3, seal 2/3')]);
    });

    it('a retry of a round is of what that round had, and every choice narrows it', async () => {
      const dry = (...words: string[]) => four.lab.lab(['retry', 'latest', ...words, '--dry-run']);
      expect((await dry('--round', '1')).err).toContain('nothing to retry');
      expect((await dry('f', '--round', '1')).err).toContain('no plate is all of what was asked for');
      expect((await dry('x', '--round', '1')).err).toContain('x: is no plate of');
      await put('plates-live', 'p/f/1.tif', 'f');
      const again = await four.lab.lab(['retry', 'latest', '--round', '0', '--wait']);
      expect([again.code, again.err]).toEqual([
        0,
        expect.stringContaining('round 2: 1 plate again (archive 1, verify 1, seal 1)'),
      ]);
    });

    it('lab runs says how each stands, what was asked, and how long it took', async () => {
      const { out } = await four.lab.lab(['runs', 'plates']);
      expect(out.split('\n').slice(0, 3)).toEqual([
        expect.stringMatching(/^run +workload +state +done +took +what$/),
        expect.stringMatching(/ plates +done +3\/3 +\d+s$/),
        expect.stringMatching(/ plates +done +3\/3 +\d+s +first batch$/),
      ]);
    });

    it('members may not submit the deleter: keepers do, once they have said the word', async () => {
      const refused = await submit('a,', '--confirm', 'delete-1');
      expect(refused.code).toBe(3);
      expect(refused.err).toMatch(/batch:SubmitJob/);
      expect(four.lab.refusals.at(-1)).toMatch(/members.* batch:SubmitJob on .*plate-delete-x86/);
      const dry = await four.lab.lab(['plate', 'delete', '--plates', 'a,'], { as: 'keepers' });
      expect([dry.code, lastLine(dry.err)]).toEqual([
        0,
        'Next: npx lab plate delete --plates a, --local --confirm delete-1',
      ]);
      expect(await keysOf('plates-live', 'p/a/')).toHaveLength(1);
      const done = await four.lab.lab(
        ['plate', 'delete', '--plates', 'a,', '--confirm', 'delete-1', '--wait'],
        {
          as: 'keepers',
        },
      );
      expect([done.code, await keysOf('plates-live', 'p/a/')]).toEqual([0, []]);
    });

    it('the deleter’s role deletes what it names by its content, and nothing else', async () => {
      const deleter = await four.lab.s3As('arraylab-four-plate-delete-x86');
      const at = { Bucket: 'plates-live', Key: 'p/c/1.tif' };
      await expect(deleter.send(new DeleteObjectCommand(at))).rejects.toThrow(
        /not authorized to perform: s3:DeleteObject/,
      );
      const { ETag } = await deleter.send(new HeadObjectCommand(at));
      await deleter.send(new DeleteObjectCommand({ ...at, IfMatch: ETag }));
      expect(await keysOf('plates-live', 'p/c/')).toEqual([]);
      const elsewhere = { Bucket: 'plates-cold', Key: 'tars/c.tar', IfMatch: '"x"' };
      await expect(deleter.send(new DeleteObjectCommand(elsewhere))).rejects.toThrow(/not authorized/);
    });
  });
