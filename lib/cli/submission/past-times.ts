import { readAttempts } from '../../ledger/attempts.ts';
import { type StepTimes, timesOfRun } from '../../report/estimate.ts';
import { listRuns, readRun } from '../../runs/stored-run.ts';
import type { Connection } from '../context.ts';

/** Of the newest runs, so many; of each step of theirs, so many records: an estimate is not to cost what it estimates. */
const runsRead = 3;
const recordsRead = 64;

/** What items took in the newest runs of a workload that have something done. */
export async function pastTimes({ store }: Pick<Connection, 'store'>, workload: string): Promise<StepTimes> {
  const times: Record<string, number[]> = {};
  let found = 0;
  for (const ref of (await listRuns(store, [workload])).slice(0, 3 * runsRead)) {
    const run = await readRun(store, ref).catch(() => undefined);
    if (!run) continue;
    const count = timesOfRun(run.rounds);
    for await (const record of readAttempts(store, run.rounds, { sample: recordsRead })) count.add(record);
    const means = Object.entries(count.means());
    for (const [step, mean] of means) times[step] = [...(times[step] ?? []), mean];
    if (means.length > 0 && ++found === runsRead) break;
  }
  return times;
}
