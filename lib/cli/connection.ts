import { sdkBatch } from '../aws/batch.ts';
import type { Deployment } from '../aws/deployment.ts';
import type { Endpoint } from '../aws/endpoint.ts';
import { sdkLogs } from '../aws/logs.ts';
import { sdkSecrets } from '../aws/secrets.ts';
import { sdkStateChanges } from '../aws/state-changes.ts';
import { s3Store } from '../aws/store.ts';
import type { Connection } from './context.ts';
import type { TwinLink } from './twin/connect.ts';

export { readDeployment } from '../aws/read-deployment.ts';

/** The ports over an endpoint, for a lab that is deployed there. Loads the SDK: import it when it is needed. */
export function connection(
  endpoint: Endpoint,
  deployment: Deployment,
  ownTwin: boolean,
  twinKeys?: TwinLink['keys'],
): Connection {
  const deployer = twinKeys ? { ...endpoint, credentials: twinKeys.deployer } : endpoint;
  return {
    endpoint,
    deployment,
    ownTwin,
    ...(twinKeys ? { twinKeys } : {}),
    asDeployer: () => connection(deployer, deployment, ownTwin, twinKeys),
    store: s3Store(endpoint, deployment.outputBucket),
    storeOf: bucket => s3Store(endpoint, bucket),
    batch: sdkBatch(endpoint),
    logs: sdkLogs(endpoint, deployment.logGroup),
    changes: sdkStateChanges(endpoint, deployment.eventLogGroup),
    // Members see no secret: who fills one, or looks whether it is filled, is the lab's engineer.
    secrets: sdkSecrets(deployer),
  };
}
