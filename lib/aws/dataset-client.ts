import { S3Client } from '@aws-sdk/client-s3';
import type { Store } from '../contract/ports/ports.ts';
import type { Dataset } from '../contract/workload/config.ts';
import type { AccessKeys } from '../contract/workload/mount.ts';
import { readingConfig } from './account/reading.ts';
import type { Endpoint } from './endpoint.ts';
import { s3Store } from './store.ts';

/** S3 as a dataset's access says: as anyone for `public`, with `keys` for `keys`, as who pays, else as who asks. */
export function datasetClient(endpoint: Endpoint, dataset: Dataset, keys?: AccessKeys): S3Client {
  const client = new S3Client({
    ...readingConfig({ ...endpoint, region: dataset.region, ...(keys ? { credentials: keys } : {}) }),
    forcePathStyle: endpoint.url !== undefined,
    ...(dataset.access === 'public' ? unsigned : {}),
  });
  if (dataset.access === 'requester-pays')
    client.middlewareStack.add(
      next => args => {
        (args.request as { headers: Record<string, string> }).headers['x-amz-request-payer'] = 'requester';
        return next(args);
      },
      { step: 'build' },
    );
  return client;
}

/** As anyone: no signature at all. */
const unsigned = {
  credentials: { accessKeyId: '', secretAccessKey: '' },
  signer: { sign: async <T>(request: T): Promise<T> => request },
};

/** The dataset as a store, to look at: few tries, and soon told. */
export const datasetStore = (endpoint: Endpoint, dataset: Dataset, keys?: AccessKeys): Store =>
  s3Store(endpoint, dataset.bucket, datasetClient(endpoint, dataset, keys));
