import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';

/** What the records of destructions say. */
export interface DestroyedPlate {
  readonly plate: string;
  readonly at: string;
  readonly reason: string;
  /** Versions that could not be destroyed, or nobody knows of how many: it was interrupted. Undefined where all are gone. */
  readonly left?: number | 'some';
}

/** Each plate's last one: what went on where another was interrupted is one destruction. */
export async function destroyedPlates(
  records: ObjectStore,
  project: string | undefined,
): Promise<readonly DestroyedPlate[]> {
  const found = new Map<string, DestroyedPlate>();
  for await (const { key } of records.list(project === undefined ? '' : `${project}/`)) {
    if (!key.endsWith('.begun.json')) continue;
    const [begun, ended] = await Promise.all([
      records.get(key),
      records.get(key.replace(/\.begun\.json$/, '.ended.json')),
    ]);
    if (!begun) continue;
    const { plate, at, reason } = JSON.parse(begun.toString('utf8')) as DestroyedPlate;
    const left = ended ? (JSON.parse(ended.toString('utf8')) as { left: number }).left : 'some';
    // Listed in the order of their times.
    found.set(key.slice(0, key.lastIndexOf('/')), { plate, at, reason, ...(left === 0 ? {} : { left }) });
  }
  return [...found.values()];
}

/** One of them as a person is told. */
export const destroyedText = ({ plate, at, reason, left }: DestroyedPlate): string =>
  left === undefined
    ? `${plate} was destroyed on ${at.slice(0, 10)}: ${reason}`
    : `${plate} was to be destroyed on ${at.slice(0, 10)} (${reason}), and ${left === 'some' ? 'some versions are' : counted(left, { one: 'version is', many: 'versions are' })} left: lab archive destroy goes on with them`;
