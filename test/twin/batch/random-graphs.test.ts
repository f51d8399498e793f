import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelJobCommand, type SubmitJobCommandInput, TerminateJobCommand } from '@aws-sdk/client-batch';
import fc from 'fast-check';
import type { JournalEntry } from '../../../lib/twin/batch/journal.ts';
import type { ContainerSpec, JobSpec, RunContainer } from '../../../lib/twin/batch/types.ts';
import { runs } from '../../helpers/runs.ts';
import { resources, startTestBatch } from './helper.ts';

/** A job of a graph: `waits` names earlier jobs by how far back they are. */
interface Node {
  readonly size: number | undefined;
  readonly sequential: boolean;
  readonly waits: readonly { readonly back: number; readonly byIndex: boolean }[];
  readonly attempts: number;
  /** What its attempts do, in turn: exit codes. */
  readonly codes: readonly number[];
  readonly end: { readonly how: 'cancel' | 'terminate'; readonly child: number | undefined } | undefined;
}

const nodes: fc.Arbitrary<Node> = fc.record({
  size: fc.option(fc.integer({ min: 2, max: 5 }), { nil: undefined }),
  sequential: fc.boolean(),
  waits: fc.array(fc.record({ back: fc.integer({ min: 1, max: 4 }), byIndex: fc.boolean() }), {
    maxLength: 3,
  }),
  attempts: fc.integer({ min: 1, max: 3 }),
  codes: fc.array(fc.constantFrom(0, 0, 0, 0, 1), { minLength: 1, maxLength: 7 }),
  end: fc.option(
    fc.record({
      how: fc.constantFrom('cancel' as const, 'terminate' as const),
      child: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    }),
    { freq: 4, nil: undefined },
  ),
});
const graphs = fc.array(nodes, { minLength: 2, maxLength: 8 });

/** What happened to containers: each start and each end, in order. */
interface Happening {
  readonly what: 'start' | 'end';
  readonly child: string;
  readonly attempt: number;
  readonly code?: number;
}

/** Containers that exit as their command says, a turn or a few later. */
function exiting(happenings: Happening[]): RunContainer {
  return (spec: ContainerSpec) => {
    const { jobId: child, attempt } = spec;
    happenings.push({ what: 'start', child, attempt });
    const index = Number(spec.environment.AWS_BATCH_JOB_ARRAY_INDEX ?? 0);
    const codes = spec.command.slice(1).map(Number);
    const nth = index + attempt - 1;
    let isOver = false;
    let end: (code: number) => void = () => undefined;
    const exited = new Promise<{ exitCode: number }>(done => {
      end = exitCode => {
        if (!isOver) happenings.push({ what: 'end', child, attempt, code: exitCode });
        isOver = true;
        done({ exitCode });
      };
    });
    setTimeout(() => end(codes[nth % codes.length]!), nth % 4);
    return { exited, signal: name => end(name === 'SIGTERM' ? 143 : 137) };
  };
}

async function submitGraph(twin: Awaited<ReturnType<typeof startTestBatch>>, graph: readonly Node[]) {
  const ids: string[] = [];
  const ending: Promise<unknown>[] = [];
  for (const [at, node] of graph.entries()) {
    const dependsOn: NonNullable<SubmitJobCommandInput['dependsOn']> = [];
    for (const { back, byIndex } of node.waits) {
      if (at - back < 0 || dependsOn.some(each => each.jobId === ids[at - back])) continue;
      const fits = byIndex && node.size !== undefined && graph[at - back]!.size === node.size;
      dependsOn.push({ jobId: ids[at - back]!, ...(fits ? { type: 'N_TO_N' as const } : {}) });
    }
    if (node.sequential && node.size !== undefined) dependsOn.push({ type: 'SEQUENTIAL' });
    ids.push(
      await twin.submit(['run', ...node.codes.map(String)], {
        jobName: `n${at}`,
        dependsOn,
        retryStrategy: { attempts: node.attempts },
        ...(node.size === undefined ? {} : { arrayProperties: { size: node.size } }),
      }),
    );
    if (!node.end) continue;
    const { how, child } = node.end;
    const jobId =
      child === undefined || node.size === undefined ? ids[at]! : `${ids[at]!}:${child % node.size}`;
    const Command = how === 'cancel' ? CancelJobCommand : TerminateJobCommand;
    ending.push(twin.client.send(new Command({ jobId, reason: how })));
  }
  await Promise.all(ending);
  return ids;
}

const childrenOf = (spec: JobSpec): string[] =>
  spec.size === undefined
    ? [spec.jobId]
    : Array.from({ length: spec.size }, (_, index) => `${spec.jobId}:${index}`);

/** Waits for the end of every job, and checks them against each other and against what happened. */
async function checkAll(
  twin: Awaited<ReturnType<typeof startTestBatch>>,
  specs: readonly JobSpec[],
  happenings: readonly Happening[],
): Promise<void> {
  const byId = new Map(specs.map(spec => [spec.jobId, spec]));
  for (const { jobId } of specs) await twin.until(jobId, 'SUCCEEDED', 'FAILED');
  const jobs = new Map<string, Awaited<ReturnType<typeof twin.describe>>>();
  for (const spec of specs)
    for (const id of [spec.jobId, ...childrenOf(spec)]) jobs.set(id, await twin.describe(id));
  const statusOf = (id: string) => jobs.get(id)!.status;
  const firstStart = (id: string) => happenings.findIndex(each => each.what === 'start' && each.child === id);
  const succeededAt = (id: string) => happenings.findIndex(each => each.child === id && each.code === 0);
  for (const spec of specs) {
    const children = childrenOf(spec);
    const isWhole = children.every(id => statusOf(id) === 'SUCCEEDED');
    expect(statusOf(spec.jobId)).toBe(isWhole ? 'SUCCEEDED' : 'FAILED');
    if (spec.size !== undefined) {
      const { SUCCEEDED = 0, FAILED = 0 } = jobs.get(spec.jobId)!.arrayProperties!.statusSummary!;
      expect([SUCCEEDED, FAILED]).toEqual([
        children.filter(id => statusOf(id) === 'SUCCEEDED').length,
        children.filter(id => statusOf(id) === 'FAILED').length,
      ]);
    }
    for (const [index, id] of children.entries()) {
      const own = happenings.filter(each => each.child === id);
      const starts = own.filter(each => each.what === 'start').map(each => each.attempt);
      // No attempt twice, one after the other, no more than may be, and none after a success.
      expect(starts).toEqual(Array.from(starts, (_, nth) => starts[0]! + nth));
      expect(jobs.get(id)!.attempts!.length).toBeLessThanOrEqual(spec.attempts);
      expect(Math.max(0, ...starts)).toBe(starts.length === 0 ? 0 : jobs.get(id)!.attempts!.length);
      const success = own.findIndex(each => each.code === 0);
      if (success >= 0) expect(success).toBe(own.length - 1);
      const awaited = spec.dependsOn.flatMap(({ jobId, type }) => {
        if (jobId === undefined) return index === 0 ? [] : [children[index - 1]!];
        const other = byId.get(jobId)!;
        return type === 'N_TO_N' ? [childrenOf(other)[index]!] : childrenOf(other);
      });
      for (const other of awaited) {
        if (starts[0] === 1) expect(firstStart(id)).toBeGreaterThan(succeededAt(other));
        if (statusOf(other) === 'FAILED') expect([id, statusOf(id), starts]).toEqual([id, 'FAILED', []]);
      }
    }
  }
}

const hosts = {
  ...resources,
  computeEnvironments: [{ ...resources.computeEnvironments[0]!, maxvCpus: 8 }],
};
const specsIn = (entries: readonly JournalEntry[]): JobSpec[] =>
  entries.flatMap(entry => (entry.kind === 'submitted' ? [entry.spec] : []));
const entriesOf = (text: string): JournalEntry[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as JournalEntry);

it('whatever waits for what, fails, is cancelled or terminated: every job ends, and none starts before its time', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async graph => {
      const happenings: Happening[] = [];
      const twin = await startTestBatch({ run: exiting(happenings), resources: hosts });
      try {
        await submitGraph(twin, graph);
        const specs = specsIn(entriesOf(readFileSync(join(twin.folder, 'journal.jsonl'), 'utf8')));
        await checkAll(twin, specs, happenings);
      } finally {
        await twin.stop();
      }
    }),
    { numRuns: runs(30) },
  );
});

/** What a journal tells of containers. */
function happeningsIn(entries: readonly JournalEntry[]): Happening[] {
  const attempts = new Map<string, number>();
  const specs = new Map(specsIn(entries).map(spec => [spec.jobId, spec]));
  return entries.flatMap((entry): Happening[] => {
    if (entry.kind !== 'started' && entry.kind !== 'ended') return [];
    const child = childrenOf(specs.get(entry.jobId)!)[entry.index]!;
    const attempt = (attempts.get(child) ?? 0) + (entry.kind === 'started' ? 1 : 0);
    attempts.set(child, attempt);
    if (entry.kind === 'started') return [{ what: 'start', child, attempt }];
    if (!entry.attempt) return [];
    const code = entry.attempt.exitCode;
    return [{ what: 'end', child, attempt, ...(code === undefined ? {} : { code }) }];
  });
}

/** The children that somebody had asked to end before they started, or to end at all. */
function notWanted(entries: readonly JournalEntry[]): Set<string> {
  const specs = new Map(specsIn(entries).map(spec => [spec.jobId, spec]));
  const started = new Set<string>();
  const unwanted = new Set<string>();
  for (const entry of entries) {
    if (entry.kind !== 'started' && entry.kind !== 'stopping' && entry.kind !== 'cancelling') continue;
    const all = childrenOf(specs.get(entry.jobId)!);
    const meant = entry.index === undefined ? all : [all[entry.index]!];
    for (const id of meant)
      if (entry.kind === 'started') started.add(id);
      else if (entry.kind === 'stopping' || !started.has(id)) unwanted.add(id);
  }
  return unwanted;
}

it('a twin that was killed at any moment goes on from there: nothing is lost, no attempt is made twice', async () => {
  const moments = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(graphs, moments, async (graph, cuts) => {
      const first = await startTestBatch({ run: exiting([]), resources: hosts });
      for (const id of await submitGraph(first, graph)) await first.until(id, 'SUCCEEDED', 'FAILED');
      await first.halt();
      const whole = readFileSync(join(first.folder, 'journal.jsonl'), 'utf8');
      rmSync(first.folder, { recursive: true });
      const lines = whole.split('\n');
      const asked = lines.flatMap((line, at) => (/"(stopping|cancelling)"/.test(line) ? [at + 1] : []));
      for (const text of [
        // What a kill leaves: everything that was written until then, the last line torn.
        ...cuts.map(cut => whole.slice(0, Math.floor(cut * whole.length))),
        // Killed while it carried out what somebody had asked for.
        ...asked.map(count => `${lines.slice(0, count).join('\n')}\n`),
      ]) {
        const before = entriesOf(text.slice(0, text.lastIndexOf('\n') + 1));
        const folder = mkdtempSync(join(tmpdir(), 'twin-batch-'));
        writeFileSync(join(folder, 'journal.jsonl'), text);
        const happenings = happeningsIn(before);
        const then = happenings.length;
        const twin = await startTestBatch({ run: exiting(happenings), resources: hosts, folder });
        try {
          await checkAll(twin, specsIn(before), happenings);
          const unwanted = notWanted(before);
          expect(happenings.slice(then).filter(each => unwanted.has(each.child))).toEqual([]);
        } finally {
          await twin.stop();
        }
      }
    }),
    { numRuns: runs(15) },
  );
});
