// Prints the user data of a kind of scratch, as a host gets it.
import { App, Stack } from 'aws-cdk-lib';
import { scratchUserData } from '../../../lib/infra/pools/user-data.ts';

const kind = process.argv[2] === 'instance-store' ? 'instance-store' : 'volume';
process.stdout.write(new Stack(new App(), 'S').resolve(scratchUserData(kind).render()) as string);
