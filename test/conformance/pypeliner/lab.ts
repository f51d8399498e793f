import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { workloads } from '../../../jobs/index.ts';
import { runCli } from '../../../lib/cli/main.ts';

/** `lab`, for a lab that runs workflows: LAB_CONFIG is its configuration. */
const interrupt = new AbortController();
process.once('SIGTERM', () => interrupt.abort());
process.exitCode = await runCli(process.argv.slice(2), {
  projectRoot: join(import.meta.dirname, '../../..'),
  configFile: process.env.LAB_CONFIG ?? '',
  cwd: process.cwd(),
  environment: process.env,
  io: { out: process.stdout, err: process.stderr },
  stdin: process.stdin,
  signal: interrupt.signal,
  workloads,
  now: () => new Date(),
  seed: () => randomBytes(3).toString('hex'),
});
