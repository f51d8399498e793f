import { sdkBatch } from '../aws/batch.ts';
import type { Deployment } from '../aws/deployment.ts';
import type { Endpoint } from '../aws/endpoint.ts';
import { sdkLogs } from '../aws/logs.ts';
import { sdkSecrets } from '../aws/secrets.ts';
import { sdkStateChanges } from '../aws/state-changes.ts';
import { s3Store } from '../aws/store.ts';
import type { Connection } from './context.ts';

export { readDeployment } from '../aws/read-deployment.ts';

/** The ports over an endpoint, for a lab that is deployed there. Loads the SDK: import it when it is needed. */
export function connection(endpoint: Endpoint, deployment: Deployment, ownTwin: boolean): Connection {
  return {
    endpoint,
    deployment,
    ownTwin,
    store: s3Store(endpoint, deployment.outputBucket),
    storeOf: bucket => s3Store(endpoint, bucket),
    batch: sdkBatch(endpoint),
    logs: sdkLogs(endpoint, deployment.logGroup),
    changes: sdkStateChanges(endpoint, deployment.eventLogGroup),
    secrets: sdkSecrets(endpoint),
  };
}
