// A container in the middle of a day, to be killed: says a line once NoisePy has begun to correlate.
// usage: busy-container.ts PYTHON DRIVER FOLDER ARGUMENTS
import { startNoisePy } from '../../../containers/ambient-noise/noisepy/session.ts';

const [python = '', driver = '', folder = '', args = '[]'] = process.argv.slice(2);
const noisepy = await startNoisePy({
  python,
  driver,
  environment: process.env as Record<string, string>,
  threads: 1,
  log: line => {
    if (line.includes('Reading data') || line.includes('Still need to process')) console.log('busy');
  },
  signal: new AbortController().signal,
});
await noisepy.run(folder, JSON.parse(args) as readonly string[]);
