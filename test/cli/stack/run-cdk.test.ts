import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStackTools } from '../../../lib/cli/stack/stack-tools.ts';

const projectRoot = mkdtempSync(join(tmpdir(), 'lab-cdk-'));
mkdirSync(join(projectRoot, 'node_modules/aws-cdk/bin'), { recursive: true });
writeFileSync(
  join(projectRoot, 'node_modules/aws-cdk/bin/cdk'),
  `const [what] = process.argv.slice(2);
   if (what === 'hang') setInterval(() => {}, 1000);
   else process.exit(process.cwd() === require('fs').realpathSync(${JSON.stringify(projectRoot)}) && process.env.CDK_DISABLE_CLI_TELEMETRY === 'true' ? Number(what) : 99);`,
);
afterAll(() => rmSync(projectRoot, { recursive: true, force: true }));

const { cdk, wait } = openStackTools({ region: 'us-east-1' });
const options = (signal = new AbortController().signal) => ({ projectRoot, signal, quietStdout: true });

it('runs the project’s own cdk in the project, and answers its exit code', async () => {
  expect(await cdk(['0'], options())).toBe(0);
  expect(await cdk(['7'], options())).toBe(7);
});

it('passes an interruption on, which ends it with 130', async () => {
  const interrupt = new AbortController();
  const running = cdk(['hang'], options(interrupt.signal));
  setTimeout(() => interrupt.abort(), 300);
  expect(await running).toBe(130);
});

it('a wait ends when it is interrupted', async () => {
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(), 10);
  const before = Date.now();
  await wait(60_000, interrupt.signal);
  expect(Date.now() - before).toBeLessThan(10_000);
});
