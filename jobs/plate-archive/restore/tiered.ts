import { isStoreError, type ObjectStore } from '../../../lib/contract/ports/object-store.ts';

/** One object of Intelligent-Tiering, and what became of asking for it. */
export interface TieredRow {
  readonly key: string;
  readonly status: 'REQUESTED' | 'IN_PROGRESS' | 'RESTORED' | 'ERROR';
  readonly message: string;
}

export interface TieredRequest {
  readonly prefix: string;
  /** Any of them in the key; all where there is none. */
  readonly include: readonly string[];
  /** None of them in the key. */
  readonly exclude: readonly string[];
  readonly tier: 'Bulk' | 'Standard' | 'Expedited';
  /** Objects asked for at once. */
  readonly parallel: number;
  readonly signal?: AbortSignal;
  readonly onRow?: (row: TieredRow) => void;
}

/** Asks for every object of Intelligent-Tiering below a prefix that lies in an archive tier. There are no days: it stays. */
export async function restoreTiered(
  store: ObjectStore,
  request: TieredRequest,
): Promise<readonly TieredRow[]> {
  const keys: string[] = [];
  for await (const each of store.versions(request.prefix)) {
    const isWanted =
      each.isLatest &&
      !each.isDeleteMarker &&
      each.storageClass === 'INTELLIGENT_TIERING' &&
      (request.include.length === 0 || request.include.some(text => each.key.includes(text))) &&
      !request.exclude.some(text => each.key.includes(text));
    if (isWanted) keys.push(each.key);
  }
  return restoreKeys(store, keys, request);
}

/** The same for keys that are known: those that failed, of a log. */
export async function restoreKeys(
  store: ObjectStore,
  keys: readonly string[],
  { tier, parallel, signal, onRow }: Pick<TieredRequest, 'tier' | 'parallel' | 'signal' | 'onRow'>,
): Promise<readonly TieredRow[]> {
  const rows: TieredRow[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < keys.length) {
      signal?.throwIfAborted();
      const i = next++;
      rows[i] = await askFor(store, keys[i]!, tier);
      onRow?.(rows[i]!);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, keys.length)) }, worker));
  return rows;
}

async function askFor(store: ObjectStore, key: string, tier: TieredRequest['tier']): Promise<TieredRow> {
  try {
    const found = await store.look(key);
    if (!found) return { key, status: 'ERROR', message: 'it is gone' };
    if (found.archiveStatus === undefined) return { key, status: 'RESTORED', message: '' };
    if (found.restore?.ongoing) return { key, status: 'IN_PROGRESS', message: found.archiveStatus };
    const answer = await store.restore(key, { tier });
    return {
      key,
      status: answer === 'in-progress' ? 'IN_PROGRESS' : 'REQUESTED',
      message: found.archiveStatus,
    };
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return { key, status: 'ERROR', message: error.message };
  }
}

/** Keys that failed in a log. */
export const failedKeys = (log: string): readonly string[] =>
  [...log.matchAll(/^(?:"((?:[^"]|"")*)"|([^",\r\n]*)),ERROR,/gm)].map(
    ([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain!,
  );

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The log: key, status, message. */
export const tieredLog = (rows: readonly TieredRow[]): string =>
  [
    'key,status,message',
    ...rows.map(({ key, status, message }) => [key, status, message].map(quoted).join(',')),
  ]
    .map(line => `${line}\n`)
    .join('');
