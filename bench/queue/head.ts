import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { workloads } from '../../jobs/index.ts';
import { runCli } from '../../lib/cli/main.ts';

/** `lab queue serve --local`, as a workflow starts it: LAB_CONFIG is the lab, LAB_TWIN_FOLDER its twin. */
process.exitCode = await runCli(['queue', 'serve', '--local'], {
  projectRoot: join(import.meta.dirname, '../..'),
  configFile: process.env.LAB_CONFIG ?? '',
  cwd: process.cwd(),
  environment: process.env,
  io: { out: process.stdout, err: process.stderr },
  stdin: process.stdin,
  signal: new AbortController().signal,
  workloads,
  now: () => new Date(),
  seed: () => randomBytes(3).toString('hex'),
});
