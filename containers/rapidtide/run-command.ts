import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { ExecResult } from '../../lib/contract/workload/task.ts';
import { freshPrefix, missingResult, nonFinite, rapidtideRun } from './result.ts';

export interface CommandResult extends ExecResult {
  /** Why it is not done, or what is to be known of it though it is. */
  readonly reason?: string;
}

/**
 * Runs a participant's command. One that runs Rapidtide itself starts with a fresh prefix, and is done when its marks and
 * maps say so, whatever it exits with.
 */
export async function runCommand(
  command: readonly string[],
  exec: (command: readonly string[], onLine: (line: string) => void) => Promise<ExecResult>,
): Promise<CommandResult> {
  const run = rapidtideRun(command);
  if (!run) return exec(command, () => {});
  await freshPrefix(run.prefix);
  const startedAt = Date.now();
  let warning: string | undefined;
  const result = await exec(command, line => {
    warning ??= nonFinite(line);
  });
  if (result.exitCode !== 0) return result;
  const missing = await missingResult(run, startedAt);
  if (missing) return { ...result, exitCode: exitCodes.toolFailed, reason: missing };
  return { ...result, ...(warning ? { reason: warning } : {}) };
}
