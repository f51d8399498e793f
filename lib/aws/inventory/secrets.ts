import { paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LabSecret } from '../../contract/ports/stack.ts';
import { clientConfig, type Endpoint } from '../endpoint.ts';

/** The secrets that the lab's stacks named, with those that are being deleted: their names are taken until they are gone. */
export async function labSecrets(endpoint: Endpoint, lab: string): Promise<LabSecret[]> {
  const client = new SecretsManagerClient(clientConfig(endpoint));
  const prefix = `arraylab/${lab}/`;
  const found: LabSecret[] = [];
  // The filter ignores case.
  for await (const page of paginateListSecrets(
    { client },
    { IncludePlannedDeletion: true, Filters: [{ Key: 'name', Values: [prefix] }] },
  ))
    for (const each of page.SecretList ?? [])
      if (each.Name?.startsWith(prefix))
        found.push({ name: each.Name, ...(each.DeletedDate ? { deletedAt: each.DeletedDate } : {}) });
  return found;
}
