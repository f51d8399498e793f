import fc from 'fast-check';
import { runs } from '../helpers/runs.ts';
import { faultPlan, runFaults } from './fault-run.ts';

/** Another seed every day, the same for all runs of a day: a failure can be had again. `npm run soak` takes 10,000. */
const seed = Number(process.env.SEED ?? Math.floor(Date.now() / 86_400_000));

const plans = runs(500);

it(`no wrong deletion and no missed corruption in ${plans} runs full of faults (seed ${seed})`, async () => {
  const outcomes = { proven: 0, deleted: 0, resumed: 0 };
  await fc.assert(
    fc.asyncProperty(faultPlan, async plan => {
      const { proven, deleted, attempts } = await runFaults(plan);
      if (proven) outcomes.proven++;
      outcomes.deleted += deleted;
      if (attempts > 3) outcomes.resumed++;
    }),
    { numRuns: plans, seed },
  );
  // Runs in which everything fails would prove nothing.
  expect(outcomes.proven).toBeGreaterThan(plans / 5);
  expect(outcomes.deleted).toBeGreaterThan(plans / 2.5);
  expect(outcomes.resumed).toBeGreaterThan(plans / 10);
});
