import { dirname } from 'node:path';
import { synth } from '../lib/build/synth.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
process.exitCode = await synth(process.argv.slice(2), {
  projectRoot: dirname(import.meta.dirname),
  signal: interrupt.signal,
  say: text => void process.stderr.write(`${text}\n`),
});
