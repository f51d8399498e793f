import { batchCounts } from './checks/batch-counts.ts';
import { bootstrap } from './checks/bootstrap.ts';
import { credentials } from './checks/credentials.ts';
import { datasets } from './checks/datasets.ts';
import { endpointZones } from './checks/endpoint-zones.ts';
import { environments } from './checks/environments.ts';
import { images } from './checks/images.ts';
import { instanceTypes } from './checks/instance-types.ts';
import { job } from './checks/job.ts';
import { logPolicies } from './checks/log-policies.ts';
import { networkCounts } from './checks/network-counts.ts';
import { outputBucket } from './checks/output-bucket.ts';
import { poolSize } from './checks/pool-size.ts';
import { queues } from './checks/queues.ts';
import { quotas } from './checks/quotas.ts';
import { region } from './checks/region.ts';
import { scratch } from './checks/scratch.ts';
import { secrets } from './checks/secrets.ts';
import { serviceRoles } from './checks/service-roles.ts';
import { stack } from './checks/stack.ts';
import { stoppedHosts } from './checks/stopped-hosts.ts';
import { waiting } from './checks/waiting.ts';
import type { Check } from './finding.ts';

/** Looked at before anything else: without it nothing else can be asked. */
export const firstCheck: Check = credentials;

/** Every other check, in the order of the table. */
export const checks: readonly Check[] = [
  region,
  bootstrap,
  stack,
  quotas,
  instanceTypes,
  batchCounts,
  networkCounts,
  endpointZones,
  serviceRoles,
  logPolicies,
  secrets,
  datasets,
  images,
  poolSize,
  scratch,
  outputBucket,
  environments,
  stoppedHosts,
  queues,
  waiting,
];

/** What is looked at for one job. */
export const jobChecks: readonly Check[] = [job];
