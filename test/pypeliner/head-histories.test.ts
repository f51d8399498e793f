import fc from 'fast-check';
import { runs } from '../helpers/runs.ts';
import { headHistories } from '../ledger/history/head/events.ts';
import { playHead } from '../ledger/history/head/play.ts';

it('what a head is told of its jobs is what a fresh reader says then, whatever becomes of run and head', async () => {
  await fc.assert(fc.asyncProperty(headHistories, playHead), { numRuns: runs(100) });
});
