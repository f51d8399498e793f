import { clientConfig, type Endpoint } from '../endpoint.ts';

/** A client that reads for a person who waits: no call hangs for long, milliseconds. */
export const readingConfig = (endpoint: Endpoint) => ({
  ...clientConfig(endpoint),
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000 },
});
