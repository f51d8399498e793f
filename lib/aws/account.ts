import type { Account } from '../contract/ports/account.ts';
import { batchState } from './account/batch-state.ts';
import { bucketState } from './account/bucket-state.ts';
import { openDataset } from './account/dataset.ts';
import { hostState } from './account/host-state.ts';
import { imageState } from './account/image-state.ts';
import { regionState } from './account/region-state.ts';
import { type ProfileFiles, readSsoSession } from './account/sso-session.ts';
import { stackState } from './account/stack-state.ts';
import type { Endpoint } from './endpoint.ts';
import { sdkSecrets } from './secrets.ts';

/** The account over the SDK: it reads, and changes nothing. */
export function sdkAccount(endpoint: Endpoint, profiles: ProfileFiles): Account {
  const secrets = sdkSecrets(endpoint);
  return {
    ...regionState(endpoint),
    ...stackState(endpoint),
    ...batchState(endpoint),
    ...hostState(endpoint),
    ...imageState(endpoint),
    ssoSession: () => readSsoSession(profiles),
    secret: id => secrets.get(id),
    openDataset: (dataset, keys) => openDataset(endpoint, dataset, keys),
    bucket: name => bucketState(endpoint, name),
  };
}
