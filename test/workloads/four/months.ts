import { Readable } from 'node:stream';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { type FourLab, lastLine, stepLines } from './four-lab.ts';

export const monthsTold = (four: FourLab): void =>
  describe('months over days and pairs', () => {
    const { put, json } = four;
    const archive = (...days: string[]) => Promise.all(days.map(day => put('noise', `days/${day}`, 'wave')));
    const all = ['01', '02'].flatMap(month => ['01', '02', '03'].map(day => `2019-${month}-${day}`));
    const submit = (...more: string[]) =>
      four.lab.lab(['submit', 'months', '--start', '2019-01', '--end', '2019-02', ...more, '--wait']);
    const rows = async (runId: string) =>
      (await json(['status', runId])).items.map((row: { name: string; state: string; step: string }) => [
        row.name,
        row.state,
        row.step,
      ]);

    it('a secret that nobody has filled is told before anything is submitted', async () => {
      const refused = await submit();
      expect([refused.code, refused.err]).toEqual([
        2,
        expect.stringContaining(
          'months/fdsn: its secret still holds the placeholder\n  npx lab secret set months/fdsn',
        ),
      ]);
      const wrong = await four.lab.lab(['secret', 'set', 'months/fdsn'], {
        stdin: Readable.from(['{"username":"ann"}']),
      });
      expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('holds no username and password')]);
      const stdin = Readable.from(['{"username":"ann","password":"x"}']);
      const set = await four.lab.lab(['secret', 'set', 'months/fdsn'], { stdin });
      expect([set.code, set.err]).toEqual([0, expect.stringContaining('months/fdsn is stored')]);
    });

    it('a bad day fails its month, blocks the report, and is done again with what was stacked without it', async () => {
      await archive(...all);
      await put('noise', 'days/2019-01-02', 'noise');
      const first = await submit();
      const runId = first.out.trim();
      expect(first.code).toBe(4);
      expect(stepLines(first.err)).toEqual([
        '  day 5/6, 1 failed',
        '  stack 2/4, 2 failed',
        '  report 0/2, 2 blocked',
      ]);
      expect(await rows(runId)).toEqual([
        ['2019-01', 'failed', 'day'],
        ['2019-02', 'blocked', 'report'],
      ]);
      const { items } = await json(['status', runId, '--step', 'day']);
      expect(items[0].facts).toEqual({ as: 'ann' });
      await archive('2019-01-02');
      const one = await four.lab.lab(['retry', runId, '2019-01-02', '--step', 'day', '--dry-run']);
      expect([one.code, one.err]).toEqual([0, expect.stringMatching(/^day +1 /m)]);
      const none = await four.lab.lab(['retry', runId, '2019-03-09', '--step', 'day']);
      expect([none.code, none.err]).toEqual([2, expect.stringContaining('nor an item of its step day')]);
      const again = await four.lab.lab(['retry', runId, '--wait']);
      expect(again.err).toContain('(day 1, stack 2, report 2)');
      expect([again.code, await rows(runId)]).toEqual([
        0,
        [
          ['2019-01', 'done', 'report'],
          ['2019-02', 'done', 'report'],
        ],
      ]);
    });

    it('a day that is nowhere leaves its month partial where that is allowed, until it is filled in', async () => {
      await four.lab.s3.send(new DeleteObjectCommand({ Bucket: 'noise', Key: 'days/2019-02-03' }));
      const first = await submit('--allow-missing', '1');
      const runId = first.out.trim();
      expect([first.code, first.err]).toEqual([
        0,
        expect.stringContaining('1 of them with something missing'),
      ]);
      const { items } = await json(['status', runId]);
      expect(items[1]).toMatchObject({ name: '2019-02', state: 'partial' });
      expect(items[1].steps[1].missing[0]).toEqual({ name: '2019-02-03', reason: 'was not correlated' });
      expect(await json(['retry', runId])).toMatchObject({ event: 'nothing to retry', done: 1, partial: 1 });
      expect(lastLine((await four.lab.lab(['retry', runId])).err)).toMatch(
        /^Next: npx lab retry \S+ --partial/,
      );
      expect(lastLine((await four.lab.lab(['retry', runId, '2019-02'])).err)).toBe(
        `Next: npx lab retry ${runId} 2019-02 --partial --local`,
      );
      expect((await four.lab.lab(['runs'])).out).toMatch(/partial +1\/2/);
      expect((await four.lab.lab(['why', runId])).err).toContain('1 done with something missing');
      expect((await four.lab.lab(['fetch', runId])).err).toMatch(
        /with something missing: 2019-02\n|nothing to fetch/,
      );
      await archive('2019-02-03');
      const again = await four.lab.lab(['retry', runId, '--partial', '--wait']);
      expect(again.err).toContain('(day 1, stack 2, report 2)');
      expect((await rows(runId)).map(([, state]: string[]) => state)).toEqual(['done', 'done']);
    });
  });
