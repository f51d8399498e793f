import { join } from 'node:path';
import { machine } from './measure.ts';
import { memory } from './s3/memory.ts';
import { s3 } from './s3/s3.ts';
import { startUp } from './start-up/start-up.ts';

/** `node main.ts [ROUNDS] [start-up|s3|memory …]`; memory takes 30 GB of disk, so it must be asked for. */
const [rounds = '9', ...asked] = process.argv.slice(2);
const root = join(import.meta.dirname, '..');
const benches = { 'start-up': startUp, s3, memory };
process.stdout.write(`${machine()}\n\n`);
for (const [name, bench] of Object.entries(benches)) {
  if (asked.includes(name) || (asked.length === 0 && name !== 'memory'))
    process.stdout.write(`${await bench(root, Number(rounds))}\n`);
}
