import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Secrets } from '../contract/ports/ports.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';

/** Secrets Manager over the SDK. Values are texts. */
export function sdkSecrets(endpoint: Endpoint): Secrets {
  const client = new SecretsManagerClient(clientConfig(endpoint));
  return {
    get: async SecretId => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '',
    put: async (SecretId, SecretString) =>
      void (await client.send(new PutSecretValueCommand({ SecretId, SecretString }))),
  };
}
