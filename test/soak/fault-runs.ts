/** `node fault-runs.ts RUNS SEED`: plates archived, verified and deleted under faults; stops at the first one that goes wrong. */
import fc from 'fast-check';
import { faultPlan, runFaults } from '../plate-archive/fault-run.ts';

const [runs = '10000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
if (![runs, seed].every(each => /^\d+$/.test(each)) || process.argv.length > 4 || Number(runs) === 0) {
  process.stderr.write('not two numbers\n  fix: node fault-runs.ts RUNS SEED\n');
  process.exit(2);
}
const total = { runs: 0, proven: 0, deleted: 0, attempts: 0 };
await fc.assert(
  fc.asyncProperty(faultPlan, async plan => {
    const { proven, deleted, attempts } = await runFaults(plan);
    total.runs++;
    if (proven) total.proven++;
    total.deleted += deleted;
    total.attempts += attempts;
    if (total.runs % 1000 === 0) process.stderr.write(`${total.runs} of ${runs}\n`);
  }),
  { numRuns: Number(runs), seed: Number(seed) },
);
process.stdout.write(
  `${total.runs} fault runs (seed ${seed}): ${total.proven} plates proven, ${total.deleted} objects deleted, ${total.attempts} attempts of a step; no wrong deletion, no missed corruption\n`,
);
