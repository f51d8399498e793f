import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { aLane } from '../../helpers/one-step-round.ts';
import { labOfFile, storeRun } from '../lab.ts';
import { named, shell } from '../tasks.ts';

const lab = labOfFile();
const failing = shell('exit 3');
const fine = shell('exit 0');

it('once more have failed than may, nothing is started any more, and it says why; what was done stays', async () => {
  const run = await storeRun(lab, [named('a'), named('b', 'c'), named('d'), named('e')], {
    limits: { maxFails: 2 },
  });
  expect(await run.start(fine, 0)).toBe(0);
  expect(await run.start(failing, 2)).toBe(exitCodes.toolFailed);
  expect(await run.start(failing, 1)).toBe(exitCodes.toolFailed);
  expect(await run.start(fine, 3)).toBe(exitCodes.runStopped);
  const record = await run.record(3);
  expect(record).toMatchObject({ exitCode: exitCodes.runStopped });
  expect(record!.items).toMatchObject([
    { name: 'e', state: 'not-started', reason: 'stopped: 3 have failed, and --max-fails allows 2' },
  ]);
  expect([await run.isDone(0), await run.isDone(3)]).toEqual([true, false]);
});

it('another attempt of a shard that fails again is no further failure', async () => {
  const run = await storeRun(lab, [named('a'), named('b')], { limits: { maxFails: 1 } });
  for (const attempt of [1, 2]) await run.start(failing, 0, { attempt });
  expect(await run.start(fine, 1)).toBe(0);
});

it('what its jobs have taken is counted by their lane, up to the cap', async () => {
  // An hour of a job is a million dollars: each takes some.
  const run = await storeRun(lab, [named('a'), named('b')], {
    limits: { maxUsd: 1 },
    lanes: [{ ...aLane, usdPerHour: 1e6 }],
  });
  expect(await run.start(shell('sleep 0.1'), 0)).toBe(0);
  expect(await run.start(fine, 1)).toBe(exitCodes.runStopped);
  expect((await run.record(1))!.items[0]!.reason).toMatch(
    /^stopped: its jobs took about \$\d+\.\d\d, and --max-usd allows 1$/,
  );
  const cheap = await storeRun(lab, [named('a'), named('b')], {
    limits: { maxUsd: 1 },
    lanes: [{ ...aLane, usdPerHour: 0.01 }],
  });
  for (const shard of [0, 1]) expect(await cheap.start(fine, shard)).toBe(0);
});

it('the canary of a soft step fails as its tools do, so that it holds the rest', async () => {
  const run = await storeRun(lab, [named('a'), named('b')], { soft: true });
  expect(await run.start(failing, 0)).toBe(0);
  expect(await run.start(failing, 1, { environment: { LAB_HOLDS: '1' } })).toBe(exitCodes.toolFailed);
});
