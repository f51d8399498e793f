import type { ParsedList } from '../../contract/list/parse-list.ts';
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
  list?: ListText,
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
  const atOnce = plan.parallel ? `, ${plan.parallel.total.toLocaleString('en-US')} at once` : '';
  const head = ['step', 'shards', 'as', 'vCPUs', 'MiB', 'timeout', 'pool'];
  const names = list ? `: ${namesText(list)}` : '';
  const notes = (list?.notes ?? []).map(note => `  ${note}\n`).join('');
  return `${spec.name} over ${counted(items, spec.item)}${atOnce}${names}\n${notes}${table(stream, head, rows)}`;
}

/** Which items they are, and how their list was read. */
export interface ListText {
  readonly first: string;
  readonly last: string;
  readonly column?: string;
  readonly labels: readonly string[];
  readonly notes: readonly string[];
}

/** What a plan says of a list. */
export const listText = ({ items, column, labels, notes }: ParsedList): ListText => ({
  first: items[0]?.name ?? '',
  last: items.at(-1)?.name ?? '',
  ...(column ? { column } : {}),
  labels,
  notes,
});

/** `sub-001 … sub-040 (column participant_id; labels age, sex, site)`. */
function namesText({ first, last, column, labels }: ListText): string {
  const some = labels.length > 8 ? [...labels.slice(0, 7), `… (${labels.length})`] : labels;
  const how = [
    ...(column ? [`column ${column}`] : []),
    ...(some.length > 0 ? [`labels ${some.join(', ')}`] : []),
  ].join('; ');
  return `${first === last ? first : `${first} … ${last}`}${how ? ` (${how})` : ''}`;
}
