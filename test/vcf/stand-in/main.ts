import { resolve } from 'node:path';
import { runStandIn } from './program.ts';

process.exitCode = await runStandIn(process.argv.slice(2), {
  at: path => resolve(path),
  environment: process.env,
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
});
