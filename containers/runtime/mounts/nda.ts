import { spawn } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { type NdaLogin, parseNdaLogin } from '../../../lib/contract/workload/mount.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { ShardFailure } from '../failure.ts';
import { toolLines } from '../tool-lines.ts';
import { filledSecret } from './identity.ts';
import type { ToMount } from './mount.ts';

/**
 * The shard's items of an NDA package (ABCD, HCP-Aging, …), downloaded by NDA's own downloadcmd before the tool starts.
 * Answers bytes. The password reaches that program alone, through its stdin: no environment, no argument, no file. Throws ShardFailure.
 * Source: nda-tools 0.7, downloadcmd --help.
 */
export async function downloadNda(input: ToMount, folder: string): Promise<number> {
  const { source, secretsFolder, place, world } = input;
  const { username, password } = await loginOf(input);
  // It keeps the package's list of files there, which has millions of lines for ABCD: not on memory. No secret is in it.
  const home = join(place.scratch ?? secretsFolder(), 'nda-home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  await mkdir(folder, { recursive: true });
  const child = spawn('downloadcmd', argumentsOf(source.package ?? '', username, folder, pattern(input)), {
    // A session of its own has no terminal: the password is asked for on stdin. The null keyring keeps none.
    detached: true,
    env: {
      PATH: world.environment.PATH ?? process.env.PATH ?? '',
      HOME: home,
      PYTHON_KEYRING_BACKEND: 'keyring.backends.null.Keyring',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stop = (): void => {
    try {
      // All of its group; what it has downloaded goes with the scratch folder.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  place.signal?.addEventListener('abort', stop, { once: true });
  if (place.signal?.aborted) stop();
  // It may end before it has asked.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${password}\n`);
  const said: string[] = [];
  const read = [child.stdout, child.stderr].map(async stream => {
    for await (const line of toolLines(stream)) {
      said.push(line);
      world.log(`downloadcmd: ${line}`);
    }
  });
  const code = await new Promise<number>(done => {
    child.once('error', error => {
      said.push(error.message);
      done((error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : 1);
    });
    child.once('close', exit => done(exit ?? 1));
  });
  await Promise.allSettled(read);
  place.signal?.removeEventListener('abort', stop);
  await rm(home, { recursive: true, force: true });
  if (place.signal?.aborted)
    throw new ShardFailure(
      exitCodes.interrupted,
      `interrupted while NDA package ${source.package} was downloaded`,
    );
  await judge(code, said, input, folder);
  return bytesBelow(folder);
}

/** It exits with 0 when files have failed too: only its count of errors tells. */
async function judge(code: number, said: readonly string[], input: ToMount, folder: string): Promise<void> {
  const what = `NDA package ${input.source.package}`;
  const fail = (why: string): never => {
    throw new ShardFailure(exitCodes.mountFailed, `${what}: ${why}`);
  };
  if (code === 127) fail('the image has no downloadcmd (nda-tools)');
  if (code !== 0) fail(`downloadcmd exited with ${code}: ${said.slice(-3).join(' | ')}`);
  const errors = said.map(line => /Total errors encountered:\s+(\d+)/.exec(line)?.[1]).find(Boolean);
  if (errors !== undefined && errors !== '0')
    fail(`${counted(Number(errors), 'file')} could not be downloaded`);
  if ((await readdir(folder)).length === 0)
    throw new ShardFailure(exitCodes.itemNotFound, `${what} has no file that matches ${pattern(input)}`);
  if (errors === undefined) fail('downloadcmd did not say that it had finished');
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  return bytes;
}

const argumentsOf = (id: string, username: string, folder: string, regex: string): readonly string[] => [
  ...['-dp', id, '-u', username, '-d', folder, '--file-regex', regex, '-wt', '4'],
];

/** The configuration's pattern with the shard's items in the place of `{item}`. */
function pattern({ source, place }: ToMount): string {
  const names = (place.items ?? []).map(name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return (source.files ?? '{item}').replaceAll(
    '{item}',
    names.length === 1 ? names[0]! : `(${names.join('|')})`,
  );
}

async function loginOf({ source, world }: ToMount): Promise<NdaLogin> {
  if (!source.secretId || !source.package)
    throw new ShardFailure(exitCodes.badJob, 'the NDA dataset names no secret or no package');
  return filledSecret(world, source.secretId, parseNdaLogin, 'username and password');
}
