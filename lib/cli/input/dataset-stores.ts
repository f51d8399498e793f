import { errorName } from '../../aws/sdk-error.ts';
import type { Store } from '../../contract/ports/ports.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { parseAccessKeys } from '../../contract/workload/mount.ts';
import type { Connection } from '../context.ts';

/**
 * Datasets as stores, each by its name and as its access says. One with keys opens for those alone who may read its secret,
 * which members may not. Rejects with what was refused.
 */
export function datasetStores(
  { endpoint, deployment, secrets }: Connection,
  config: LabConfig,
): (bucket: string, name: string) => Promise<Store> {
  const stores = new Map<string, Promise<Store>>();
  const open = async (name: string): Promise<Store> => {
    const dataset = config.datasets[name]!;
    // Loaded when a dataset is looked at: the clients take their time.
    const { datasetStore } = await import('../../aws/dataset-client.ts');
    if (dataset.access !== 'keys') return datasetStore(endpoint, dataset);
    const secret = await secrets.get(deployment.map.secrets[name] ?? '').catch((error: unknown) => {
      if (!errorName(error).startsWith('AccessDenied')) throw error;
      throw new LabError({
        where: name,
        message: `its keys are for jobs, and you may not read the secret of ${name}`,
      });
    });
    const keys = parseAccessKeys(secret);
    if (!keys || keys === 'placeholder')
      throw new LabError({
        where: name,
        message: 'its keys are not filled in yet',
        fix: `npx lab secret set ${name}`,
      });
    return datasetStore(endpoint, dataset, keys);
  };
  return (_bucket, name) => {
    const store = stores.get(name) ?? open(name);
    stores.set(name, store);
    return store;
  };
}
