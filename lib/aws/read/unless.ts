import { errorName } from '../sdk-error.ts';

/** What a call answers, or undefined where the service says by one of these names that there is none. */
export async function unless<T>(call: Promise<T>, names: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (names.includes(errorName(error))) return undefined;
    throw error;
  }
}
