/**
 * `node ledger-histories.ts HISTORIES SEED`: the reader that keeps its state beside a fresh one, over random histories of runs, and
 * as many of open runs, with what their heads are told.
 */
import fc from 'fast-check';
import { histories } from '../ledger/history/events.ts';
import { headHistories } from '../ledger/history/head/events.ts';
import { playHead } from '../ledger/history/head/play.ts';
import { play } from '../ledger/history/history.ts';

const [count = '5000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
if (![count, seed].every(each => /^\d+$/.test(each)) || process.argv.length > 4 || Number(count) === 0) {
  process.stderr.write('not two numbers\n  fix: node ledger-histories.ts HISTORIES SEED\n');
  process.exit(2);
}

async function all<H extends { readonly events: readonly unknown[] }>(
  name: string,
  given: fc.Arbitrary<H>,
  playOne: (history: H) => Promise<void>,
): Promise<void> {
  let [played, events] = [0, 0];
  await fc.assert(
    fc.asyncProperty(given, async history => {
      await playOne(history);
      events += history.events.length;
      if (++played % 1000 === 0) process.stderr.write(`${name}: ${played} of ${count}\n`);
    }),
    { numRuns: Number(count), seed: Number(seed) },
  );
  process.stdout.write(
    `${name}: ${played} of ${events} events (seed ${seed}): the same answers after each\n`,
  );
}

await all('histories', histories, play);
await all('histories of open runs', headHistories, playHead);
