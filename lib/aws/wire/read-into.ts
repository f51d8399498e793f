import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadIntoOptions, StoredObject } from '../../contract/ports/object-store.ts';
import type { BucketCall, BucketRequest, CallOptions } from './bucket-call.ts';
import { checksumMode } from './download.ts';
import { readBody, type WireAnswer, WireError } from './http.ts';
import type { RequestPace } from './pace.ts';
import { NotTheBytes, rawGet } from './raw-get.ts';
import { storedObject } from './stored-object.ts';

export interface ReadWire {
  readonly call: BucketCall;
  readonly request: BucketRequest;
  readonly pace: RequestPace;
  /** A socket that says nothing for this long is given up, in ms. */
  readonly idleMs: number;
}

const tries = 8;

/** Fills a buffer with an object or a part of it; asked for again where the body breaks off, stalls or is short. */
export async function readInto(
  wire: ReadWire,
  key: string,
  target: Buffer,
  { ifMatch, versionId, from, signal, onBytes, onRestart }: ReadIntoOptions,
): Promise<StoredObject> {
  // An empty range cannot be asked for.
  const isPart = from !== undefined && target.length > 0;
  const options: CallOptions = {
    query: versionId ? { versionId } : {},
    headers: {
      ...(ifMatch ? { 'if-match': ifMatch } : {}),
      ...(isPart ? { range: `bytes=${from}-${from + target.length - 1}` } : checksumMode),
    },
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await wire.pace.run(async slow => {
        const get = { target, onBytes, signal, idleMs: wire.idleMs };
        try {
          const answer = await rawGet({ ...get, request: wire.request('GET', key, options) });
          return checked(key, answer, target, isPart);
        } catch (error) {
          if (!(error instanceof NotTheBytes)) throw error;
          if (error.status === 503) slow();
        }
        // What was wrong is told by the way that reads errors, and tries again where that is the answer.
        const { answer } = await wire.call('GET', key, options);
        await fill(answer, target, onBytes);
        return checked(key, answer, target, isPart);
      });
    } catch (error) {
      signal?.throwIfAborted();
      if ((error instanceof WireError && error.status < 500) || attempt === tries) throw error;
      onRestart?.();
      await sleep(Math.random() * Math.min(8000, 100 * 2 ** attempt), undefined, { signal });
    }
  }
}

/** A server that answers a range with the whole object, or with another range, has not given the bytes asked for. */
function checked(
  key: string,
  answer: Pick<WireAnswer, 'status' | 'headers'>,
  target: Buffer,
  isPart: boolean,
): StoredObject {
  if (isPart !== (answer.status === 206))
    throw new Error(`${key}: answered ${answer.status} to a GET of ${target.length} bytes`);
  return storedObject(key, answer);
}

async function fill(answer: WireAnswer, target: Buffer, onBytes?: (bytes: Buffer) => void): Promise<void> {
  if (answer.status >= 300) await readBody(answer);
  let filled = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    if (filled + chunk.length > target.length) {
      answer.body.destroy();
      throw new Error(`more than ${target.length} bytes arrived`);
    }
    chunk.copy(target, filled);
    onBytes?.(target.subarray(filled, filled + chunk.length));
    filled += chunk.length;
  }
  if (filled !== target.length) throw new Error(`${filled} of ${target.length} bytes arrived`);
}
