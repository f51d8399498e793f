import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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

it('what test files share has no hooks of its own: loaded once a worker, it would set up the first of them alone', () => {
  const tests = resolve(import.meta.dirname, '..');
  const shared = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter(
    path => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );
  expect(shared.length).toBeGreaterThan(80);
  const hooked = shared.filter(path =>
    /^(before|after)(All|Each)\(/m.test(readFileSync(join(tests, path), 'utf8')),
  );
  expect(hooked).toEqual([]);
});
