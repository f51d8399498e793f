import { instanceType, usableMemoryMiB } from '../contract/hosts/instance-types.ts';
import type { LabConfig, WorkloadConfig } from '../contract/workload/config.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { WorkloadInput } from './define-lab.ts';
import { ownPoolName } from './own-pools.ts';
import { scratchShortage } from './pool-scratch.ts';
import { type Say, unknownFields, unknownName, whole } from './say.ts';

export function resolveWorkload(spec: WorkloadSpec, input: WorkloadInput | undefined): WorkloadConfig {
  return {
    enabled: input !== undefined && input.enabled !== false,
    pools: input?.pools ?? spec.pools,
    resources: { ...spec.resources, ...input?.resources },
    ...(input?.maxvCpus === undefined ? {} : { maxvCpus: input.maxvCpus }),
    datasets: input?.datasets ?? {},
    ...(input?.image ? { image: input.image } : {}),
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
  unknownFields(input, ['enabled', 'pools', 'resources', 'maxvCpus', 'datasets', 'image'], `${where}.`, say);
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
