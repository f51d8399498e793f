import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { main } from '../../../containers/runtime/main.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';

const given = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret' };
const tasks = {};

it('without a region, a container that asks nothing of AWS works', async () => {
  const raw = async (_: unknown, argv: readonly string[]): Promise<number> => argv.length;
  await expect(main({ tasks, mounts: [], raw }, ['echo', 'through'], given)).resolves.toBe(2);
});

it('without a region, a container that asks AWS ends with the sentence and the fix, and no stack', async () => {
  const output = new PassThrough();
  const raw = async (world: { readonly region: string }) => world.region.length;
  await expect(main({ tasks, mounts: [], raw }, ['x'], given, output)).resolves.toBe(exitCodes.badJob);
  // The lines of one turn are one write, at its end.
  await setImmediate();
  await expect(text(output.end())).resolves.toBe(
    'AWS_REGION: is not in the container’s environment\n  AWS_REGION in the job definition (npm run deploy writes it)\n',
  );
});
