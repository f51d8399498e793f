import { S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from '../contract/ports/object-store.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import type { CredentialSource } from './wire/credentials.ts';
import { objectStore } from './wire/object-store.ts';

/** Buckets by the small client of our containers, signed as the SDK would: profiles, SSO and roles are its to find. */
export function objectStores(endpoint: Endpoint): (bucket: string) => ObjectStore {
  const { config } = new S3Client(clientConfig(endpoint));
  const credentials: CredentialSource = async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  };
  return bucket =>
    objectStore({
      bucket,
      region: endpoint.region,
      credentials,
      ...(endpoint.url ? { endpoint: endpoint.url } : {}),
    });
}
