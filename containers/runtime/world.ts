import type { WireService } from '../../lib/aws/wire/calls.ts';
import { type CredentialSource, containerKeys } from '../../lib/aws/wire/credentials.ts';
import { endpointFrom } from '../../lib/aws/wire/endpoints.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';
import { wireStore } from '../../lib/aws/wire/store.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import type { HostInfo } from '../../lib/contract/run/records.ts';
import { LabError } from '../../lib/contract/workload/errors.ts';
import { hostInfo } from './host.ts';
import { type Interruption, watchInterruption } from './interruption.ts';
import type { Log } from './line-log.ts';

/** Where a container runs: its environment, and AWS (or the twin) as its job role. */
export interface ContainerWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly region: string;
  /** Where S3 is, when not at AWS. */
  readonly endpoint?: string;
  readonly credentials: CredentialSource;
  store(bucket: string): Store;
  /** A bucket with all that S3 has for it; in another region where one is named. */
  objectStore(bucket: string, region?: string): ObjectStore;
  now(): Date;
  /** The host, as far as its metadata tells. */
  host(): Promise<HostInfo>;
  /** What tells the container to stop; call it once, and `stop` when nothing is left to be stopped. */
  interruption(): Interruption;
  readonly log: Log;
}

export function containerWorld(environment: NodeJS.ProcessEnv, log: Log): ContainerWorld {
  const region = () => regionOf(environment);
  const credentials = containerKeys(environment);
  const s3 = at(endpointFrom(environment, 'S3'));
  return {
    environment,
    // Read when first asked: a raw job that touches no AWS needs none.
    get region() {
      return region();
    },
    ...s3,
    credentials,
    store: bucket => wireStore({ bucket, region: region(), credentials, ...s3 }),
    objectStore: (bucket, other = region()) => objectStore({ bucket, region: other, credentials, ...s3 }),
    now: () => new Date(),
    host: () => hostInfo(environment),
    interruption: () => watchInterruption(environment, log),
    log,
  };
}

/** Another region's S3 and secrets would be asked in silence. Throws LabError where the job's definition names none. */
export function regionOf(environment: NodeJS.ProcessEnv): string {
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  if (region) return region;
  throw new LabError({
    where: 'AWS_REGION',
    message: 'is not in the container’s environment',
    fix: 'AWS_REGION in the job definition (npm run deploy writes it)',
  });
}

/** Where another service is: its own address in the environment, else S3's unless that is S3's alone. */
export function serviceOf(world: ContainerWorld, name: 'BATCH' | 'SECRETS_MANAGER'): WireService {
  const { environment, region, credentials, endpoint } = world;
  const shared = environment.AWS_ENDPOINT_URL_S3 ? undefined : endpoint;
  return { region, credentials, ...at(endpointFrom(environment, name) ?? shared) };
}

const at = (endpoint: string | undefined): { readonly endpoint?: string } => (endpoint ? { endpoint } : {});
