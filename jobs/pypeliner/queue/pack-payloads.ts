import { createHash } from 'node:crypto';
import type { Store } from '../../../lib/contract/ports/ports.ts';
import type { RunRef } from '../../../lib/contract/run/keys.ts';
import { payloadKey } from '../job.ts';

/** Where a job finds its pickle: bytes of an object that others share, `[from, to)`, and their SHA-256 in hex. */
export interface PackedPayload {
  readonly payload: string;
  readonly range: string;
  readonly sha256: string;
}

/** Bytes of an object; a pickle that is larger has one of its own. */
const packBytes = 8 * 1024 * 1024;

/** Stores the pickles of jobs that are sent together in as few objects as they fit in: a request for each would be most of what they cost. */
export async function packPayloads(
  store: Store,
  run: RunRef,
  jobs: readonly { readonly id: string; readonly payload: Buffer }[],
): Promise<readonly PackedPayload[]> {
  const places: PackedPayload[] = [];
  for (let first = 0; first < jobs.length; ) {
    const key = payloadKey(run, jobs[first]!.id);
    const bodies: Buffer[] = [];
    let from = 0;
    let next = first;
    for (; next < jobs.length; next++) {
      const body = jobs[next]!.payload;
      if (from > 0 && from + body.length > packBytes) break;
      const to = from + body.length;
      const sha256 = createHash('sha256').update(body).digest('hex');
      places.push({ payload: key, range: `${from}-${to}`, sha256 });
      bodies.push(body);
      from = to;
    }
    await store.put(key, Buffer.concat(bodies));
    first = next;
  }
  return places;
}
