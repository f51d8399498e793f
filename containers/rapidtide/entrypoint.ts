import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import { main } from '../runtime/main.ts';
import { runRaw } from './raw.ts';
import { rapidtideTask } from './task.ts';

process.exitCode = await main(
  { tasks: { run: rapidtideTask }, mounts: rapidtide.mounts, raw: runRaw(rapidtide.mounts) },
  process.argv.slice(2),
  process.env,
);
