import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hold } from '../../../../containers/runtime/scratch/held.ts';
import { openScratch } from '../../../../containers/runtime/scratch/open-scratch.ts';
import { cleanLeftovers, socketOf } from '../../../../containers/runtime/scratch/reservations.ts';
import type { ContainerWorld } from '../../../../containers/runtime/world.ts';
import { scratchSentinel } from '../../../../lib/contract/workload/env.ts';

let root: string;
let said: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'scratch-'));
  writeFileSync(join(root, scratchSentinel), '');
  said = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const freeGiB = (): number => {
  const { bavail, bsize } = statfsSync(root);
  return (bavail * bsize) / 1024 ** 3;
};
const world = (gib: number, more: Record<string, string> = {}): ContainerWorld =>
  ({
    environment: { LAB_SCRATCH: root, LAB_SCRATCH_GIB: String(gib), ...more },
    log: (line: string) => void said.push(line),
  }) as unknown as ContainerWorld;
const entries = (): readonly string[] => readdirSync(join(root, 'jobs')).sort();

test('a folder of the attempt’s own, gone afterwards, with the most that was in it', async () => {
  const scratch = await openScratch(world(0.001), 'parent:7', 2);
  expect(scratch.folder).toBe(join(root, 'jobs', 'parent_7.2'));
  expect(scratch.reservedBytes).toBe(0.001 * 1024 ** 3);
  writeFileSync(join(scratch.folder, 'data'), Buffer.alloc(3_000_000));
  expect(await scratch.clean()).toBeGreaterThanOrEqual(3_000_000);
  expect(entries()).toEqual([]);
});

test('what is reserved adds up over the jobs of a host: one that does not fit is refused, with the sum', async () => {
  const half = freeGiB() * 0.6;
  const first = await openScratch(world(half), 'one', 1);
  await expect(openScratch(world(half), 'two', 1, { waitMs: 0 })).rejects.toThrow(
    /GiB free, .* promised to 1 other job of this host, and .* are needed/,
  );
  await first.clean();
  await (await openScratch(world(half), 'two', 1, { waitMs: 0 })).clean();
});

test('a job waits for the one before it', async () => {
  const half = freeGiB() * 0.6;
  const first = await openScratch(world(half), 'one', 1);
  const second = openScratch(world(half), 'two', 1);
  await new Promise(done => setTimeout(done, 300));
  expect(said.join()).toContain('waits for scratch');
  await first.clean();
  await (await second).clean();
});

test('of jobs that start at one instant no two get the same space', async () => {
  const share = freeGiB() * 0.3;
  const all = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) => openScratch(world(share), `job${at}`, 1, { waitMs: 0 })),
  );
  const opened = all.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
  expect(opened).toHaveLength(3);
  await Promise.all(opened.map(scratch => scratch.clean()));
});

test('more than the volume has is refused at once', async () => {
  await expect(openScratch(world(freeGiB() * 2), 'one', 1)).rejects.toThrow(/GiB free, and .* are needed/);
  expect(entries()).toEqual([]);
});

test('a killed attempt’s folder and what it had reserved are the next one’s; a living one’s and the image’s own stay', async () => {
  const share = String(freeGiB() * 0.6);
  const module = resolve(import.meta.dirname, '../../../../containers/runtime/scratch/open-scratch.ts');
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { openScratch } = await import(${JSON.stringify(module)});
       const scratch = await openScratch({ environment: process.env, log: console.error }, 'killed', 1);
       (await import('node:fs')).writeFileSync(scratch.folder + '/half', 'x');
       console.log('ready'); setInterval(() => {}, 1000);`,
    ],
    {
      env: { ...process.env, LAB_SCRATCH: root, LAB_SCRATCH_GIB: share },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout, 'data');
  mkdirSync(join(root, 'reference'));
  const alive = await openScratch(world(0.001), 'alive', 1);
  expect(entries()).toContain('killed.1');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await openScratch(world(Number(share)), 'next', 1, { waitMs: 0 });
  expect(said).toContain('removed what killed.1 left on scratch');
  expect(entries().filter(name => !name.includes('.need') && !name.includes('.sock'))).toEqual([
    'alive.1',
    'next.1',
  ]);
  expect(existsSync(join(root, 'reference'))).toBe(true);
  await Promise.all([alive.clean(), next.clean()]);
  expect(entries()).toEqual([]);
});

test('a job that is starting looks like none that has ended: its socket has its name once it is listened to', async () => {
  const jobs = join(root, 'jobs');
  mkdirSync(jobs);
  const seen: string[] = [];
  const watching = watch(jobs, (_, name) => seen.push(name ?? ''));
  const letGo = await hold(socketOf(jobs, 'one.1'));
  await new Promise(done => setTimeout(done, 50));
  watching.close();
  expect(seen[0]).toBe('.new-one.1.sock');
  expect(readdirSync(jobs)).toEqual(['one.1.sock']);
  await letGo();
  // As it is in the instant before: bound, and not listened to.
  writeFileSync(join(jobs, '.new-two.1.sock'), '');
  expect(await cleanLeftovers(jobs, line => said.push(line))).toEqual([]);
  expect(readdirSync(jobs)).toEqual(['.new-two.1.sock']);
});

test('a folder with a long path, as a twin’s, has its socket too', async () => {
  const deep = join(root, 'a'.repeat(60), 'b'.repeat(60));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, scratchSentinel), '');
  const scratch = await openScratch(world(0.001, { LAB_SCRATCH: deep }), 'one', 1);
  const other = await openScratch(world(0.001, { LAB_SCRATCH: deep }), 'two', 1);
  expect(said).toEqual([]);
  await Promise.all([scratch.clean(), other.clean()]);
});

test('the root disk is not scratch', async () => {
  rmSync(join(root, scratchSentinel));
  await expect(openScratch(world(1), 'one', 1)).rejects.toThrow('is not the scratch volume');
});
