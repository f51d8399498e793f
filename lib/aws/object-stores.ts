import { S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from '../contract/ports/object-store.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import type { CredentialSource } from './wire/credentials.ts';
import { objectStore } from './wire/object-store.ts';

/**
 * Buckets by the small client of our containers, signed as the SDK would: profiles, SSO and roles are its to find. In the
 * region that is said, else the endpoint's.
 */
export function objectStores(endpoint: Endpoint): (bucket: string, region?: string) => ObjectStore {
  let client: S3Client | undefined;
  const credentials: CredentialSource = async () => {
    client ??= new S3Client(clientConfig(endpoint));
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  };
  return (bucket, region = endpoint.region) =>
    objectStore({
      bucket,
      region,
      credentials,
      ...(endpoint.url ? { endpoint: endpoint.url } : {}),
    });
}
