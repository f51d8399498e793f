import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunFacts, ShownCause } from '../../../lib/report/facts.ts';
import { pageAssets } from '../../../lib/report/page/assets.ts';
import { runPage } from '../../../lib/report/page/run-page.ts';

/** Writes pages of runs of 10 and of 10,000 items, and one of a plate's wells, into a folder: the same numbers every time. */
const [folder = '.'] = process.argv.slice(2);
const kinds = [
  'done',
  'done',
  'done',
  'done',
  'done',
  'done',
  'done',
  'failed',
  'blocked',
  'partial',
] as const;

function factsOf(names: readonly string[]): RunFacts {
  const states = names.map((_, index) => kinds[(index * 7) % kinds.length]!);
  const count = (state: string): number => states.filter(each => each === state).length;
  const counts = {
    done: count('done'),
    partial: count('partial'),
    failed: count('failed'),
    running: 0,
    waiting: 0,
    blocked: count('blocked'),
    cancelled: 0,
  };
  const hosts = Array.from(
    { length: Math.ceil(names.length / 25) },
    (_, n) => `i-${String(n).padStart(17, '0')} m7g.4xlarge`,
  );
  const end = (index: number): number => Math.floor(index / hosts.length) * 600 + 60 + ((index * 37) % 500);
  const lane = {
    pool: 'p',
    jobQueue: '',
    jobDefinition: '',
    vcpus: 4,
    memoryMiB: 16_384,
    timeoutSeconds: 3600,
    attempts: 3,
  };
  return {
    run: '20260101t000000z-0000aa',
    title: 'A workload',
    noun: { one: 'participant', many: 'participants' },
    lab: 'lab',
    region: 'us-east-1',
    createdAt: '2026-01-01T00:00:00.000Z',
    lastAt: '2026-01-02T00:00:00.000Z',
    ended: true,
    rounds: 1,
    counts,
    steps: [{ step: 'run', items: names.length, counts }],
    items: {
      names,
      states,
      steps: names.map(() => 'run'),
      attempts: names.map((_, index) => 1 + (index % 11 === 0 ? 1 : 0)),
      seconds: names.map((_, index) => (states[index] === 'blocked' ? null : 60 + ((index * 37) % 500))),
      memory: names.map((_, index) => (states[index] === 'blocked' ? null : 1000 + ((index * 13) % 15_000))),
      reasons: ['work.sh exited with 3', 'waits for what failed'],
      reasonOf: states.map(state => (state === 'failed' ? 0 : state === 'blocked' ? 1 : -1)),
    },
    gantt: {
      from: '2026-01-01T00:00:00.000Z',
      hosts,
      host: names.map((_, index) => index % hosts.length),
      lane: names.map(() => 0),
      start: names.map((_, index) => Math.floor(index / hosts.length) * 600),
      end: names.map((_, index) => end(index)),
      exit: states.map(state => (state === 'failed' ? 3 : 0)),
      shard: names.map((_, index) => index),
      step: names.map(() => 0),
      steps: ['run'],
      scratch: names.map((_, index) => (index % 90) / 2),
    },
    unknownAttempts: 0,
    usage: {
      types: [],
      attempts: names.length,
      jobHours: 10,
      vcpuHours: 40,
      wastedHours: 1,
      bytesIn: 0,
      bytesOut: 0,
    },
    sizes: [
      { step: 'run', items: counts.done, asked: lane, memory: { p50: 8000, p95: 15_000, max: 15_990 } },
    ],
    prices: { date: '2026-01', region: 'us-east-1', source: 'test' },
    provenance: {
      workload: 'w',
      version: '1',
      manifestSha256: 'f'.repeat(64),
      images: [],
      parameters: {},
      arguments: [],
      files: {},
    },
  };
}
const cause: ShownCause = {
  id: '1b7e',
  kind: 'tool',
  reason: 'work.sh exited with 3',
  step: 'run',
  tail: ['KeyError: Metadata_Well'],
  count: 1000,
  some: ['p7'],
  text: 'ended by itself: mend its input, then',
  command: 'npx lab retry 20260101t000000z-0000aa --cause 1b7e',
};
const wells = Array.from(
  { length: 384 },
  (_, n) => `${String.fromCharCode(65 + Math.floor(n / 24))}${String((n % 24) + 1).padStart(2, '0')}`,
);
const days = Array.from({ length: 365 }, (_, n) =>
  new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10),
);
const lists = {
  small: Array.from({ length: 10 }, (_, n) => `p${n}`),
  large: Array.from({ length: 10_000 }, (_, n) => `sub-${String(n).padStart(5, '0')}`),
  plate: wells,
  year: days,
};
const assets = await pageAssets();
for (const [name, names] of Object.entries(lists))
  await writeFile(
    join(folder, `${name}.html`),
    runPage({ facts: factsOf(names), causes: [cause], scratchGiB: 50, madeAt: new Date(0) }, assets),
  );
