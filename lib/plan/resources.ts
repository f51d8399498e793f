import { fitsNone, knownTypes, sizeLimits } from '../contract/hosts/fitting.ts';
import { usableMemoryMiB } from '../contract/hosts/instance-types.ts';
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
  if (!fitsNone(resources, pool)) return undefined;
  const most = [...knownTypes(pool.instanceTypes)].sort(
    (a, b) => b.memoryMiB - a.memoryMiB || b.vcpus - a.vcpus,
  )[0]!;
  return {
    where,
    message: `${resources.vcpus} vCPUs and ${resources.memoryMiB} MiB fit no host of pool ${poolName}`,
    fix: `its largest, ${most.name}, has ${most.vcpus} vCPUs and gives containers ${usableMemoryMiB(most)} MiB; ask for less, or add a larger type in lab.config.ts`,
  };
}

/** Problems with the numbers that Batch would refuse later. */
export function resourceProblems(resources: Resources): Problem[] {
  const problems: Problem[] = [];
  const whole = (where: string, name: keyof Resources, unit: string): void => {
    const [value, [least, most]] = [resources[name], sizeLimits[name]];
    if (!Number.isInteger(value) || value < least || value > most) {
      problems.push({
        where,
        message: `${value} is not a whole number from ${least} to ${most} ${unit}`.trimEnd(),
      });
    }
  };
  whole('--vcpus', 'vcpus', 'vCPUs');
  whole('--memory', 'memoryMiB', 'MiB');
  whole('--timeout', 'timeoutSeconds', 'seconds');
  whole('--attempts', 'attempts', '');
  return problems;
}
