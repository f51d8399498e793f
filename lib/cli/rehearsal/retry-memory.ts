import type { RoundPlan } from '../../contract/run/run.ts';
import { refuse } from '../../contract/workload/errors.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import { requestProblems } from '../../plan/plan-round.ts';
import { type MemoryChange, retryRequest } from '../../runs/retry-request.ts';
import type { Context } from '../context.ts';

/**
 * Throws LabError where a retry with this memory would be refused. Asked before anything is rehearsed: behind a first round
 * that has failed it would cost that round and its report.
 */
export async function refuseRetryMemory(
  context: Context,
  spec: WorkloadSpec,
  plan: RoundPlan,
  memory: readonly MemoryChange[],
): Promise<void> {
  const [config, { deployment }] = await Promise.all([context.config(), context.connect()]);
  const request = retryRequest(spec, [plan], { memory });
  const problems = requestProblems({ spec, config, request, queues: deployment.map.queues });
  refuse(problems.map(problem => ({ ...problem, where: `--retry-memory, ${problem.where}` })));
}
