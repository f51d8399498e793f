import type { Dataset, LabConfig, Pool, WorkloadConfig } from '../spec/config.ts';
import { type Problem, refuse } from '../spec/errors.ts';
import { instanceType, usableMemoryMiB } from '../spec/instance-types.ts';
import { suggest } from '../spec/suggest.ts';
import type { WorkloadSpec } from '../spec/workload.ts';
import { defaultPools, pool } from './default-pools.ts';
import type { DatasetInput, LabConfigInput, PoolInput, WorkloadInput } from './define-lab.ts';

/**
 * The configuration with every default filled in. `overrides` come from `-c name=value`.
 * Throws LabError with every problem at once.
 */
export function resolveConfig(
  input: LabConfigInput,
  specs: readonly WorkloadSpec[],
  overrides: Readonly<Record<string, string>> = {},
): LabConfig {
  const problems: Problem[] = [];
  const say = (where: string, message: string, fix?: string): void =>
    void problems.push({ where: `lab.config.ts ${where}`, message, ...(fix ? { fix } : {}) });
  const known = [
    'name',
    'region',
    'network',
    'datasets',
    'pools',
    'workloads',
    'logRetentionDays',
    'existingOutputBucket',
  ];
  unknownFields(input, known, '', say);
  const config: LabConfig = {
    name: overrides.name ?? input.name ?? 'lab',
    region: overrides.region ?? input.region ?? 'us-east-1',
    network: input.network ?? 'public',
    datasets: mapValues(input.datasets ?? {}, dataset =>
      resolveDataset(dataset, overrides.region ?? input.region ?? 'us-east-1'),
    ),
    pools: resolvePools(input.pools ?? {}),
    workloads: Object.fromEntries(
      specs.map(spec => [spec.name, resolveWorkload(spec, input.workloads?.[spec.name])]),
    ),
    logRetentionDays: input.logRetentionDays ?? 90,
    ...(input.existingOutputBucket ? { existingOutputBucket: input.existingOutputBucket } : {}),
  };
  if (!/^[a-z][a-z0-9-]{0,20}$/.test(config.name))
    say(
      'name',
      `${JSON.stringify(config.name)} is not a name`,
      'small letters, digits and -, at most 21, a letter first',
    );
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(config.region))
    say('region', `${JSON.stringify(config.region)} is not a region`, 'for example us-east-1');
  if (config.network !== 'public')
    say('network', `${JSON.stringify(config.network)} is not a network mode`, "'public'");
  if (!retentionDays.includes(config.logRetentionDays))
    say(
      'logRetentionDays',
      `CloudWatch Logs keeps no ${config.logRetentionDays} days`,
      `one of ${retentionDays.join(', ')}`,
    );
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
  for (const spec of specs) checkWorkload(spec, config, input.workloads?.[spec.name], say);
  refuse(problems);
  return config;
}

type Say = (where: string, message: string, fix?: string) => void;

const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

function resolveDataset(input: DatasetInput, region: string): Dataset {
  if (input.access === 'nda')
    return {
      bucket: `nda-${input.package}`,
      region,
      prefix: '',
      access: 'nda',
      package: String(input.package),
      files: input.files ?? '{item}',
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

function resolvePools(input: Readonly<Record<string, PoolInput>>): Record<string, Pool> {
  const own = mapValues(input, (each, name): Pool => {
    const architecture = each.architecture ?? defaultPools[name]?.architecture ?? 'x86_64';
    const base = pool(architecture, each.market ?? defaultPools[name]?.market ?? 'on-demand');
    return {
      ...base,
      ...(each.instanceTypes ? { instanceTypes: each.instanceTypes } : {}),
      ...(each.maxvCpus === undefined ? {} : { maxvCpus: each.maxvCpus }),
      scratch: { ...base.scratch, ...each.scratch },
    };
  });
  return { ...defaultPools, ...own };
}

function resolveWorkload(spec: WorkloadSpec, input: WorkloadInput | undefined): WorkloadConfig {
  return {
    enabled: input !== undefined && input.enabled !== false,
    pools: input?.pools ?? spec.pools,
    resources: { ...spec.resources, ...input?.resources },
    datasets: input?.datasets ?? {},
    ...(input?.image ? { image: input.image } : {}),
  };
}

function checkDataset(name: string, dataset: Dataset, input: DatasetInput, say: Say): void {
  const where = `datasets.${name}`;
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) say(where, 'is not a name', 'small letters, digits and -');
  if (dataset.access === 'nda') {
    checkPackage(where, dataset, input, say);
    return;
  }
  unknownFields(input, ['bucket', 'region', 'prefix', 'access', 'existingSecret'], `${where}.`, say);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(dataset.bucket ?? ''))
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
  unknownFields(input, ['package', 'files', 'access', 'existingSecret'], `${where}.`, say);
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
  try {
    new RegExp(dataset.files?.replaceAll('{item}', 'x') ?? '');
  } catch (error) {
    say(`${where}.files`, (error as Error).message);
  }
}

function checkPool(name: string, each: Pool, input: PoolInput | undefined, say: Say): void {
  const where = `pools.${name}`;
  if (input)
    unknownFields(
      input,
      ['architecture', 'market', 'instanceTypes', 'maxvCpus', 'scratch'],
      `${where}.`,
      say,
    );
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) say(where, 'is not a name', 'small letters, digits and -');
  for (const type of each.instanceTypes) {
    const facts = instanceType(type);
    if (!facts)
      say(
        `${where}.instanceTypes`,
        `${JSON.stringify(type)} is no instance type that Arraylab knows`,
        'families c, m, r and x, with a size, such as m7g.4xlarge',
      );
    else if (facts.architecture !== each.architecture)
      say(
        `${where}.instanceTypes`,
        `${type} is ${facts.architecture}, and the pool ${each.architecture}`,
        'one pool has one architecture: make a second pool',
      );
  }
  if (each.instanceTypes.length === 0) say(`${where}.instanceTypes`, 'is empty');
  whole(`${where}.maxvCpus`, each.maxvCpus, 1, 100_000, say);
  whole(`${where}.scratch.sizeGiB`, each.scratch.sizeGiB, 8, 16_384, say);
  whole(`${where}.scratch.iops`, each.scratch.iops, 3000, 16_000, say);
  whole(`${where}.scratch.throughputMiBps`, each.scratch.throughputMiBps, 125, 1000, say);
  // EC2 refuses more than 0.25 MiB/s an I/O operation a second: docs.aws.amazon.com/ebs, General Purpose SSD volumes.
  if (each.scratch.throughputMiBps * 4 > each.scratch.iops)
    say(
      `${where}.scratch.throughputMiBps`,
      `${each.scratch.throughputMiBps} MiB/s need ${each.scratch.throughputMiBps * 4} IOPS, and ${each.scratch.iops} are given`,
      `iops: ${each.scratch.throughputMiBps * 4}`,
    );
}

function checkWorkload(
  spec: WorkloadSpec,
  config: LabConfig,
  input: WorkloadInput | undefined,
  say: Say,
): void {
  const workload = config.workloads[spec.name]!;
  const where = `workloads.${spec.name}`;
  if (!workload.enabled || !input) return;
  unknownFields(input, ['enabled', 'pools', 'resources', 'datasets', 'image'], `${where}.`, say);
  const { vcpus, memoryMiB, timeoutSeconds, attempts } = workload.resources;
  whole(`${where}.resources.vcpus`, vcpus, 1, 448, say);
  whole(`${where}.resources.memoryMiB`, memoryMiB, 4, 24_576_000, say);
  whole(`${where}.resources.timeoutSeconds`, timeoutSeconds, 60, 31_536_000, say);
  whole(`${where}.resources.attempts`, attempts, 1, 10, say);
  if (workload.pools.length === 0) say(`${where}.pools`, 'is empty');
  for (const name of workload.pools) {
    const each = config.pools[name];
    if (!each) {
      unknownName(
        name,
        Object.keys(config.pools),
        `${where}.pools`,
        `${JSON.stringify(name)} is no pool`,
        say,
      );
      continue;
    }
    if (!spec.image.architectures.includes(each.architecture))
      say(`${where}.pools`, `${name} is ${each.architecture}, for which ${spec.name} has no image`);
    const hosts = each.instanceTypes.flatMap(type => instanceType(type) ?? []);
    const most = Math.max(...hosts.map(usableMemoryMiB));
    if (hosts.length > 0 && !hosts.some(host => host.vcpus >= vcpus && usableMemoryMiB(host) >= memoryMiB)) {
      say(
        `${where}.resources`,
        `${vcpus} vCPUs and ${memoryMiB} MiB fit no host of pool ${name}`,
        `its largest gives containers ${most} MiB`,
      );
    }
    if (spec.scratchGiB > each.scratch.sizeGiB)
      say(
        `pools.${name}.scratch.sizeGiB`,
        `${each.scratch.sizeGiB} GiB are less than the ${spec.scratchGiB} that ${spec.name} needs`,
      );
  }
  for (const mount of spec.mounts) {
    const name = workload.datasets[mount.path];
    if (name === undefined)
      say(
        `${where}.datasets`,
        `says no dataset for ${mount.path}`,
        `datasets: { '${mount.path}': '<a dataset>' }`,
      );
    else
      unknownName(
        name,
        Object.keys(config.datasets),
        `${where}.datasets`,
        `${JSON.stringify(name)} is no dataset`,
        say,
      );
  }
  for (const path of Object.keys(workload.datasets)) {
    unknownName(
      path,
      spec.mounts.map(mount => mount.path),
      `${where}.datasets`,
      `${spec.name} mounts nothing at ${path}`,
      say,
    );
  }
}

function whole(where: string, value: number, least: number, most: number, say: Say): void {
  if (!Number.isInteger(value) || value < least || value > most)
    say(where, `${value} is not a whole number from ${least} to ${most}`);
}

function unknownFields(value: object, known: readonly string[], prefix: string, say: Say): void {
  for (const name of Object.keys(value))
    unknownName(name, known, `${prefix}${name}`, 'is not understood', say);
}

function unknownName(name: string, known: readonly string[], where: string, message: string, say: Say): void {
  if (known.includes(name)) return;
  const near = suggest(name, known);
  say(where, message, near ? `did you mean ${near}?` : `there are: ${known.join(', ') || 'none'}`);
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
