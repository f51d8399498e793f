import { type CredentialSource, containerKeys } from '../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../lib/aws/wire/store.ts';
import type { Store } from '../../lib/spec/ports.ts';

/** Where a container runs: its environment, and AWS (or the twin) as its job role. */
export interface ContainerWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials: CredentialSource;
  store(bucket: string): Store;
  log(line: string): void;
}

export function containerWorld(environment: NodeJS.ProcessEnv, log: (line: string) => void): ContainerWorld {
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
  const endpoint = environment.AWS_ENDPOINT_URL;
  const credentials = containerKeys(environment);
  return {
    environment,
    region,
    ...(endpoint ? { endpoint } : {}),
    credentials,
    store: bucket => wireStore({ bucket, region, credentials, ...(endpoint ? { endpoint } : {}) }),
    log,
  };
}
