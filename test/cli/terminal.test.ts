import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { causesText } from '../../lib/cli/output/causes-text.ts';
import { harmless, type Stream, table, width, writeAll } from '../../lib/cli/output/output.ts';
import { progressLine } from '../../lib/cli/output/progress.ts';
import { paceMeter } from '../../lib/cli/watch/pace.ts';

const terminal = (columns: number): Stream => ({ write: () => true, isTTY: true, columns });
type Bar = Parameters<typeof progressLine>[1];
const barOf = (counts: Partial<Bar['counts']>, atWork = counts.running ?? 0): Bar => {
  const all = { done: 0, failed: 0, running: 0, waiting: 0, cancelled: 0, partial: 0, blocked: 0, ...counts };
  const total = Object.values(all).reduce((sum, count) => sum + count, 0);
  return { total, counts: all, steps: [], atWork };
};
const shown = (columns: number, bar: Bar, pace = { perSecond: 0 }): string =>
  stripVTControlCharacters(progressLine(terminal(columns), bar, pace));

describe('the progress line', () => {
  it('of 20,000 items in shards of 50, counts as running what is worked on, not what its shard holds', () => {
    const line = shown(120, barOf({ done: 50, running: 100, waiting: 19_850 }, 2));
    expect(line).toContain('50/20,000 done · 2 running · 19,948 waiting');
  });

  it('fits any terminal and never loses how many failed', () => {
    const count = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(
        fc.record({
          done: count,
          partial: count,
          failed: count,
          running: count,
          waiting: count,
          cancelled: count,
        }),
        fc.integer({ min: 40, max: 200 }),
        fc.constantFrom({ perSecond: 0 }, { perSecond: 0.3, leftSeconds: 86_399 }),
        (counts, columns, pace) => {
          const line = shown(columns, barOf(counts), pace);
          expect(width(line)).toBeLessThan(columns);
          if (counts.failed > 0) expect(line).toContain(`${counts.failed.toLocaleString('en-US')} failed`);
        },
      ),
    );
  });

  it('on a terminal that says it has no columns, shows what it shows on 80', () => {
    const bar = barOf({ done: 1, failed: 1, running: 1, waiting: 5 });
    expect(shown(0, bar)).toBe(shown(80, bar));
    expect(shown(0, bar)).toContain('1/8 done · 1 failed · 1 running · 5 waiting');
  });

  it('on 40 columns still shows what runs and when it ends', () => {
    const line = shown(40, barOf({ done: 1, failed: 1, running: 1, waiting: 5 }), {
      perSecond: 1,
      leftSeconds: 90,
    } as never);
    expect(line).toBe('1/8 done · 1 failed · 1 running');
  });
});

it('why something failed is told to its end on any terminal', () => {
  const reason =
    '2 of 9 station-days are missing: CI.PASC 2019-01-02 (no file of BHZ), CI.RPV 2019-01-03 (BHN cannot be read)';
  const cause = {
    ...{ id: '1b7e', kind: 'tool', step: 'stack', exitCode: 64, names: ['2019-01'], tail: ['x'.repeat(200)] },
    ...{ reason, remedy: { text: 'mend its input, '.repeat(9).trim(), command: 'npx lab retry' } },
  };
  const text = causesText(terminal(80), [cause as never], { one: 'unit', many: 'units' });
  const lines = stripVTControlCharacters(text).split('\n');
  expect(lines.filter(line => width(line) > 80)).toEqual([]);
  expect(lines.slice(0, 3).join('').replace(/ +/g, ' ')).toContain(reason.slice(-40));
});

describe('time left', () => {
  /** Items of `each` seconds, `atOnce` at a time, after a start of `start` seconds: seconds told, and true. */
  function toldAndTrue(start: number, each: number, atOnce: number, items: number) {
    const meter = paceMeter();
    const endsAt = (item: number): number => start + (Math.floor(item / atOnce) + 1) * each;
    const found: (readonly [number, number])[] = [];
    for (let now = 1; now < endsAt(items - 1); now++) {
      const ended = Array.from({ length: items }, (_, item) => item).filter(
        item => endsAt(item) <= now,
      ).length;
      const { leftSeconds } = meter(ended, items - ended, now);
      if (leftSeconds !== undefined) found.push([leftSeconds, endsAt(items - 1) - now]);
    }
    return found;
  }

  it('is not taken from the minutes in which hosts came and images were pulled', () => {
    // 40 items of 6 s, two at once, after 20 s, or 5 min: told as 14m38s at first where it took two minutes.
    for (const start of [20, 300]) {
      const looks = toldAndTrue(start, 6, 2, 40);
      expect(looks.length).toBeGreaterThan(90);
      // How far the items under way are, nobody can know.
      for (const [told, left] of looks) expect(Math.abs(told - left)).toBeLessThanOrEqual(left * 0.9 + 6);
    }
  });

  it('of a run that was half done when somebody began to watch, is that of the other half', () => {
    const meter = paceMeter();
    expect(meter(500, 500, 0).leftSeconds).toBeUndefined();
    meter(501, 499, 10);
    expect(meter(511, 489, 110).leftSeconds).toBeCloseTo(4890);
  });
});

describe('what a tool printed', () => {
  const moves = [
    '\u001b[2J',
    '\u001b]0;title\u0007',
    '\u009b2J',
    '\u001bc',
    '\u001b[6n',
    'a\rb',
    '\b',
    '\u007f',
  ];

  it('does nothing to a terminal but colour it', () => {
    for (const text of moves) {
      const told = harmless(terminal(80), text);
      expect(told).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
    expect(harmless(terminal(80), '\u001b[31mred')).toBe('\u001b[31mred\u001b[0m');
    expect(harmless(terminal(80), 'a\tb é 日')).toBe('a\tb é 日');
  });

  it('is as it was in a file or a pipe', () => {
    for (const text of moves) expect(harmless({ write: () => true }, text)).toBe(text);
  });
});

it('a table that a narrow terminal cannot hold is a block of lines a row', () => {
  const head = ['step', 'shards', 'as', 'vCPUs', 'MiB', 'timeout', 'pool'];
  const rows = [['run', '20,000', '2 arrays', '8', '60,000', '10h00m', 'arm64-ondemand']];
  const text = table(terminal(40), head, rows);
  expect(text.split('\n').every(line => width(line) <= 40)).toBe(true);
  expect(text).toContain('timeout  10h00m\npool     arm64-ondemand\n');
  expect(table(terminal(80), head, rows).split('\n')).toHaveLength(3);
});

it('a reader that is behind is waited for as often as it takes, and nothing is left listening', async () => {
  const pipe = new PassThrough({ highWaterMark: 10 });
  let read = '';
  const reading = (async () => {
    for await (const chunk of pipe) read += chunk;
  })();
  for (let line = 0; line < 50; line++) await writeAll(pipe, `line ${line} of what a tool printed\n`);
  expect([...pipe.eventNames()].flatMap(name => pipe.listenerCount(name)).every(count => count < 5)).toBe(
    true,
  );
  pipe.end();
  await reading;
  expect(read.trim().split('\n')).toHaveLength(50);
});
