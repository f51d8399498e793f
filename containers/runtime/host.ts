import { hostname } from 'node:os';
import type { HostInfo } from '../../lib/contract/run/records.ts';
import { askMetadata } from './instance-metadata.ts';

/** Which host this is, where its metadata answers. */
export async function hostInfo(environment: Readonly<Record<string, string | undefined>>): Promise<HostInfo> {
  const [instanceId, instanceType, availabilityZone, lifeCycle] = await askMetadata(
    environment,
    'instance-id',
    'instance-type',
    'placement/availability-zone',
    'instance-life-cycle',
  );
  return {
    hostname: hostname(),
    ...(instanceId ? { instanceId } : {}),
    ...(instanceType ? { instanceType } : {}),
    ...(availabilityZone ? { availabilityZone } : {}),
    ...(lifeCycle === 'spot' || lifeCycle === 'on-demand' ? { market: lifeCycle } : {}),
  };
}
