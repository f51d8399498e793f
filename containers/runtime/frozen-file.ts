import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileKey } from '../../lib/contract/run/keys.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import { ShardFailure } from './failure.ts';
import type { Shard } from './read-shard.ts';

/** A script that was frozen with the run, in a folder; undefined where the run has none. Throws ShardFailure where it is another one. */
export async function frozenFile(
  { run, store, plan }: Pick<Shard, 'run' | 'store' | 'plan'>,
  parameter: string,
  folder: string,
): Promise<{ readonly name: string; readonly path: string } | undefined> {
  const file = plan.files?.[parameter];
  if (!file) return undefined;
  const key = fileKey(run, parameter);
  const body = await store.get(key);
  if (!body || createHash('sha256').update(body).digest('hex') !== file.sha256)
    throw new ShardFailure(
      exitCodes.manifestChanged,
      `s3://${store.bucket}/${key} is not the ${file.name} that was submitted`,
    );
  // Under its own name, which tells what it is written in.
  const own = join(folder, `frozen-${parameter}`);
  await mkdir(own, { recursive: true });
  const path = join(own, basename(file.name));
  await writeFile(path, body);
  return { name: file.name, path };
}
