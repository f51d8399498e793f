import { BatchClient } from '@aws-sdk/client-batch';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { type CredentialSource, fixedKeys } from './wire/credentials.ts';

/** What the SDK has found out of who asks, and where: profiles, SSO, roles and their settings are its to find. */
export interface SdkSettings {
  readonly credentials: CredentialSource;
  /** Whether a setting of the person's asks for other hosts than S3's own: FIPS, dual stack, an address of its own. */
  hasOtherHosts(): Promise<boolean>;
}

/** By the client of Batch, which every call that reads a run loads anyway. */
export function sdkSettings(endpoint: Endpoint): SdkSettings {
  let made: BatchClient | undefined;
  const config = () => {
    made ??= new BatchClient(clientConfig(endpoint));
    return made.config;
  };
  return {
    credentials: endpoint.credentials
      ? fixedKeys(endpoint.credentials)
      : async () => {
          const { accessKeyId, secretAccessKey, sessionToken } = await config().credentials();
          return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
        },
    hasOtherHosts: async () =>
      !endpoint.url &&
      (Boolean(process.env.AWS_ENDPOINT_URL_S3) ||
        (await config().useFipsEndpoint()) ||
        (await config().useDualstackEndpoint())),
  };
}
