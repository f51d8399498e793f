import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { workloads } from '../jobs/index.ts';
import { runCli } from '../lib/cli/main.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
// A reader that has seen enough (`lab status | head`) is no error.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  projectRoot: dirname(import.meta.dirname),
  // An npm script of ours runs in the project: the user is where they called npm. Under another script the folder is its own.
  cwd:
    (/^(lab$|submit:)/.test(process.env.npm_lifecycle_event ?? '') && process.env.INIT_CWD) || process.cwd(),
  environment: process.env,
  io: { out: process.stdout, err: process.stderr },
  stdin: process.stdin,
  signal: interrupt.signal,
  workloads,
  now: () => new Date(),
  seed: () => randomBytes(3).toString('hex'),
});
