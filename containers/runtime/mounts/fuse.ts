import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { ShardFailure } from '../failure.ts';
import type { MountCommand, Mounted, ToMount } from './mount.ts';

/** Whether a mount tool is installed. */
export const hasTool = (name: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;

/** Mounts by a tool that goes into the background, and believes the kernel alone. Throws ShardFailure. */
export async function mountFuse(
  { program, args, environment }: MountCommand,
  { source, target }: Pick<ToMount, 'source' | 'target'>,
): Promise<Mounted> {
  mkdirSync(target, { recursive: true });
  const { code, said } = await run(program, args, environment);
  const what = `s3://${source.bucket}/${source.prefix}`;
  if (code !== 0)
    throw new ShardFailure(
      exitCodes.mountFailed,
      `${program} could not mount ${what} at ${target} (exit code ${code}): ${firstLine(said())}`,
    );
  // The tool goes into the background before the mount answers.
  for (let tries = 0; !isMounted(target); tries++) {
    if (tries === 50)
      throw new ShardFailure(
        exitCodes.mountFailed,
        `${program} gave no error, but ${target} is no mount: ${said()}`,
      );
    await sleep(100);
  }
  const unread = await readProblem(target);
  if (unread) {
    spawnSync('umount', ['-l', target], { stdio: 'ignore' });
    throw new ShardFailure(
      exitCodes.mountFailed,
      `${program} cannot read ${what}: ${unread} ${said()}`.trim(),
    );
  }
  return { folder: target, unmount: () => unmount(target) };
}

/**
 * s3fs asks for the bucket in the background and goes when its keys are refused; it answers nothing before that.
 * Never by a call that blocks this thread, and not by a listing: of a large folder s3fs asks for every entry.
 */
async function readProblem(target: string): Promise<string | undefined> {
  try {
    await statfs(target);
  } catch (error) {
    return (error as Error).message;
  }
  return isMounted(target) ? undefined : 'the mount went away.';
}

const firstLine = (text: string): string =>
  text.split('\n').find(line => line.trim() !== '') ?? 'it says nothing';

async function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; said(): string }> {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  // The reason stands in the first line, above whatever trace follows.
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      text = `${text}${chunk}`.slice(0, 4000);
    });
    // What stays in the background may keep the pipe; it must not keep us.
    (stream as Socket).unref();
  }
  const code = await new Promise<number>(done => {
    child.once('error', () => done(127));
    child.once('exit', exit => done(exit ?? 1));
  });
  return { code, said: () => text.trim() };
}

/** Whether the kernel has a mount at the path. */
export const isMounted = (path: string): boolean =>
  hasMount(readFileSync('/proc/self/mountinfo', 'utf8'), path);

/** The same, by the text of a mountinfo: proc(5). */
export function hasMount(mountinfo: string, path: string): boolean {
  const escaped = path.replace(/[ \t\n\\]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return mountinfo.split('\n').some(line => line.split(' ')[4] === escaped);
}

async function unmount(path: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    if (
      spawnSync('fusermount', ['-u', path], { stdio: 'ignore' }).status === 0 ||
      spawnSync('umount', [path], { stdio: 'ignore' }).status === 0
    )
      return;
    if (!isMounted(path)) return;
    await sleep(250);
  }
  if (spawnSync('umount', ['-l', path], { stdio: 'ignore' }).status !== 0) throw new Error('it is busy');
}
