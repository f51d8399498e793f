import type { Problem } from '../../lib/contract/workload/errors.ts';
import type { DatasetState } from './dataset.ts';

const where = '--dataset-uri';

/** Why nothing can be stored into what is at a prefix, or undefined. */
export function refusedForStore(uri: string, state: DatasetState): Problem | undefined {
  if (state.is === 'half')
    return {
      where,
      message: `${uri} holds half a dataset: its create was killed, and tiledbvcf neither opens nor mends it`,
      fix: `look at it (aws s3 ls --recursive ${uri}/), remove it (aws s3 rm --recursive ${uri}/) or name another --dataset-uri`,
    };
  if (state.is === 'other')
    return {
      where,
      message: `${uri} is no dataset, and not empty: there is ${state.key}`,
      fix: 'name a folder that is empty or not there',
    };
  return undefined;
}

/** Why nothing can be exported from it, or undefined. */
export function refusedForExport(uri: string, state: DatasetState): Problem | undefined {
  return state.is === 'absent'
    ? { where, message: `there is no dataset at ${uri}`, fix: `look at the URI: aws s3 ls ${uri}/` }
    : refusedForStore(uri, state);
}
