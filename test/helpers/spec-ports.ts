import type { Store } from '../../lib/contract/ports/ports.ts';
import type { SpecPorts } from '../../lib/contract/workload/workload.ts';
import { placeStoreOf } from './memory-store.ts';

/** What a workload's own functions see, over one store for every bucket. */
export const specPortsOf = (store: Store, more: Partial<SpecPorts> = {}): SpecPorts => ({
  store: () => store,
  outputBucket: 'out',
  region: 'us-east-1',
  note: () => undefined,
  place: name => ({ bucket: name, prefix: '', store: placeStoreOf(store) }),
  signal: new AbortController().signal,
  progress: () => undefined,
  now: () => new Date(0),
  ...more,
});
