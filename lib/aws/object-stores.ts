import type { ObjectStore } from '../contract/ports/object-store.ts';
import { sdkSettings } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { objectStore } from './wire/object-store.ts';

/**
 * Buckets by the small client of our containers, signed as the SDK would. In the region that is said, else the endpoint's.
 */
export function objectStores(endpoint: Endpoint): (bucket: string, region?: string) => ObjectStore {
  const { credentials } = sdkSettings(endpoint);
  return (bucket, region = endpoint.region) =>
    objectStore({
      bucket,
      region,
      credentials,
      ...(endpoint.url ? { endpoint: endpoint.url } : {}),
    });
}
