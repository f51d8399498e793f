import type { Store } from '../../../lib/contract/ports/ports.ts';
import { type RunRef, runPrefix } from '../../../lib/contract/run/keys.ts';

/** Which jobs a head has received: one that was done while nobody looked is the next head's to receive, and no other. */
export interface ReceivedJobs {
  /** Written down soon, with others. */
  add(id: string): void;
  flush(): Promise<void>;
}

const soonMs = 100;
/** Of a key, which has 1,024 bytes at most. */
const numbersInKey = 100;

const prefixOf = (run: RunRef): string => `${runPrefix(run)}received/`;

/** Numbers of jobs stand in the names of empty objects: one listing reads them all. */
export function rememberReceived(store: Store, run: RunRef): ReceivedJobs {
  let unwritten: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    while (unwritten.length > 0) {
      const some = unwritten.slice(0, numbersInKey);
      const numbers = some.map(id => Number(id.slice(1)).toString(36));
      await store.put(`${prefixOf(run)}${numbers.join('.')}`, '');
      // Not before: where it has failed, the next one who writes has them.
      unwritten = unwritten.slice(some.length);
    }
  }
  const flush = (): Promise<void> => {
    writing = writing.catch(() => undefined).then(write);
    return writing;
  };
  return {
    add(id) {
      unwritten.push(id);
      // Lost, it is received once more by a head that asks for the very same work.
      timer ??= setTimeout(() => void flush().catch(() => undefined), soonMs);
    },
    flush,
  };
}

/** Numbers of the jobs that heads have received. */
export async function readReceived(store: Store, run: RunRef): Promise<ReadonlySet<number>> {
  const prefix = prefixOf(run);
  const numbers = new Set<number>();
  for await (const { key } of store.list(prefix))
    for (const number of key.slice(prefix.length).split('.')) numbers.add(Number.parseInt(number, 36));
  return numbers;
}
