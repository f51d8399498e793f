import type { AttemptRecord, ItemRecord } from '../../lib/contract/run/records.ts';
import type { RunSummary } from '../../lib/contract/run/summary.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { bytesText } from './bytes-text.ts';

/** The end of an ingest, over all its attempts. */
export function reportIngest(items: readonly Item[], summary: RunSummary): readonly string[] {
  const stored = newestOf(summary, 'store');
  const how = (wanted: string): number => count(stored, each => each.facts?.how === wanted);
  const failed = items.filter(({ name }) => stored.get(name)?.state !== 'done').length;
  const finished = newestWhole(summary, 'consolidate')?.facts;
  const stale = count(stored, each => each.facts?.statistics !== undefined);
  return [
    `${samples(items.length)} asked: ${how('stored')} stored, ${how('repaired')} stored after a repair, ${how('there')} skipped (whole before)${how('empty') > 0 ? `, ${how('empty')} without a record (not in the dataset)` : ''}, ${failed} failed`,
    ...(finished
      ? [
          `${samples(Number(finished.samples))} in the dataset, ${counted(Number(finished.fragments ?? 0), 'fragment')}, ${bytes(finished.datasetBytes)}; ${bytes(bytesIn(summary))} of files read`,
        ]
      : []),
    ...(stale > 0
      ? [
          `allele frequencies are too high after the repair of ${samples(stale)}: where they are needed, store all into a new dataset`,
        ]
      : []),
    hostsLine(summary),
  ];
}

/** The end of an export. */
export function reportExport(items: readonly Item[], summary: RunSummary): readonly string[] {
  const exported = newestOf(summary, 'export');
  const whole = newestWhole(summary, 'export');
  const isMerged = whole?.facts?.records !== undefined;
  const done =
    isMerged && whole.state === 'done' ? items.length : count(exported, each => each.state === 'done');
  // A later attempt tells again what an earlier one has delivered.
  const out = [...exported.values(), ...(whole ? [whole] : [])].reduce(
    (sum, each) => sum + (each.bytesOut ?? 0),
    0,
  );
  const empty = isMerged
    ? Number(whole.facts?.withoutRecords ?? 0)
    : count(exported, each => each.state === 'done' && each.facts?.records === 0);
  const otherEnds = Number(whole?.facts?.otherEnds ?? 0);
  return [
    `${samples(items.length)} asked: ${done} exported${isMerged ? ' into one file' : ''}, ${empty} of them without a record, ${items.length - done} failed; ${bytes(out)}`,
    ...(done > 0 && empty === done
      ? [
          'not one has a record in these regions: contigs are named as in the dataset (1 is not chr1), or it has none there',
        ]
      : []),
    ...(otherEnds > 0
      ? [
          `${counted(otherEnds, { one: 'block ends', many: 'blocks end' })} elsewhere in the merged file, whose records have one END for all samples: without --merge each keeps its own`,
        ]
      : []),
    hostsLine(summary),
  ];
}

function hostsLine({ attempts, hosts, hours }: RunSummary): string {
  const types = Object.entries(hours).map(
    ([type, each]) => `${each < 0.1 ? each.toFixed(3) : each.toFixed(1)} h of ${type}`,
  );
  return `${number(attempts)} ${attempts === 1 ? 'attempt' : 'attempts'} on ${number(hosts)} ${hosts === 1 ? 'host' : 'hosts'}: ${types.join(', ')}`;
}

/** What became of each item of a step, by the newest record that has it. */
function newestOf({ records }: RunSummary, step: string): ReadonlyMap<string, ItemRecord> {
  const found = new Map<string, ItemRecord>();
  for (const record of ofStep(records, step))
    for (const item of record.items ?? []) found.set(item.name, item);
  return found;
}

const newestWhole = ({ records }: RunSummary, step: string): ItemRecord | undefined =>
  ofStep(records, step).at(-1)?.whole;

const ofStep = (records: readonly AttemptRecord[], step: string): readonly AttemptRecord[] =>
  records.filter(record => record.step === step);

const bytesIn = ({ records }: RunSummary): number =>
  ofStep(records, 'store')
    .flatMap(({ items = [] }) => items)
    .reduce((sum, item) => sum + (item.bytesIn ?? 0), 0);

const count = (found: ReadonlyMap<string, ItemRecord>, is: (record: ItemRecord) => boolean): number =>
  [...found.values()].filter(is).length;
const samples = (value: number): string => `${number(value)} ${value === 1 ? 'sample' : 'samples'}`;
const number = (value: number | string | undefined): string => Number(value ?? 0).toLocaleString('en-US');
const bytes = (value: number | string | undefined): string => bytesText(Number(value ?? 0));
