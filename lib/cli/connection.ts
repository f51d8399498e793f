import { sdkBatch } from '../aws/batch.ts';
import type { Deployment } from '../aws/deployment.ts';
import type { Endpoint } from '../aws/endpoint.ts';
import { labStore } from '../aws/lab-store.ts';
import { lazyChanges, lazyLogs, lazySecrets, lazyStore } from '../aws/lazy-ports.ts';
import { objectStores } from '../aws/object-stores.ts';
import type { ObjectStore } from '../contract/ports/object-store.ts';
import type { BatchPort, Logs, Secrets, StateChanges, Store } from '../contract/ports/ports.ts';
import type { Dataset, PlaceConfig } from '../contract/workload/config.ts';
import type { TwinLink } from './twin/connect.ts';

export interface Connection {
  readonly endpoint: Endpoint;
  readonly deployment: Deployment;
  readonly store: Store;
  storeOf(bucket: string): Store;
  /** A bucket of a place, in its region, by the small client: many requests at once cost little. */
  placeStoreOf(bucket: string, region?: string): ObjectStore;
  readonly batch: BatchPort;
  readonly logs: Logs;
  readonly changes: StateChanges;
  readonly secrets: Secrets;
  /** The same as who deploys: for what members of a lab may not. On AWS a person is who they are. */
  asDeployer(): Connection;
  /** The same as a keeper of the lab: for what members may not submit. On AWS a person is who they are. */
  asKeeper(): Connection;
  /** Of whom a person can come to the twin as; none on AWS. */
  readonly twinKeys?: TwinLink['keys'];
  /** Whether jobs end when this process does: a twin of this process's own. */
  readonly ownTwin: boolean;
  /** For who waits for jobs, or works with them: on a twin of this process's own nothing runs before. */
  runJobs(): void;
}

/** The ports over an endpoint, for a lab that is deployed there. Loads the SDK: import it when it is needed. */
export function connection(
  endpoint: Endpoint,
  deployment: Deployment,
  twin: Pick<TwinLink, 'own' | 'keys' | 'runJobs'> | undefined,
  datasets: readonly Dataset[] = [],
  places: readonly PlaceConfig[] = [],
): Connection {
  const deployer = twin ? { ...endpoint, credentials: twin.keys.deployer } : endpoint;
  const keeper = twin ? { ...endpoint, credentials: twin.keys.keepers } : endpoint;
  return {
    endpoint,
    deployment,
    ownTwin: twin?.own === true,
    runJobs: () => twin?.runJobs(),
    ...(twin ? { twinKeys: twin.keys } : {}),
    asDeployer: () => connection(deployer, deployment, twin, datasets, places),
    asKeeper: () => connection(keeper, deployment, twin, datasets, places),
    store: labStore(endpoint, deployment.outputBucket),
    storeOf: bucket => storeOf(endpoint, bucket, datasets, places),
    placeStoreOf: objectStores(endpoint),
    batch: sdkBatch(endpoint),
    logs: lazyLogs(async () => (await import('../aws/logs.ts')).sdkLogs(endpoint, deployment.logGroup)),
    changes: lazyChanges(async () =>
      (await import('../aws/state-changes.ts')).sdkStateChanges(endpoint, deployment.eventLogGroup),
    ),
    // Members see no secret: who fills one, or looks whether it is filled, is the lab's engineer.
    secrets: lazySecrets(async () => (await import('../aws/secrets.ts')).sdkSecrets(deployer)),
  };
}

/** A bucket as its dataset says: in its region, paid for by who asks, or as anyone; any other as who asks, a place's in its region. */
function storeOf(
  endpoint: Endpoint,
  bucket: string,
  datasets: readonly Dataset[],
  places: readonly PlaceConfig[],
): Store {
  const own = datasets.filter(each => each.bucket === bucket && each.access !== 'nda');
  // As anyone is what nobody has to be allowed; the keys of `keys` are the jobs'.
  const dataset = own.find(each => each.access === 'public') ?? own.find(each => each.access !== 'keys');
  if (dataset)
    return lazyStore(bucket, async () =>
      (await import('../aws/dataset-client.ts')).datasetStore(endpoint, dataset),
    );
  const { region = endpoint.region } = own[0] ?? places.find(each => each.bucket === bucket) ?? {};
  return lazyStore(bucket, async () =>
    (await import('../aws/store.ts')).s3Store({ ...endpoint, region }, bucket),
  );
}
