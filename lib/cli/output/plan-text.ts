import type { RoundPlan } from '../../contract/run/run.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import { counted, durationText, type Stream, table } from './output.ts';

/** What will be submitted, for a person: pools by the names that lab.config.ts has for them, not by their queues'. */
export function planText(
  stream: Stream,
  spec: WorkloadSpec,
  plan: RoundPlan,
  items: number,
  queues: Readonly<Record<string, string>>,
): string {
  const poolOf = (queue: string): string => Object.keys(queues).find(pool => queues[pool] === queue) ?? queue;
  const rows = plan.steps.map(step => [
    step.name,
    step.shards.toLocaleString('en-US'),
    step.arrays.length === 1 ? (step.shards === 1 ? 'a job' : 'an array') : `${step.arrays.length} arrays`,
    String(step.vcpus),
    step.memoryMiB.toLocaleString('en-US'),
    durationText(step.timeoutSeconds),
    poolOf(step.jobQueue),
  ]);
  const atOnce = plan.parallel ? `, ${plan.parallel.total} at once` : '';
  const head = ['step', 'shards', 'as', 'vCPUs', 'MiB', 'timeout', 'pool'];
  return `${spec.name} over ${counted(items, spec.item)}${atOnce}\n${table(stream, head, rows)}`;
}
