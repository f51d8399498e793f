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

type Kind = 'script' | 'file';

/**
 * The script (or other file) that a person means: a path of this machine, or a name below config/ of the output bucket. A bare name that is
 * in both, with other bytes, is refused. Throws LabError, also for what is wrong with the script itself.
 */
export async function readScript(
  option: string,
  value: string,
  cwd: string,
  store: Store,
  kind: Kind = 'script',
): Promise<ScriptFile> {
  const stored = value.replace(/^config\//, '');
  const here = await readHere(option, value, cwd, kind);
  const there = isPath(value) ? undefined : await store.get(`${configPrefix}${stored}`);
  if (here && there && !here.equals(there))
    throw new LabError({
      where: option,
      message: `${value} is on this machine and at s3://${store.bucket}/${configPrefix}${stored}, and they differ`,
      fix: `say which: ${option} ./${value}, or ${option} ${configPrefix}${stored}`,
    });
  const body = here ?? there;
  if (!body)
    throw notThere(
      option,
      kind,
      `there is no file ${value} here, and no s3://${store.bucket}/${configPrefix}${stored}`,
    );
  if (!here) checkBody(option, value, body, kind);
  return {
    name: here ? basename(value) : stored,
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    body,
  };
}

const isPath = (value: string): boolean => /^(?:~|\.{0,2})\//.test(value) || value.includes('\\');

/** What is on this machine; undefined where a bare name may be in the bucket. Throws LabError for what cannot be meant. */
async function readHere(option: string, value: string, cwd: string, kind: Kind): Promise<Buffer | undefined> {
  const here = value.startsWith(configPrefix) ? undefined : await readLocal(value, cwd);
  if (here) checkBody(option, value, here, kind);
  else if (isPath(value)) throw notThere(option, kind, `there is no file ${value}`);
  return here;
}

const notThere = (option: string, kind: Kind, message: string): LabError =>
  new LabError({
    where: option,
    message,
    fix:
      kind === 'script' ? `give the path of a script: ${option} ./my.sh` : `give its path: ${option} ./file`,
  });

function checkBody(option: string, value: string, body: Buffer, kind: Kind): void {
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
}

/** Throws LabError with what is wrong with scripts that are on this machine, or are said to be: no connection is needed. */
export async function checkScriptsHere(spec: WorkloadSpec, request: RunRequest, cwd: string): Promise<void> {
  const told = gather();
  for (const { name, type, value } of scriptsOf(spec, request))
    await told.ask(() => readHere(`--${name}`, value, cwd, type));
  told.refuse();
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
  for (const { name, type, value } of scriptsOf(spec, request)) {
    const script = await told.ask(() => readScript(`--${name}`, value, cwd, store, type));
    if (script) scripts[name] = script;
  }
  told.refuse();
  return scripts;
}

/** The parameters that name a file to be frozen with the run. */
const scriptsOf = (
  spec: WorkloadSpec,
  request: RunRequest,
): readonly { readonly name: string; readonly type: Kind; readonly value: string }[] =>
  spec.parameters.flatMap(({ name, type }) => {
    const value = request.parameters[name];
    if ((type !== 'script' && type !== 'file') || value === undefined) return [];
    return type === 'file' && value.startsWith('s3://') ? [] : [{ name, type, value }];
  });

async function readLocal(value: string, cwd: string): Promise<Buffer | undefined> {
  const path = resolve(cwd, value.replace(/^~(?=\/)/, homedir()));
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new LabError({ where: value, message: `cannot be read (${error.code})` });
  });
}
