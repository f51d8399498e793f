import { instanceType, usableMemoryMiB } from '../contract/hosts/instance-types.ts';
import type { LabConfig, WorkloadConfig } from '../contract/workload/config.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { WorkloadInput } from './define-lab.ts';
import { ownPoolName } from './own-pools.ts';
import { scratchShortage } from './pool-scratch.ts';
import { mapValues, type Say, unknownFields, unknownName, whole } from './say.ts';

export function resolveWorkload(
  spec: WorkloadSpec,
  input: WorkloadInput | undefined,
  region: string,
): WorkloadConfig {
  return {
    enabled: input !== undefined && input.enabled !== false,
    pools: input?.pools ?? spec.pools,
    resources: { ...spec.resources, ...input?.resources },
    ...(input?.maxvCpus === undefined ? {} : { maxvCpus: input.maxvCpus }),
    datasets: input?.datasets ?? {},
    ...(input?.image ? { image: input.image } : {}),
    ...(input?.steps ? { steps: input.steps } : {}),
    ...(input?.places
      ? { places: mapValues(input.places, place => ({ prefix: '', region, ...place })) }
      : {}),
  };
}

export function checkWorkload(
  spec: WorkloadSpec,
  config: LabConfig,
  input: WorkloadInput | undefined,
  say: Say,
): void {
  const workload = config.workloads[spec.name]!;
  const where = `workloads.${spec.name}`;
  if (!workload.enabled || !input) return;
  unknownFields(
    input,
    ['enabled', 'pools', 'resources', 'maxvCpus', 'datasets', 'image', 'steps', 'places'],
    `${where}.`,
    say,
  );
  checkPlaces(spec, workload, where, say);
  checkSteps(spec, workload, where, say);
  const { vcpus, memoryMiB, timeoutSeconds, attempts } = workload.resources;
  whole(`${where}.resources.vcpus`, vcpus, 1, 448, say);
  whole(`${where}.resources.memoryMiB`, memoryMiB, 4, 24_576_000, say);
  whole(`${where}.resources.timeoutSeconds`, timeoutSeconds, 60, 31_536_000, say);
  whole(`${where}.resources.attempts`, attempts, 1, 10, say);
  if (workload.maxvCpus !== undefined) {
    whole(`${where}.maxvCpus`, workload.maxvCpus, 1, 100_000, say);
    if (workload.maxvCpus < vcpus)
      say(`${where}.maxvCpus`, `${workload.maxvCpus} are less than the ${vcpus} vCPUs of one job`);
    for (const copy of workload.pools.map(name => ownPoolName(name, spec.name)))
      if (config.pools[copy])
        say(`${where}.maxvCpus`, `makes a pool ${copy}, and there is one`, 'give that one another name');
  }
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
    const short = scratchShortage(each, workload.resources, spec.scratchGiB);
    if (short)
      say(
        `pools.${name}.scratch`,
        `a ${short.host} has ${short.freeGiB} GiB free, and ${short.jobs === 1 ? 'a job' : `the ${short.jobs} jobs`} of ${spec.name} that it holds need${short.jobs === 1 ? 's' : ''} ${short.jobs * spec.scratchGiB}`,
        each.scratch === 'instance-store'
          ? 'types with larger disks, or more vCPUs or memory for a job'
          : `sizeGiB: ${Math.ceil((short.jobs * spec.scratchGiB) / 0.98)}, or more vCPUs or memory for a job`,
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

function checkPlaces(spec: WorkloadSpec, { places = {} }: WorkloadConfig, where: string, say: Say): void {
  const names = Object.keys(spec.places ?? {});
  for (const [name, { bucket, prefix, keyArn }] of Object.entries(places)) {
    const at = `${where}.places.${name}`;
    unknownName(name, names, `${where}.places`, `${spec.name} has no place ${JSON.stringify(name)}`, say);
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
      say(`${at}.bucket`, `${JSON.stringify(bucket)} is no name of a bucket`);
    if (prefix.startsWith('/') || (prefix !== '' && !prefix.endsWith('/')))
      say(
        `${at}.prefix`,
        `${JSON.stringify(prefix)} begins with / or has none at its end`,
        'for example plates/',
      );
    if (/[*?$]/.test(prefix))
      say(`${at}.prefix`, `${JSON.stringify(prefix)} holds a sign that IAM reads as a pattern`);
    if (keyArn !== undefined && !/^arn:[a-z-]+:kms:[^:]+:\d{12}:key\//.test(keyArn))
      say(`${at}.keyArn`, `${JSON.stringify(keyArn)} is no ARN of a key`);
  }
  for (const [name, { describe, optional }] of Object.entries(spec.places ?? {}))
    if (!optional && !places[name])
      say(
        `${where}.places`,
        `says no ${name}: ${describe}`,
        `places: { ${name}: { bucket: '<bucket>', prefix: '<prefix>/' } }`,
      );
}

function checkSteps(
  spec: WorkloadSpec,
  { steps = {}, pools }: WorkloadConfig,
  where: string,
  say: Say,
): void {
  const names = spec.steps.map(step => step.name);
  for (const [name, { resources, pool, scratchGiB }] of Object.entries(steps)) {
    const at = `${where}.steps.${name}`;
    unknownName(name, names, `${where}.steps`, `${spec.name} has no step ${JSON.stringify(name)}`, say);
    if (resources?.vcpus !== undefined) whole(`${at}.resources.vcpus`, resources.vcpus, 1, 448, say);
    if (resources?.memoryMiB !== undefined)
      whole(`${at}.resources.memoryMiB`, resources.memoryMiB, 4, 24_576_000, say);
    if (scratchGiB !== undefined) whole(`${at}.scratchGiB`, scratchGiB, 0, 60_000, say);
    if (pool !== undefined)
      unknownName(pool, pools, `${at}.pool`, `${spec.name} has no pool ${JSON.stringify(pool)}`, say);
  }
}
