import type { LabConfig } from '../contract/workload/config.ts';
import { ownPoolName } from '../contract/workload/step-sizes.ts';
import { mapValues } from './say.ts';

/** The configuration with a copy of its pools for each workload that has a `maxvCpus` of its own. */
export function withOwnPools(config: LabConfig): LabConfig {
  const capped = Object.entries(config.workloads).flatMap(([name, { enabled, maxvCpus, pools }]) =>
    enabled && maxvCpus !== undefined ? [{ name, maxvCpus, pools }] : [],
  );
  if (capped.length === 0) return config;
  const copies = capped.flatMap(({ name, maxvCpus, pools }) =>
    pools.map(pool => [ownPoolName(pool, name), { ...config.pools[pool]!, maxvCpus }] as const),
  );
  return {
    ...config,
    pools: { ...config.pools, ...Object.fromEntries(copies) },
    workloads: mapValues(config.workloads, (workload, name) =>
      capped.some(each => each.name === name)
        ? { ...workload, pools: workload.pools.map(pool => ownPoolName(pool, name)) }
        : workload,
    ),
  };
}
