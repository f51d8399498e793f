import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { workloads } from '../../jobs/index.ts';
import { runCli } from '../../lib/cli/main.ts';
import { loadConfig } from '../../lib/config/load-config.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { root } from '../helpers/project.ts';

const projectRoot = mkdtempSync(join(tmpdir(), 'lab-init-'));
symlinkSync(join(root, 'lib'), join(projectRoot, 'lib'));
afterAll(() => rmSync(projectRoot, { recursive: true }));

async function init(...words: readonly string[]): Promise<{ readonly code: number; readonly err: string }> {
  let err = '';
  const code = await runCli(['init', ...words], {
    projectRoot,
    cwd: projectRoot,
    environment: {},
    io: { out: { write: () => true }, err: { write: (text: string) => (err += text) } },
    stdin: Readable.from([]),
    signal: new AbortController().signal,
    workloads,
    now: () => new Date(),
    seed: () => '000001',
  });
  return { code, err };
}

it('lab init writes a configuration that is one, with the data where the first workload has its inputs', async () => {
  const words = ['--name', 'smith', '--region', 'eu-west-1', '--bucket', 'smith-data', '--access', 'role'];
  expect((await init(...words)).code).toBe(0);
  const config = resolveConfig(await loadConfig(join(projectRoot, 'lab.config.ts')), workloads);
  expect([config.name, config.region]).toEqual(['smith', 'eu-west-1']);
  expect(config.datasets.data).toMatchObject({ bucket: 'smith-data', region: 'eu-west-1', access: 'role' });
  const [first] = workloads;
  expect(config.workloads[first!.name]!.datasets).toEqual({ [first!.mounts[0]!.path]: 'data' });
});

it('one that is there already stays, and a wrong answer is refused with what was meant', async () => {
  const again = await init('--name', 'jones');
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('is there already')]);
  const wrong = await init('--force', '--name', 'A Lab');
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--name: "A Lab" is not')]);
});

it('every answer that is none is told at once', async () => {
  const { code, err } = await init('--force', '--name', '1lab', '--region', 'x', '--access', 'y');
  expect([code, err]).toEqual([
    2,
    [
      'error --name: "1lab" is not small letters, digits and -, at most 21, a letter first\n',
      'error --region: "x" is not a region such as us-east-1\n',
      'error --access: "y" is not keys, role, public or requester-pays\n',
    ].join(''),
  ]);
});
