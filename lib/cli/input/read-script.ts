import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, resolve } from 'node:path';
import type { Store } from '../../contract/ports/ports.ts';
import { configPrefix } from '../../contract/run/keys.ts';
import { gather, LabError, refuse } from '../../contract/workload/errors.ts';
import { inspectScript } from '../../contract/workload/script.ts';
import type { RunRequest, WorkloadSpec } from '../../contract/workload/workload.ts';
import type { ScriptFile } from '../../runs/scripts.ts';

/** Bytes of a script that is frozen with a run: more is data, or an archive. */
const mostBytes = 16 * 1024 ** 2;

/**
 * The script (or other file) that a person means: a path of this machine, or a name below config/ of the output bucket. A bare name that is
 * in both, with other bytes, is refused. Throws LabError, also for what is wrong with the script itself.
 */
export async function readScript(
  option: string,
  value: string,
  cwd: string,
  store: Store,
  kind: 'script' | 'file' = 'script',
): Promise<ScriptFile> {
  const stored = value.replace(/^config\//, '');
  const isPath = /^(?:~|\.{0,2})\//.test(value) || value.includes('\\');
  const here = value.startsWith(configPrefix) ? undefined : await readLocal(value, cwd);
  const there = isPath ? undefined : await store.get(`${configPrefix}${stored}`);
  if (here && there && !here.equals(there))
    throw new LabError({
      where: option,
      message: `${value} is on this machine and at s3://${store.bucket}/${configPrefix}${stored}, and they differ`,
      fix: `say which: ${option} ./${value}, or ${option} ${configPrefix}${stored}`,
    });
  const body = here ?? there;
  if (!body)
    throw new LabError({
      where: option,
      message: isPath
        ? `there is no file ${value}`
        : `there is no file ${value} here, and no s3://${store.bucket}/${configPrefix}${stored}`,
      fix:
        kind === 'script'
          ? `give the path of a script: ${option} ./my.sh`
          : `give its path: ${option} ./file`,
    });
  if (body.length > mostBytes)
    throw new LabError({
      where: option,
      message: `${value} has ${body.length.toLocaleString('en-US')} bytes, and what is frozen with a run has 16 MiB at most`,
      fix:
        kind === 'script'
          ? `put data below config/ of the output bucket: it is in /data_out/config`
          : `put it on S3, and give its URI: ${option} s3://bucket/key`,
    });
  if (kind === 'script') refuse(inspectScript(body, value).problems);
  return {
    name: here ? basename(value) : stored,
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    body,
  };
}

/** The scripts that a request names, by parameter. Throws LabError with what is wrong with any. */
export async function readScripts(
  spec: WorkloadSpec,
  request: RunRequest,
  cwd: string,
  store: Store,
): Promise<Readonly<Record<string, ScriptFile>>> {
  const scripts: Record<string, ScriptFile> = {};
  const told = gather();
  for (const { name, type } of spec.parameters) {
    const value = request.parameters[name];
    if ((type !== 'script' && type !== 'file') || value === undefined) continue;
    if (type === 'file' && value.startsWith('s3://')) continue;
    const script = await told.ask(() => readScript(`--${name}`, value, cwd, store, type));
    if (script) scripts[name] = script;
  }
  told.refuse();
  return scripts;
}

async function readLocal(value: string, cwd: string): Promise<Buffer | undefined> {
  const path = resolve(cwd, value.replace(/^~(?=\/)/, homedir()));
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new LabError({ where: value, message: `cannot be read (${error.code})` });
  });
}
