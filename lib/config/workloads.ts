import type { LabConfig, WorkloadConfig } from '../spec/config.ts';
import { instanceType, usableMemoryMiB } from '../spec/instance-types.ts';
import type { WorkloadSpec } from '../spec/workload.ts';
import type { WorkloadInput } from './define-lab.ts';
import { type Say, unknownFields, unknownName, whole } from './say.ts';

export function resolveWorkload(spec: WorkloadSpec, input: WorkloadInput | undefined): WorkloadConfig {
  return {
    enabled: input !== undefined && input.enabled !== false,
    pools: input?.pools ?? spec.pools,
    resources: { ...spec.resources, ...input?.resources },
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
