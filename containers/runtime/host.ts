import { hostname } from 'node:os';
import type { HostInfo } from '../../lib/spec/records.ts';
import { metadata } from './interruption.ts';

/** Which host this is, where its metadata answers. */
export async function hostInfo(environment: Readonly<Record<string, string | undefined>>): Promise<HostInfo> {
  const host = { hostname: hostname() };
  if (environment.AWS_EC2_METADATA_DISABLED === 'true') return host;
  const token = await metadata('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': '60' });
  if (token === undefined) return host;
  const [instanceId, instanceType, availabilityZone] = await Promise.all(
    ['instance-id', 'instance-type', 'placement/availability-zone'].map(name =>
      metadata('GET', `/latest/meta-data/${name}`, { 'x-aws-ec2-metadata-token': token }),
    ),
  );
  return {
    ...host,
    ...(instanceId ? { instanceId } : {}),
    ...(instanceType ? { instanceType } : {}),
    ...(availabilityZone ? { availabilityZone } : {}),
  };
}
