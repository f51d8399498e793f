import { isTerminal, type JobDetail } from '../../contract/ports/ports.ts';
import { explainExitCode } from '../../contract/workload/exit-codes.ts';
import type { Known } from '../shard-state.ts';

/** What Batch says of every container that ends by itself. */
const containerExited = 'Essential container in task exited';

export function jobState(job: JobDetail): Known {
  const last = job.attempts.at(-1);
  const exitCode = job.exitCode ?? last?.exitCode;
  const reason =
    job.reason ??
    last?.reason ??
    (exitCode === undefined ? undefined : explainExitCode(exitCode)) ??
    job.statusReason;
  const ended = isTerminal(job.status) ? (job.statusReason ?? last?.statusReason) : undefined;
  return {
    status: job.status,
    jobId: job.jobId,
    attempts: job.attempts.length,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason ? { reason } : {}),
    ...(ended && ended !== containerExited ? { ended } : {}),
    ...((job.logStream ?? last?.logStream) ? { logStream: job.logStream ?? last?.logStream } : {}),
  };
}
