import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { FakeBuckets } from './fake-buckets.ts';
import { fakeStore } from './fake-store.ts';

/** S3 in memory, its buckets and the port to each. */
export class FakeS3 extends FakeBuckets {
  store(bucket: string): ObjectStore {
    return fakeStore(this, bucket);
  }
}
