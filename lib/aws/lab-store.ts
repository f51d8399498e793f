import type { Store } from '../contract/ports/ports.ts';
import { type SdkSettings, sdkSettings } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { lazyStore } from './lazy-ports.ts';
import { wireStore } from './wire/store.ts';

/**
 * The lab's own bucket. What is small goes by the small client of our containers, at a third of the SDK's time and garbage a
 * request; whole files, which Ctrl-C interrupts, and hosts that a person's settings choose are the SDK's.
 */
export function labStore(
  endpoint: Endpoint,
  bucket: string,
  settings: SdkSettings = sdkSettings(endpoint),
): Store {
  const sdk = lazyStore(bucket, async () => (await import('./store.ts')).s3Store(endpoint, bucket));
  return lazyStore(bucket, async () => {
    if (await settings.hasOtherHosts()) return sdk;
    const small = wireStore({
      bucket,
      region: endpoint.region,
      credentials: settings.credentials,
      ...(endpoint.url ? { endpoint: endpoint.url } : {}),
    });
    return { ...small, download: sdk.download, upload: sdk.upload };
  });
}
