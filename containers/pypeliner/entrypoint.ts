import { pypeliner } from '../../jobs/pypeliner/spec.ts';
import { containerKeys } from '../../lib/aws/wire/credentials.ts';
import { endpointFrom } from '../../lib/aws/wire/endpoints.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';
import { main } from '../runtime/main.ts';
import { regionOf } from '../runtime/world.ts';
import { delegateTask } from './delegate.ts';

const { env: environment } = process;
const region = regionOf(environment);
const endpoint = endpointFrom(environment, 'S3');
const credentials = containerKeys(environment);

process.exitCode = await main(
  {
    tasks: {
      run: delegateTask(bucket =>
        objectStore({ bucket, region, credentials, ...(endpoint ? { endpoint } : {}) }),
      ),
    },
    mounts: pypeliner.mounts,
  },
  process.argv.slice(2),
  environment,
);
