import type { LabConfig } from '../contract/workload/config.ts';
import { type Problem, refuse } from '../contract/workload/errors.ts';
import { counted } from '../contract/workload/number-text.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import { checkArchive, resolveArchive } from './archive.ts';
import { checkBakedImages, resolveBakedImage } from './baked-images.ts';
import { checkCompliance } from './compliance.ts';
import { checkDataset, resolveDataset } from './datasets.ts';
import type { LabConfigInput } from './define-lab.ts';
import { checkImages, resolveCaches } from './images.ts';
import { withListedKinds } from './listed-kinds.ts';
import { checkRegion, isBucketName } from './names.ts';
import { checkNetwork } from './network.ts';
import { withOwnPools } from './own-pools.ts';
import { resolvePlaces } from './places.ts';
import { checkPool, resolvePools } from './pools.ts';
import { mapValues, type Say, unknownFields, unknownName } from './say.ts';
import { shaped } from './shape.ts';
import { checkWorkload, resolveWorkload } from './workloads.ts';

/** What `-c name=value` may say in place of `lab.config.ts`: whatever is one word there. */
export const overridable = [
  'name',
  'region',
  'network',
  'compliance',
  'imageBuild',
  'logRetentionDays',
  'existingOutputBucket',
  'existingOutputBucketKey',
] as const;
export type Overrides = Readonly<Partial<Record<(typeof overridable)[number], string>>>;

/**
 * The configuration with every default filled in. `overrides` come from `-c name=value`.
 * Throws LabError with every problem at once.
 */
export function resolveConfig(
  written: LabConfigInput,
  known: readonly WorkloadSpec[],
  overrides: Overrides = {},
): LabConfig {
  const problems: Problem[] = [];
  const say: Say = (where, message, fix) =>
    void problems.push({ where: `lab.config.ts ${where}`, message, ...(fix ? { fix } : {}) });
  const input = shaped(overridden(written, overrides), say);
  const misshapen = problems.map(({ where }) => where);
  const specs = known.map(spec => withListedKinds(spec, input.workloads?.[spec.name]));
  unknownFields(
    input,
    [
      ...overridable,
      'datasets',
      'pools',
      'workloads',
      'bakedImages',
      'pullThroughCache',
      'archive',
      'notify',
    ],
    '',
    say,
  );
  const region = input.region ?? 'us-east-1';
  const archive = input.archive && resolveArchive(input.archive);
  const config: LabConfig = {
    name: input.name ?? 'lab',
    region,
    network: input.network ?? 'public',
    ...(input.compliance ? { compliance: input.compliance } : {}),
    datasets: mapValues(input.datasets ?? {}, dataset => resolveDataset(dataset, region)),
    pools: resolvePools(input.pools ?? {}, input.name ?? 'lab'),
    bakedImages: mapValues(input.bakedImages ?? {}, resolveBakedImage),
    workloads: Object.fromEntries(
      specs.map(spec => [
        spec.name,
        resolveWorkload(
          spec,
          input.workloads?.[spec.name],
          resolvePlaces(spec, specs, input.workloads ?? {}, archive, region),
        ),
      ]),
    ),
    ...(archive ? { archive } : {}),
    imageBuild: input.imageBuild ?? 'docker',
    pullThroughCache: resolveCaches(input.pullThroughCache),
    logRetentionDays: input.logRetentionDays ?? 90,
    ...(input.notify && input.notify.length > 0 ? { notify: [...new Set(input.notify)] } : {}),
    ...(input.existingOutputBucket ? { existingOutputBucket: input.existingOutputBucket } : {}),
    ...(input.existingOutputBucketKey ? { existingOutputBucketKey: input.existingOutputBucketKey } : {}),
  };
  if (!/^[a-z][a-z0-9-]{0,20}$/.test(config.name))
    say(
      'name',
      `${JSON.stringify(config.name)} is not a name`,
      'small letters, digits and -, at most 21, a letter first',
    );
  checkRegion('region', config.region, say);
  if (!retentionDays.includes(config.logRetentionDays))
    say(
      'logRetentionDays',
      `CloudWatch Logs keeps no ${counted(config.logRetentionDays, 'day')}`,
      `one of ${retentionDays.join(', ')}`,
    );
  for (const address of config.notify ?? [])
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address))
      say('notify', `${JSON.stringify(address)} is no mail address`, "notify: ['lab@example.org']");
  for (const name of Object.keys(input.workloads ?? {}))
    unknownName(
      name,
      specs.map(spec => spec.name),
      `workloads.${name}`,
      'is no workload',
      say,
    );
  for (const [name, dataset] of Object.entries(config.datasets))
    checkDataset(name, dataset, input.datasets![name]!, say);
  for (const [name, each] of Object.entries(config.pools)) checkPool(name, each, input.pools?.[name], say);
  checkBakedImages(config, input, say);
  for (const spec of specs) checkWorkload(spec, config, input.workloads?.[spec.name], say);
  checkImages(config, input, say);
  checkArchive(config, input, say);
  checkNetwork(config, say);
  checkCompliance(config, say);
  checkExistingBucket(input, say);
  // What is of another kind was left out for the other checks: that it is not there is no second problem.
  refuse(
    problems.filter(
      ({ where }, at) =>
        at < misshapen.length ||
        !misshapen.some(
          each => where === each || where.startsWith(`${each}.`) || each.startsWith(`${where}[`),
        ),
    ),
  );
  return withOwnPools(config);
}

/** What is wrong in an override is told as it would be of the file. */
function overridden(
  input: LabConfigInput,
  { logRetentionDays, network, ...words }: Overrides,
): LabConfigInput {
  const days = /^\d+$/.test(logRetentionDays ?? '') ? Number(logRetentionDays) : logRetentionDays;
  return {
    ...input,
    ...(words as LabConfigInput),
    ...(network === undefined ? {} : { network: networkOf(network) as LabConfigInput['network'] & string }),
    ...(days === undefined ? {} : { logRetentionDays: days as number }),
  };
}

/** A mode, or a network that is there already as JSON: `{"vpc":"vpc-…","subnets":["subnet-…"]}`. */
function networkOf(word: string): unknown {
  if (!word.trimStart().startsWith('{')) return word;
  try {
    return JSON.parse(word);
  } catch {
    // Told as what it is: no mode, and no network.
    return word;
  }
}

function checkExistingBucket(
  { existingOutputBucket, existingOutputBucketKey }: LabConfigInput,
  say: Say,
): void {
  if (existingOutputBucket !== undefined && !isBucketName(existingOutputBucket))
    say(
      'existingOutputBucket',
      `${JSON.stringify(existingOutputBucket)} is not a bucket’s name`,
      'without s3:// and without a prefix; leave it out for a new one',
    );
  if (existingOutputBucketKey === undefined) return;
  if (existingOutputBucket === undefined)
    say('existingOutputBucketKey', 'is the key of no bucket', 'existingOutputBucket names it');
  if (!/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(existingOutputBucketKey))
    say(
      'existingOutputBucketKey',
      `${JSON.stringify(existingOutputBucketKey)} is not a key’s ARN`,
      'aws s3api get-bucket-encryption --bucket NAME shows it; of an alias: aws kms describe-key --key-id alias/NAME',
    );
}

const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
