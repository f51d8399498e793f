import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import fc from 'fast-check';
import { escaped } from '../../lib/contract/workload/html.ts';
import type { RunFacts } from '../../lib/report/facts.ts';
import { asData } from '../../lib/report/page/html.ts';
import { pageScript } from '../../lib/report/page/page-script.ts';
import { runPage } from '../../lib/report/page/run-page.ts';

const counts = { done: 0, partial: 0, failed: 1, running: 0, waiting: 0, blocked: 0, cancelled: 0 };
const factsOf = (name: string, reason: string): RunFacts => ({
  run: 'r',
  title: 'Title',
  noun: { one: 'plate', many: 'plates' },
  lab: 'lab',
  region: 'us-east-1',
  createdAt: '2026-01-01T00:00:00.000Z',
  ended: true,
  rounds: 1,
  counts,
  steps: [{ step: 'run', items: 1, counts }],
  items: {
    names: [name],
    states: ['failed'],
    steps: ['run'],
    attempts: [1],
    seconds: [null],
    memory: [null],
    reasons: [reason],
    reasonOf: [0],
  },
  gantt: {
    hosts: [],
    host: [],
    lane: [],
    start: [],
    end: [],
    exit: [],
    shard: [],
    step: [],
    steps: [],
    scratch: [],
  },
  unknownAttempts: 0,
  usage: { types: [], attempts: 0, jobHours: 0, vcpuHours: 0, wastedHours: 0, bytesIn: 0, bytesOut: 0 },
  sizes: [],
  prices: { date: '', region: '', source: '' },
  provenance: {
    workload: 'w',
    version: '1',
    manifestSha256: 'f'.repeat(64),
    images: [],
    parameters: { script: name },
    arguments: [],
    files: {},
  },
});

it('no name, reason or line of a log becomes a part of the page: what was shown is what was said', () => {
  const wild = fc.oneof(
    fc.string(),
    fc.constantFrom('</script><b>', '<!--', '"onload="x', "'", '&lt;', '\u2028'),
  );
  fc.assert(
    fc.property(wild, wild, wild, (name, reason, line) => {
      const cause = {
        id: '1',
        kind: 'tool',
        reason,
        step: 'run',
        tail: [line],
        count: 1,
        some: [name],
      } as const;
      const shown = { ...cause, text: 'mend it', command: `lab retry ${name}` };
      const page = (texts: readonly [string, string, string]): string =>
        [
          ...runPage(
            {
              facts: factsOf(texts[0], texts[1]),
              causes: [{ ...shown, some: [texts[0]], reason: texts[1], tail: [texts[2]], command: texts[0] }],
              scratchGiB: 0,
              madeAt: new Date(0),
            },
            { style: '', scripts: [] },
          ),
        ].join('');
      const tags = (text: string): number => text.split(/<[a-z/!]/i).length;
      expect(tags(page([name, reason, line]))).toBe(tags(page(['x', 'y', 'z'])));
      expect(JSON.parse([...asData({ name, reason })].join(''))).toEqual({ name, reason });
      expect(escaped(name)).not.toMatch(/[<>"']/);
    }),
  );
});

it('the page’s script is all of its modules as one that imports nothing', async () => {
  const text = await pageScript();
  // Throws for a name that two modules declare, and for what is left of an import.
  expect(() => new Script(text)).not.toThrow();
  const folder = join(import.meta.dirname, '../../lib/report/page/client');
  expect((text.match(/^\/\/ module: .*$/gm) ?? []).length).toBe(readdirSync(folder).length);
});
