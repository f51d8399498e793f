import { clientConfig, type Endpoint } from '../endpoint.ts';
import { errorName } from '../sdk-error.ts';

/** A client that reads for a person who waits: no call hangs for long, milliseconds. */
export const readingConfig = (endpoint: Endpoint) => ({
  ...clientConfig(endpoint),
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000 },
});

/** What a call answers, or `otherwise` where the service says by one of these names that there is none. */
export async function unless<T, O>(call: Promise<T>, names: readonly string[], otherwise: O): Promise<T | O> {
  try {
    return await call;
  } catch (error) {
    if (names.includes(errorName(error))) return otherwise;
    throw error;
  }
}
