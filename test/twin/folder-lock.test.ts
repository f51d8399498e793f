import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTwin } from '../../lib/twin/twin.ts';
import { program } from '../helpers/program.ts';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-lock-'));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(end));
  await rm(folder, { recursive: true, force: true });
});

/** What a twin that is started there says, as a process of its own. */
async function start(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [await program(join(import.meta.dirname, 'start.ts')), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  for await (const data of child.stdout ?? []) {
    said += String(data);
    if (said.endsWith('\n')) break;
  }
  return { child, said };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

it('a second twin in the folder of one that runs is refused, and told which process has it', async () => {
  const first = await start();
  expect(first.said).toMatch(/^http:/);
  const second = await start();
  expect(second.said).toContain(`process ${first.child.pid}`);
  expect(second.said).toContain('npx lab twin up');
  const health = await fetch(`${first.said.trim()}/_lab/health`);
  expect(await health.text()).toBe('ok');
});

it('nor is there a second one of the same process, which would take the scratch from under the first one’s jobs', async () => {
  const options = {
    folder,
    projectRoot: folder,
    region: 'us-east-1',
    template: { Resources: {} },
    datasetBuckets: [],
    node: process.execPath,
    tools: [],
  };
  const first = await startTwin(options);
  const scratch = join(folder, 'containers', 'job.1', 'scratch');
  await mkdir(scratch, { recursive: true });
  await expect(startTwin(options)).rejects.toThrow('works in it (this process)');
  expect(await readdir(join(folder, 'containers', 'job.1'))).toEqual(['scratch']);
  await first.close();
  await (await startTwin(options)).close();
});

it('the folder of a twin that was killed is free, also when another process has its number', async () => {
  const { child } = await start();
  await end(child);
  expect((await start()).said).toMatch(/^http:/);
  await end(children.at(-1) as ChildProcess);
  const lock = join(folder, 'twin.lock');
  const held = JSON.parse(await readFile(lock, 'utf8')) as { pid: number; started: string };
  await writeFile(lock, JSON.stringify({ ...held, pid: process.ppid }));
  expect((await start()).said).toMatch(/^http:/);
});

it('of several that start at once one has the folder', async () => {
  const all = await Promise.all([start(), start(), start()]);
  expect(all.filter(each => each.said.startsWith('http:'))).toHaveLength(1);
});
