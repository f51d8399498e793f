import type { Dataset } from '../contract/workload/config.ts';
import type { DatasetInput } from './define-lab.ts';
import { checkRegion, isBucketName } from './names.ts';
import { type Say, unknownFields } from './say.ts';

export function resolveDataset(input: DatasetInput, region: string): Dataset {
  if (input.access === 'nda')
    return {
      bucket: `nda-${input.package}`,
      region,
      prefix: '',
      access: 'nda',
      package: String(input.package),
      files: input.files ?? '{item}',
      ...(input.buckets ? { buckets: input.buckets } : {}),
      ...(input.existingSecret ? { existingSecret: input.existingSecret } : {}),
    };
  return {
    bucket: input.bucket,
    region: input.region ?? region,
    prefix: input.prefix ?? '',
    access: input.access,
    ...(input.existingSecret ? { existingSecret: input.existingSecret } : {}),
  };
}

export function checkDataset(name: string, dataset: Dataset, input: DatasetInput, say: Say): void {
  const where = `datasets.${name}`;
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) say(where, 'is not a name', 'small letters, digits and -');
  if (dataset.access === 'nda') {
    checkPackage(where, dataset, input, say);
    return;
  }
  unknownFields(input, ['bucket', 'region', 'prefix', 'access', 'existingSecret'], `${where}.`, say);
  if ('region' in input && input.region !== undefined) checkRegion(`${where}.region`, input.region, say);
  if (!isBucketName(dataset.bucket))
    say(
      `${where}.bucket`,
      `${JSON.stringify(dataset.bucket)} is not a bucket’s name`,
      'without s3:// and without a prefix',
    );
  if (dataset.prefix.startsWith('/') || (dataset.prefix !== '' && !dataset.prefix.endsWith('/')))
    say(
      `${where}.prefix`,
      `${JSON.stringify(dataset.prefix)} has a / at its beginning, or none at its end`,
      "for example 'HCP_1200/'",
    );
  const accesses = ['public', 'role', 'keys', 'requester-pays', 'nda'];
  if (!accesses.includes(dataset.access))
    say(
      `${where}.access`,
      `${JSON.stringify(dataset.access)} is not a way to read it`,
      `one of ${accesses.join(', ')}`,
    );
  if (dataset.existingSecret && dataset.access !== 'keys')
    say(`${where}.existingSecret`, `is only for access 'keys'`);
}

function checkPackage(where: string, dataset: Dataset, input: DatasetInput, say: Say): void {
  unknownFields(input, ['package', 'files', 'buckets', 'access', 'existingSecret'], `${where}.`, say);
  if (!/^\d{1,12}$/.test(dataset.package ?? ''))
    say(
      `${where}.package`,
      `${dataset.package} is not the id of an NDA package`,
      'a number, such as 1234567',
    );
  if (!dataset.files?.includes('{item}'))
    say(
      `${where}.files`,
      `${JSON.stringify(dataset.files)} does not say which files are an item’s`,
      "'{item}' stands for its name, for example 'sub-{item}/'",
    );
  // The oldest have capitals and underscores, which new buckets may not.
  for (const bucket of dataset.buckets ?? [])
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(String(bucket)))
      say(
        `${where}.buckets`,
        `${JSON.stringify(bucket)} is not a bucket’s name`,
        "for example 'NDAR_Central_1'",
      );
  try {
    new RegExp(dataset.files?.replaceAll('{item}', 'x') ?? '');
  } catch (error) {
    say(`${where}.files`, (error as Error).message);
  }
}
