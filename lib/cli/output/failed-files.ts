import type { Store } from '../../contract/ports/ports.ts';

export interface FailedFiles {
  readonly files: number;
  readonly bytes: number;
  /** Keys, of which there may be more. */
  readonly keys: readonly string[];
}

/** What failed attempts of an item left below `prefix`: one listing. */
export async function failedFiles(store: Store, prefix: string): Promise<FailedFiles> {
  const keys: string[] = [];
  let bytes = 0;
  for await (const { key, size } of store.list(prefix, { limit: 1000 })) {
    keys.push(key);
    bytes += size;
  }
  return { files: keys.length, bytes, keys };
}
