import type { Store } from '../contract/ports/ports.ts';
import { manifestKey, type RunRef, requestKey, workloadPrefix } from '../contract/run/keys.ts';
import { readPlans } from '../contract/run/read-plans.ts';
import { readRequest } from '../contract/run/read-stored.ts';
import type { RoundPlan, StoredRequest } from '../contract/run/run.ts';
import { LabError } from '../contract/workload/errors.ts';

/** A run as its bucket has it. */
export interface StoredRun extends RunRef {
  readonly request: StoredRequest;
  readonly rounds: readonly RoundPlan[];
}

/** The run with this id, or beginning of one, or `latest`. Throws LabError when none or several fit. */
export async function findRun(store: Store, text: string, workloads: readonly string[]): Promise<RunRef> {
  // A whole id is looked up: no listing, however many runs there are.
  if (/^\d{8}t\d{6}z-[0-9a-f]{6}$/.test(text))
    for (const workload of workloads)
      if (await store.head(manifestKey({ workload, runId: text }))) return { workload, runId: text };
  const runs = await listRuns(store, workloads);
  if (runs.length === 0)
    throw new LabError({
      where: text,
      message: 'nothing has been submitted to this lab yet',
      fix: 'npx lab submit --help; what was submitted with --local is seen with --local alone',
    });
  if (text === 'latest' && runs.length > 0) return runs[0]!;
  const fits = runs.filter(
    run => run.runId === text || run.runId.startsWith(text) || run.runId.endsWith(`-${text}`),
  );
  const exact = fits.find(run => run.runId === text);
  if (exact) return exact;
  if (fits.length === 1) return fits[0]!;
  throw new LabError({
    where: text,
    message:
      fits.length === 0
        ? 'there is no such run'
        : `fits several runs: ${fits
            .slice(0, 4)
            .map(run => run.runId)
            .join(', ')}`,
    fix: 'npx lab runs, which lists them; what is given first is the run, and latest is the newest',
  });
}

/** Every run, newest first: a request for a thousand runs of a workload, whatever they hold. */
export async function listRuns(store: Store, workloads: readonly string[]): Promise<readonly RunRef[]> {
  const lists = await Promise.all(
    workloads.map(async workload => {
      const prefix = workloadPrefix(workload);
      const runs: RunRef[] = [];
      for await (const folder of store.folders(prefix))
        runs.push({ workload, runId: folder.slice(prefix.length, -1) });
      return runs;
    }),
  );
  return lists.flat().sort((a, b) => (a.runId < b.runId ? 1 : -1));
}

/** What every command says of a run without a plan, which is written before any job. */
export const neverSubmitted = ({ runId }: RunRef): LabError =>
  new LabError({
    where: runId,
    message:
      'was never submitted: it has no plan, for its submission was interrupted, or is still under way; nothing of it runs',
    fix: 'where the command that submitted it has ended, submit it again',
  });

/** A run of which something was submitted; of an open one, that takes jobs as they come, there may be nothing yet. Throws LabError. */
export async function readSubmitted(store: Store, ref: RunRef): Promise<StoredRun> {
  const run = await readRun(store, ref);
  if (run.rounds.length === 0 && !run.request.request.open) throw neverSubmitted(ref);
  return run;
}

/** What was asked for. Throws LabError where it is not there: `request.json` is written before any job. */
export async function readStoredRequest(store: Store, run: RunRef): Promise<StoredRequest> {
  const body = await store.get(requestKey(run));
  if (!body) throw neverSubmitted(run);
  return readRequest(body);
}

/** Reads a run's request and rounds. Throws LabError when it is not whole. */
export async function readRun(store: Store, run: RunRef): Promise<StoredRun> {
  const request = await readStoredRequest(store, run);
  const rounds = await readPlans(store, run, { from: 0, isOpen: request.request.open === true });
  return { ...run, request, rounds };
}
