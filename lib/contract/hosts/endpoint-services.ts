import type { Dataset } from '../workload/config.ts';
import { hasSecret } from '../workload/mount.ts';

/** In how many zones hosts without a way to the internet have endpoints: the region's first ones. */
export const endpointZones = 2;

/** Services that such hosts and their jobs call, by the end of their names: `com.amazonaws.us-east-1.ecs-agent`. */
export const endpointServices = (datasets: readonly Pick<Dataset, 'access'>[]): readonly string[] => [
  'ecs',
  'ecs-agent',
  'ecs-telemetry',
  'ecr.api',
  'ecr.dkr',
  'logs',
  // A job that was submitted by hand reads its own parameters back.
  'batch',
  ...(datasets.some(each => hasSecret(each.access)) ? ['secretsmanager'] : []),
];
