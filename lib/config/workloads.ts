import type { LabConfig, WorkloadConfig } from '../contract/workload/config.ts';
import { kindNames, mountsOf, specOfKind } from '../contract/workload/places.ts';
import { kindPools, ownPoolName } from '../contract/workload/step-sizes.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import { checkKinds } from './check-kinds.ts';
import { checkResources, checkSizes, checkSteps } from './check-sizes.ts';
import type { WorkloadInput } from './define-lab.ts';
import { checkPlaces } from './places.ts';
import { type Say, unknownFields, unknownName, whole } from './say.ts';

export function resolveWorkload(
  spec: WorkloadSpec,
  input: WorkloadInput | undefined,
  places: WorkloadConfig['places'],
): WorkloadConfig {
  return {
    enabled: input !== undefined && input.enabled !== false,
    pools: input?.pools ?? spec.pools,
    resources: { ...spec.resources, ...input?.resources },
    ...(input?.maxvCpus === undefined ? {} : { maxvCpus: input.maxvCpus }),
    datasets: input?.datasets ?? {},
    ...(input?.image ? { image: input.image } : {}),
    ...(input?.base ? { base: input.base } : {}),
    ...(input?.kinds ? { kinds: input.kinds } : {}),
    ...(input?.steps ? { steps: input.steps } : {}),
    ...(places ? { places } : {}),
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
    ['enabled', 'pools', 'resources', 'maxvCpus', 'datasets', 'image', 'base', 'kinds', 'steps', 'places'],
    `${where}.`,
    say,
  );
  checkKinds(spec, config, where, say);
  checkPlaces(spec, workload, config.region, where, say);
  checkSteps(spec, workload, where, say);
  const { vcpus } = workload.resources;
  checkResources(workload.resources, `${where}.resources`, say);
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
    for (const kind of kindNames(spec)) {
      const { architectures } = specOfKind(spec, kind).image;
      const isUsed = kindPools(spec, workload, kind).includes(name);
      if (isUsed && !architectures.includes(each.architecture))
        say(
          `${where}.pools`,
          `${name} is ${each.architecture}, for which ${spec.name}${kind === undefined ? '' : ` (${kind})`} has no image`,
        );
    }
  }
  checkSizes(spec, config, where, say);
  const mounts = mountsOf(spec);
  for (const mount of mounts) {
    const name = workload.datasets[mount.path];
    if (name === undefined && mount.optional) continue;
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
      mounts.map(mount => mount.path),
      `${where}.datasets`,
      `${spec.name} mounts nothing at ${path}`,
      say,
    );
  }
}
