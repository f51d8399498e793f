import { workloads } from '../../jobs/index.ts';
import { pypeliner } from '../../jobs/pypeliner/spec.ts';
import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import { causesText } from '../../lib/cli/output/causes-text.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { Lane } from '../../lib/contract/run/run.ts';
import type { LedgerRow } from '../../lib/ledger/ledger.ts';
import { causesOf } from '../../lib/report/causes.ts';
import { withLog } from '../../lib/report/read-tails.ts';
import { remedyFor } from '../../lib/report/remedies.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';

const row = (name: string, more: Partial<LedgerRow> = {}): LedgerRow => ({
  name,
  step: 'run',
  state: 'failed',
  round: 0,
  attempts: 1,
  exitCode: 1,
  steps: [],
  ...more,
});
const lane: Lane = {
  pool: 'arm64-spot',
  jobQueue: 'q',
  jobDefinition: 'd',
  vcpus: 2,
  memoryMiB: 16 * 1024,
  timeoutSeconds: 36_000,
  attempts: 3,
};
const config = resolveConfig(rapidtideLab, workloads);
const remedy = (cause: Parameters<typeof remedyFor>[0]) =>
  remedyFor(cause, {
    run: 'r',
    spec: rapidtide,
    config,
    isFrozen: false,
    suffix: ' --local',
    laneOf: () => lane,
  });
const noTails = () => undefined;

it('the same reason with another last line is another cause, and names and numbers make none', () => {
  const tails: Record<string, string[]> = {
    a: ['reading a.csv', "KeyError: 'Metadata_Well' at 0x7f01"],
    b: ['reading b.csv', "KeyError: 'Metadata_Well' at 0x7f99"],
    c: ['reading c.csv', 'no space left on device'],
  };
  const rows = ['a', 'b', 'c'].map(name => row(name, { reason: 'work.sh exited with 1' }));
  const causes = causesOf(rows, name => tails[name]);
  expect(causes.map(({ names, tail, tailOf }) => [names, tailOf, tail.at(-1)])).toEqual([
    [['a', 'b'], 'a', "KeyError: 'Metadata_Well' at 0x7f01"],
    [['c'], 'c', 'no space left on device'],
  ]);
  expect(new Set(causes.map(cause => cause.id)).size).toBe(2);
  // The same at another look, over other items.
  expect(causesOf([row('x', { reason: 'work.sh exited with 1' })], () => tails.b)[0]!.id).not.toBe(
    causes[1]!.id,
  );
});

it('what left no record shows the end of its log, however long that is, and without a log what is known', async () => {
  const rows = [row('a'), row('b', { logStream: 'job/b' })];
  const [cause] = causesOf(rows, noTails);
  const log = Array.from({ length: 30_000 }, (_, n) => ({ at: n, message: `line ${n}` }));
  const logs = { tail: async (_: string, count: number) => log.slice(-count) };
  const { tail, tailOf } = await withLog(logs, rows, cause!);
  expect([tailOf, tail.length, tail.at(-1)]).toEqual(['b', 20, 'line 29999']);
  const refused = { tail: async () => Promise.reject(new Error('no rights')) };
  expect(await withLog(refused, rows, cause!)).toEqual(cause);
});

it('what waits for what failed is one cause and stands last, however much it is', () => {
  const held = Array.from({ length: 9 }, (_, i) =>
    row(`h${i}`, { state: 'blocked', reason: `waits for ${i}` }),
  );
  const causes = causesOf([...held, row('a'), row('d', { state: 'done' })], noTails);
  expect(causes.map(({ kind, names }) => [kind, names.length])).toEqual([
    ['tool', 1],
    ['held', 9],
  ]);
  expect(remedy(causes[1]!).command).toBe('npx lab retry r --local');
});

it.each([
  ['killed at its limit: twice as much', 15.9, '--memory run=32GiB'],
  ['killed below it: its peak and a quarter', 12, '--memory run=16GiB'],
])('out of memory, %s', (_, peakGiB, option) => {
  const [cause] = causesOf(
    [
      row('a', { exitCode: 137, reason: 'OutOfMemoryError: killed', peakMemoryBytes: peakGiB * 2 ** 30 }),
      row('b', { exitCode: 137, reason: 'OutOfMemoryError: killed', peakMemoryBytes: 2 ** 30 }),
    ],
    noTails,
  );
  expect(cause).toMatchObject({
    kind: 'out-of-memory',
    names: ['a', 'b'],
    peakMemoryBytes: peakGiB * 2 ** 30,
  });
  expect(remedy(cause!).command).toBe(`npx lab retry r --cause ${cause!.id} ${option} --local`);
});

it.each([
  ['Job attempt duration exceeded timeout', 'timeout', '--timeout 20h'],
  ['Host EC2 (instance i-0b299fa1667a95f60) terminated.', 'reclaimed', '--pool arm64-ondemand'],
])('%s is %s', (reason, kind, option) => {
  const [cause] = causesOf([row('a', { reason })], noTails);
  expect(cause!.kind).toBe(kind);
  expect(remedy(cause!).command).toContain(option);
});

it('jobs of a workflow are tried again by it, and are told by the names that it gave them', () => {
  const [cause] = causesOf([row('j0000007', { reason: 'exited with 1' })], noTails);
  const again = remedyFor(cause!, {
    run: 'r',
    spec: pypeliner,
    config,
    isFrozen: false,
    isOpen: true,
    suffix: '',
    laneOf: () => lane,
  });
  expect(again.command).toBe('npx lab logs r --failed');
  const text = causesText(
    { write: () => true },
    [{ ...cause!, called: ['/align/bwa'], remedy: again }],
    pypeliner.item,
  );
  expect(text).toContain('\n  j0000007 (/align/bwa)\n');
  expect(text).not.toContain('lab retry');
});
