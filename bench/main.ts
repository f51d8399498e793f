import { join } from 'node:path';
import { machine } from './measure.ts';
import { startUp } from './start-up/start-up.ts';

const rounds = Number(process.argv[2] ?? 9);
process.stdout.write(`${machine()}\n\n`);
process.stdout.write(await startUp(join(import.meta.dirname, '..'), rounds));
