import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { simulatedClock } from '../../lib/twin/simulated-clock.ts';

it('what is due happens in the order of time, then of asking, at its time, whatever is called off', async () => {
  const delays = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 50 }), isCalledOff: fc.boolean() }));
  await fc.assert(
    fc.asyncProperty(delays, async list => {
      const clock = simulatedClock({ startAt: 1000 });
      const release = clock.hold();
      const seen: { index: number; at: number }[] = [];
      list.forEach(({ ms, isCalledOff }, index) => {
        const callOff = clock.after(ms, () => seen.push({ index, at: clock.now() }));
        if (isCalledOff) callOff();
      });
      const kept = list.flatMap(({ ms, isCalledOff }, index) =>
        isCalledOff ? [] : [{ index, at: 1000 + ms }],
      );
      const wanted = kept.sort((a, b) => a.at - b.at || a.index - b.index);
      release();
      await new Promise<void>(done => clock.after(51, done));
      expect(seen).toEqual(wanted);
    }),
    { numRuns: 50 },
  );
});

it('stands still while somebody works, and then goes on', async () => {
  const clock = simulatedClock({ startAt: 0 });
  const release = clock.hold();
  let passed = false;
  clock.after(3_600_000, () => {
    passed = true;
  });
  await sleep(30);
  expect([passed, clock.now()]).toEqual([false, 0]);
  release();
  release();
  await sleep(30);
  expect([passed, clock.now()]).toEqual([true, 3_600_000]);
});

it('goes no faster than it is told to', async () => {
  const clock = simulatedClock({ startAt: 0, speed: 1000 });
  const began = performance.now();
  await new Promise<void>(done => clock.after(60_000, done));
  const tookMs = performance.now() - began;
  expect(tookMs).toBeGreaterThan(55);
  expect(tookMs).toBeLessThan(2000);
});
