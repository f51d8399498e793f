import fc from 'fast-check';
import { runs } from '../helpers/runs.ts';
import { histories } from './history/events.ts';
import { play } from './history/history.ts';

it('the reader that keeps its state says what a fresh one says, whatever has become of the run', async () => {
  await fc.assert(fc.asyncProperty(histories, play), { numRuns: runs(120) });
});
