import { toleratedMs } from './settle.ts';

/** The two calls of a store that tell S3's time. */
export interface TimeStore {
  put(key: string, body: string): Promise<unknown>;
  head(key: string): Promise<{ readonly lastModified: Date } | undefined>;
}

/**
 * How far this host's clock is from S3's, as a sentence where it is too far for a dataset whose every write has the time of
 * its host. S3 tells whole seconds; jobs may write the same key at once, for its time is now either way.
 */
export async function clockProblem(
  store: TimeStore,
  key: string,
  now: () => number,
): Promise<string | undefined> {
  const before = now();
  await store.put(key, '');
  const written = await store.head(key);
  const after = now();
  if (!written) return undefined;
  const at = written.lastModified.getTime();
  const off = at + 999 < before ? before - at - 999 : at > after ? at - after : 0;
  return off > toleratedMs
    ? `the clock of this host is ${Math.round(off / 1000)} s off S3's: what it stored could vanish behind a delete of another host`
    : undefined;
}
