import type { DatasetAnswer } from '../../contract/ports/account.ts';
import type { Dataset } from '../../contract/workload/config.ts';
import type { AccessKeys } from '../../contract/workload/mount.ts';
import { datasetClient } from '../dataset-client.ts';
import type { Endpoint } from '../endpoint.ts';
import { objectPage } from '../read/objects.ts';
import { errorName, statusOf } from '../sdk-error.ts';

/**
 * Lists the first 1,000 objects of a dataset, one request, as its access says: as anyone for `public`, with `keys` for `keys`, else as who asks.
 * What S3 or the network refuses is an answer, not an error; so is that nothing is there.
 */
export async function openDataset(
  endpoint: Endpoint,
  dataset: Dataset,
  keys?: AccessKeys,
): Promise<DatasetAnswer> {
  let region: string | undefined;
  const client = datasetClient(endpoint, dataset, keys);
  client.middlewareStack.add(
    next => async args => {
      const result = await next(args);
      region = bucketRegion(result.response) ?? region;
      return result;
    },
    // Outside of what reads the answer: an error's headers are on the error.
    { step: 'deserialize', priority: 'high' },
  );
  try {
    const answer = await objectPage(client, { Bucket: dataset.bucket, Prefix: dataset.prefix });
    const objects = (answer.Contents ?? []).map(({ Key = '', Size = 0 }) => ({ key: Key, size: Size }));
    return {
      state: 'open',
      // A folder's mark is nothing that a tool could read.
      empty: objects.every(({ key, size }) => key.endsWith('/') && size === 0),
      listing: { objects, isWhole: !answer.IsTruncated },
      ...(region ? { region } : {}),
    };
  } catch (error) {
    region = bucketRegion((error as { $response?: unknown }).$response) ?? region;
    // Credentials that are not there are no answer of the dataset's.
    if (/CredentialsProviderError/.test(errorName(error))) throw error;
    const status = statusOf(error);
    const refusal = {
      name: (error as { Code?: string }).Code ?? errorName(error),
      message: (error as Error).message || String((error as { code?: string }).code ?? ''),
      ...(status === undefined ? {} : { status }),
    };
    return { state: 'refused', refusal, ...(region ? { region } : {}) };
  }
}

const bucketRegion = (response: unknown): string | undefined =>
  (response as { headers?: Readonly<Record<string, string>> } | undefined)?.headers?.['x-amz-bucket-region'];
