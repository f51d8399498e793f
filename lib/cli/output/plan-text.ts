import type { ParsedList } from '../../contract/list/parse-list.ts';
import type { RoundPlan } from '../../contract/run/run.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import { counted, durationText, type Stream, table } from './output.ts';

/** What will be submitted, for a person: a line a step, and one more for those of its shards that get something else. */
export function planText(
  stream: Stream,
  spec: WorkloadSpec,
  plan: RoundPlan,
  items: number,
  list?: ListText,
): string {
  const rows = plan.steps.flatMap(step =>
    step.lanes.map((lane, index) => {
      const arrays = step.arrays.filter(array => array.lane === index);
      const shards = arrays.reduce((sum, array) => sum + array.size, 0);
      return [
        index === 0 ? step.name : '',
        shards.toLocaleString('en-US'),
        arrays.length === 1 ? (shards === 1 ? 'a job' : 'an array') : `${arrays.length} arrays`,
        String(lane.vcpus),
        lane.memoryMiB.toLocaleString('en-US'),
        durationText(lane.timeoutSeconds),
        lane.pool,
      ];
    }),
  );
  const head = ['step', 'shards', 'as', 'vCPUs', 'MiB', 'timeout', 'pool'];
  return `${overText(spec, plan, items, list)}${table(stream, head, rows)}${canaryText(plan)}`;
}

const canaryText = ({ canary = [] }: RoundPlan): string =>
  canary.length === 0
    ? ''
    : `  canary ${canary.slice(0, 6).join(', ')}${canary.length > 6 ? ' …' : ''}: first; the rest begins when it is done\n`;

/** Over which items a plan goes, and what is to be known of their list: a line, and one a note. */
export function overText(
  spec: WorkloadSpec,
  plan: Pick<RoundPlan, 'parallel'>,
  items: number,
  list?: ListText,
): string {
  const atOnce = plan.parallel ? `, ${plan.parallel.total.toLocaleString('en-US')} at once` : '';
  const names = list ? `: ${namesText(list)}` : '';
  const notes = (list?.notes ?? []).map(note => `  ${note}\n`).join('');
  return `${spec.name} over ${counted(items, spec.item)}${atOnce}${names}\n${notes}`;
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
