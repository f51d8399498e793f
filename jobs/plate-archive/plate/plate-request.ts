import type { Problem } from '../../../lib/contract/workload/errors.ts';
import type { CheckedList } from '../../../lib/contract/workload/workload.ts';
import { type StorageClass, storageClasses } from '../prices.ts';
import { defaultFolders, type FolderRule, type Plate, partTrouble, readFolders } from './plate-folders.ts';

/** What a submission says of all plates. */
export interface PlateRequest {
  readonly project: string;
  readonly batch: string;
  readonly rules: readonly FolderRule[];
  readonly storageClass: StorageClass;
  readonly tarBytes: number;
  readonly again: boolean;
}

const gib = 1024 ** 3;
const units: Readonly<Record<string, number>> = { MiB: 1024 ** 2, GiB: gib };

/** Reads the parameters; every problem, with the value in it. */
export function readPlateRequest(parameters: Readonly<Record<string, string>>): {
  readonly request: PlateRequest;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const part = (name: string): string => {
    const value = parameters[name] ?? '';
    const trouble = partTrouble(value);
    if (trouble) problems.push({ where: `--${name}`, message: `${value} ${trouble}`.trimStart() });
    return value;
  };
  const { rules, problems: ofFolders } = readFolders(parameters.folders ?? defaultFolders);
  problems.push(...ofFolders);
  const storageClass = (parameters['storage-class'] ?? 'DEEP_ARCHIVE') as StorageClass;
  if (!storageClasses.includes(storageClass) || storageClass === 'STANDARD')
    problems.push({
      where: '--storage-class',
      message: `${storageClass} is none of ${storageClasses.slice(0, -1).join(', ')}`,
    });
  const size = parameters['tar-size'] ?? '2GiB';
  const [, count, unit = ''] = /^(\d+)\s*(MiB|GiB)$/.exec(size) ?? [];
  const tarBytes = Number(count) * (units[unit] ?? Number.NaN);
  if (!(tarBytes >= 64 * 1024 ** 2 && tarBytes <= 100 * gib))
    problems.push({ where: '--tar-size', message: `${size} is not between 64MiB and 100GiB` });
  const request = {
    project: part('project'),
    batch: part('batch'),
    rules,
    storageClass,
    tarBytes,
    again: parameters.again === 'true',
  };
  problems.push(...proofDaysProblems(parameters));
  return { request, problems };
}

/** What is wrong with a request for plates, by itself. Of what is not there, whoever reads options has told. */
export function plateRequestProblems(
  parameters: Readonly<Record<string, string>>,
  list: CheckedList,
): readonly Problem[] {
  const { request, problems } = readPlateRequest(parameters);
  const plates = typeof list === 'string' ? [] : list.map(item => plateOf(item, request));
  return [
    ...problems.filter(({ where }) => parameters[where.slice(2)] !== undefined),
    ...plateProblems(plates),
  ];
}

/** What is wrong with how long a proof is to allow a deletion: a source goes on living, and so does who may write to it. */
export const proofDaysProblems = ({
  'proof-days': days = '30',
}: Readonly<Record<string, string>>): readonly Problem[] =>
  /^\d+$/.test(days) && +days >= 1 && +days <= 365
    ? []
    : [{ where: '--proof-days', message: `${days} is not a whole number from 1 to 365` }];

/** Headings under which lists have a plate's full name. */
const fullNames = ['plate_id_full', 'plate_full', 'full_name'];

/** A plate by its item: the name is its id, and a column has the name under `images/`. */
export function plateOf(
  item: { readonly name: string; readonly labels?: Readonly<Record<string, string>> },
  { project, batch }: Pick<PlateRequest, 'project' | 'batch'>,
): Plate {
  const labels = item.labels ?? {};
  const column = fullNames.find(name => labels[name] !== undefined);
  const { [column ?? '']: full = item.name, ...rest } = labels;
  return { project, batch, plate: item.name, plateFull: full, labels: rest };
}

/** What is wrong with the plates' names: a name is part of keys. */
export const plateProblems = (plates: readonly Plate[]): readonly Problem[] =>
  plates.flatMap(({ plate, plateFull }) =>
    [plate, plateFull].flatMap(name => {
      const trouble = partTrouble(name);
      return trouble
        ? [{ where: JSON.stringify(name), message: `is the name of a plate and ${trouble}` }]
        : [];
    }),
  );
