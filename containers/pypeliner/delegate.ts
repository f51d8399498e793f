import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileStorage } from '../../jobs/pypeliner/files/file-storage.ts';
import { jobOperations } from '../../jobs/pypeliner/files/storage-operations.ts';
import { type JobLabels, jobLabels, resultNames, storageSocketEnv } from '../../jobs/pypeliner/job.ts';
import { serveSocket } from '../../jobs/pypeliner/queue/serve-lines.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { OutputRecord } from '../../lib/contract/run/records.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { Task, TaskContext, TaskResult } from '../../lib/contract/workload/task.ts';
import { ShardFailure } from '../runtime/failure.ts';

/** Characters of the log's end that go into an error text. */
const tailLength = 16_000;

/**
 * A job of a workflow: its pickle is fetched, pypeliner's delegate runs it with its files behind a socket, and the pickle
 * that it leaves is stored, with the end of the log where it has not finished.
 */
export const delegateTask = (open: (bucket: string) => ObjectStore): Task => ({
  async run(context) {
    const labels = jobLabels(context.items[0]!.labels ?? {});
    const store = open(context.environment[env.outputBucket] ?? '');
    const at = (name: string): string => join(context.scratch, name);
    for (const folder of ['job', 'work']) await mkdir(at(folder), { recursive: true });
    await fetchPickle(store, labels, at('job/before'));
    if (labels.code) await fetch(store, labels.code, at('job/code.zip'));
    const storage = fileStorage({ store, storeOf: open, prefix: labels.files, now: Date.now });
    const server = await serveSocket(jobOperations(storage));
    let tail = '';
    let exitCode: number;
    try {
      const script = [
        '-m',
        'arraylab_pypeliner.delegate',
        at('job/before'),
        at('job/after'),
        at('job/state'),
      ];
      ({ exitCode } = await context.exec(
        ['python3', ...script, ...(labels.code ? [at('job/code.zip')] : [])],
        {
          // Names of files are relative to the folder that a job runs in.
          cwd: at('work'),
          environment: { [storageSocketEnv]: server.path, PYTHONUNBUFFERED: '1' },
          onLine: line => {
            tail = `${tail}${line}\n`.slice(-tailLength);
          },
        },
      ));
    } finally {
      await server.close();
    }
    return resultOf(context, exitCode, at, tail);
  },
});

async function resultOf(
  context: TaskContext,
  exitCode: number,
  at: (name: string) => string,
  tail: string,
): Promise<TaskResult> {
  const upload = (file: string, name: string): Promise<readonly OutputRecord[]> =>
    context.upload(file, `${context.outputPrefix}${name}`);
  const outputs: OutputRecord[] = [];
  if (existsSync(at('job/after'))) outputs.push(...(await upload(at('job/after'), resultNames.after)));
  if (exitCode === 0) return { exitCode, outputs };
  await writeFile(at('job/log'), tail);
  outputs.push(...(await upload(at('job/log'), resultNames.log)));
  const { state, error } = await stateOf(at('job/state'));
  const reason = error ?? `${state}: the delegate exited with ${exitCode}`;
  // What was stopped is told as that by whoever stopped it; another attempt does it again.
  return { exitCode: context.signal.aborted ? exitCode : exitCodes.toolFailed, reason, outputs };
}

async function stateOf(path: string): Promise<{ state: string; error?: string }> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as { state: string; error?: string };
  } catch {
    return { state: 'not started' };
  }
}

/** S3 keeps no checksum of a range: the job's own says whether these are its bytes. */
async function fetchPickle(
  store: ObjectStore,
  { payload, range, sha256 }: JobLabels,
  path: string,
): Promise<void> {
  const [from = 0, to = 0] = range.split('-').map(Number);
  const body = await store.get(payload, [from, to]).catch(notFetched(store, payload));
  const found = body && createHash('sha256').update(body).digest('hex');
  if (found !== sha256) notFetched(store, payload)(new Error('the pickle that was sent is not there'));
  await writeFile(path, body!);
}

const notFetched =
  (store: ObjectStore, key: string) =>
  (error: Error): never => {
    throw new ShardFailure(
      exitCodes.mountFailed,
      `s3://${store.bucket}/${key} cannot be fetched: ${error.message}`,
    );
  };

async function fetch(store: ObjectStore, key: string, path: string): Promise<void> {
  await store.download(key, path).catch(notFetched(store, key));
}
