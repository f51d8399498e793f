import type { BatchClient } from '@aws-sdk/client-batch';
import { toDetail, toSummary } from '../../lib/aws/batch.ts';
import { jobDetails, listJobs } from '../../lib/aws/read/jobs.ts';
import type {
  BatchPort,
  JobStatus,
  ListOptions,
  ObjectInfo,
  PutOptions,
  Store,
} from '../../lib/contract/ports/ports.ts';
import type { TwinBatch } from '../../lib/twin/batch/start-batch.ts';
import type { SimulatedClock } from '../../lib/twin/simulated-clock.ts';

/** Calls a second that Batch takes of an account: as many at once as a second gives. */
const perSecond = 50;
/** What a request takes, in ms of the simulated clock. */
const takes = { batch: 80, s3: 30 } as const;

export interface Calls {
  /** By the name of the call, those that were answered. */
  readonly batch: Record<string, number>;
  s3: number;
  throttled: number;
}

export const until = (clock: SimulatedClock, ms: number): Promise<void> =>
  new Promise(done => void clock.after(ms, done));

/** An account's Batch, which turns away what is more than its rate, whoever asks. */
export function rateOf(clock: SimulatedClock): { take(): boolean } {
  let [tokens, at] = [perSecond, clock.now()];
  return {
    take() {
      const now = clock.now();
      tokens = Math.min(perSecond, tokens + ((now - at) / 1000) * perSecond);
      at = now;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}

/** One watcher's Batch: the twin's own model, page by page as our client asks for them, in the account's rate. */
export function watchersBatch(
  batch: TwinBatch,
  clock: SimulatedClock,
  rate: { take(): boolean },
  calls: Calls,
): BatchPort {
  const send = async (command: {
    readonly input: object;
    readonly constructor: { readonly name: string };
  }) => {
    const action = command.constructor.name.replace(/Command$/, '');
    for (let pause = 500; ; pause = Math.min(20_000, pause * 2)) {
      await until(clock, takes.batch);
      if (rate.take()) break;
      calls.throttled++;
      await until(clock, pause);
    }
    calls.batch[action] = (calls.batch[action] ?? 0) + 1;
    return batch.call({ action, input: { ...command.input }, accessKeyId: '' });
  };
  const client = { send } as unknown as BatchClient;
  const none = async (): Promise<never> => {
    throw new Error('a watcher changes nothing');
  };
  return {
    submit: none,
    findByName: none,
    describe: async ids => (await jobDetails(client, ids)).map(toDetail),
    async *children(arrayJobId: string, jobStatus: JobStatus) {
      for await (const job of listJobs(client, { arrayJobId, jobStatus })) yield toSummary(job);
    },
    terminate: none,
    cancel: none,
    createConsumableResource: none,
    deleteConsumableResource: none,
  };
}

/** A bucket in memory, whose keys are in order: a listing costs what it lists. */
export class SortedBucket {
  readonly #keys: string[] = [];
  readonly #bodies = new Map<string, Buffer>();

  set(key: string, body: Buffer | string): void {
    if (!this.#bodies.has(key)) this.#keys.splice(this.#placeOf(key), 0, key);
    this.#bodies.set(key, Buffer.from(body));
  }

  /** A watcher's view of it: each request takes its time, and is counted. */
  store(clock: SimulatedClock, calls: Calls): Store {
    const request = async (): Promise<void> => {
      calls.s3++;
      await until(clock, takes.s3);
    };
    const info = (key: string): ObjectInfo => ({
      key,
      size: this.#bodies.get(key)!.length,
      etag: '',
      lastModified: new Date(0),
    });
    const keys = this.#keys;
    const placeAfter = (key: string): number => {
      const place = this.#placeOf(key);
      return keys[place] === key ? place + 1 : place;
    };
    const none = async (): Promise<never> => {
      throw new Error('a watcher writes nothing');
    };
    return {
      bucket: 'bucket',
      get: async (key, range) => {
        await request();
        const body = this.#bodies.get(key);
        return body && range ? body.subarray(range[0], range[1]) : body;
      },
      head: async key => {
        await request();
        return this.#bodies.has(key) ? info(key) : undefined;
      },
      put: async (key: string, body: Buffer | string, options: PutOptions = {}) => {
        if (options.ifNoneMatch && this.#bodies.has(key)) return false;
        this.set(key, body);
        return true;
      },
      async *list(prefix: string, { startAfter = '', limit = Number.POSITIVE_INFINITY }: ListOptions = {}) {
        let count = 0;
        let at = startAfter > prefix ? placeAfter(startAfter) : placeAfter(prefix);
        do {
          await request();
          for (let page = 0; page < 1000 && count < limit; page++, count++, at++) {
            const key = keys[at];
            if (!key?.startsWith(prefix)) return;
            yield info(key);
          }
        } while (count < limit);
      },
      async *folders() {},
      download: none,
      upload: none,
    };
  }

  #placeOf(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
