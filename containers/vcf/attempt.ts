import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { TaskContext, TaskResult } from '../../lib/contract/workload/task.ts';
import { ToolError } from './tool.ts';

/**
 * A task's end, with what was thrown as its reason. Work that is interrupted, or whose tool was killed, is worth another attempt:
 * it finds what this one has done by itself.
 */
export async function attempt(
  context: Pick<TaskContext, 'signal'>,
  work: () => Promise<TaskResult>,
): Promise<TaskResult> {
  try {
    return await work();
  } catch (error) {
    const reason = (error as Error).message;
    if (context.signal.aborted)
      return { exitCode: exitCodes.interrupted, reason: 'interrupted', again: true };
    if (error instanceof ToolError && error.wasKilled)
      return { exitCode: error.exitCode, reason, again: true };
    return { exitCode: exitCodes.toolFailed, reason };
  }
}
