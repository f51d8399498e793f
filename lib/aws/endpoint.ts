import type { BatchClientConfig } from '@aws-sdk/client-batch';

/** Where AWS is. Chosen once, by the CLI's context; an absent `url` is AWS itself. */
export interface Endpoint {
  readonly region: string;
  readonly url?: string;
  /** The twin's keys; AWS's come from the SDK's own chain (profiles, SSO, roles). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly profile?: string;
}

/**
 * At a twin what a user's environment and profile say of AWS's endpoints is not asked: it would be read for every client, and FIPS does
 * not go with another endpoint.
 */
export const atTwin = {
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  retryMode: 'standard',
  defaultsMode: 'legacy',
} as const;

/**
 * What goes wrong is told once, by who asked. Without an `info` the SDK makes no copy of each answer for a log that nobody keeps, a
 * sixth of what a look at a thousand jobs takes; its type wants one, and nothing calls it unasked.
 */
const quiet = { trace() {}, debug() {}, warn() {}, error() {} } as unknown as NonNullable<
  BatchClientConfig['logger']
>;

/** What every SDK client is made with. */
export function clientConfig(endpoint: Endpoint) {
  return {
    region: endpoint.region,
    logger: quiet,
    // A request that a sleeping laptop had under way would be waited for for ever.
    requestHandler: { connectionTimeout: 15_000, socketTimeout: 120_000 },
    ...(endpoint.url ? { endpoint: endpoint.url, ...atTwin } : {}),
    ...(endpoint.credentials ? { credentials: endpoint.credentials } : {}),
    ...(endpoint.profile ? { profile: endpoint.profile } : {}),
  };
}
