import { type InstanceType, instanceType, usableMemoryMiB } from '../contract/hosts/instance-types.ts';
import type { Pool } from '../contract/workload/config.ts';
import type { Problem } from '../contract/workload/errors.ts';
import type { Resources } from '../contract/workload/workload.ts';

/** Why no host of the pool can hold a job of these resources, or undefined when one can. */
export function fitProblem(
  resources: Resources,
  poolName: string,
  pool: Pool,
  where: string,
): Problem | undefined {
  const hosts = pool.instanceTypes
    .map(instanceType)
    .filter((type): type is InstanceType => type !== undefined);
  const fits = hosts.some(
    host => host.vcpus >= resources.vcpus && usableMemoryMiB(host) >= resources.memoryMiB,
  );
  if (fits || hosts.length === 0) return undefined;
  const most = [...hosts].sort((a, b) => b.memoryMiB - a.memoryMiB || b.vcpus - a.vcpus)[0]!;
  return {
    where,
    message: `${resources.vcpus} vCPUs and ${resources.memoryMiB} MiB fit no host of pool ${poolName}`,
    fix: `its largest, ${most.name}, has ${most.vcpus} vCPUs and gives containers ${usableMemoryMiB(most)} MiB; ask for less, or add a larger type in lab.config.ts`,
  };
}

/** Problems with the numbers that Batch would refuse later. */
export function resourceProblems(resources: Resources): Problem[] {
  const problems: Problem[] = [];
  const whole = (where: string, value: number, least: number, most: number, unit: string): void => {
    if (!Number.isInteger(value) || value < least || value > most) {
      problems.push({
        where,
        message: `${value} is not a whole number from ${least} to ${most} ${unit}`.trimEnd(),
      });
    }
  };
  whole('--vcpus', resources.vcpus, 1, 448, 'vCPUs');
  whole('--memory', resources.memoryMiB, 4, 24_576_000, 'MiB');
  whole('--timeout', resources.timeoutSeconds, 60, 31_536_000, 'seconds');
  whole('--attempts', resources.attempts, 1, 10, '');
  return problems;
}
