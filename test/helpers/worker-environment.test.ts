import { tmpdir } from 'node:os';
import WorkerEnvironment from './worker-environment.ts';

const options = { fakeTimers: {} } as ConstructorParameters<typeof WorkerEnvironment>[0]['projectConfig'];

it('a test file leaves its process as it found it, though the next one gets the same modules and globals', async () => {
  process.env.OF_THE_FILE_BEFORE = 'old';
  const folder = process.cwd();
  const { exit } = process;
  const { setTimeout, Date: clock } = globalThis;
  const environment = new WorkerEnvironment({ projectConfig: options });
  await environment.setup();

  process.env.OF_THE_FILE_BEFORE = 'new';
  process.env.OF_THIS_FILE = 'new';
  process.chdir(tmpdir());
  process.exit = (() => {}) as unknown as typeof exit;
  environment.moduleMocker.spyOn(clock, 'now').mockReturnValue(1);
  environment.fakeTimersModern.useFakeTimers();
  await environment.teardown();

  expect(process.env.OF_THE_FILE_BEFORE).toBe('old');
  expect(process.env.OF_THIS_FILE).toBeUndefined();
  expect(process.cwd()).toBe(folder);
  expect(process.exit).toBe(exit);
  expect(globalThis.setTimeout).toBe(setTimeout);
  expect(Date).toBe(clock);
  expect(Date.now()).toBeGreaterThan(1e12);
});
