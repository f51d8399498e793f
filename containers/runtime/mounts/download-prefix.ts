import { mkdir, statfs } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import type { ObjectInfo, Store } from '../../../lib/contract/ports/ports.ts';
import { eachToItsEnd } from '../../../lib/contract/run/map-limit.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { ShardFailure } from '../failure.ts';

const atOnce = 8;

/**
 * Downloads what is below a prefix to the same place below `folder`; refuses what will not fit before it starts. Answers
 * bytes. Throws ShardFailure, also when the signal is aborted meanwhile.
 */
export async function downloadPrefix(
  store: Store,
  prefix: string,
  folder: string,
  signal?: AbortSignal,
): Promise<number> {
  const objects: ObjectInfo[] = [];
  for await (const object of store.list(prefix)) if (!object.key.endsWith('/')) objects.push(object);
  const bytes = objects.reduce((sum, object) => sum + object.size, 0);
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (bytes > bavail * bsize * 0.95) {
    throw new ShardFailure(
      exitCodes.scratchMissing,
      `s3://${store.bucket}/${prefix} has ${bytes} bytes, and ${folder} has room for ${bavail * bsize}`,
    );
  }
  await eachToItsEnd(objects, atOnce, async ({ key }) => {
    if (signal?.aborted)
      throw new ShardFailure(exitCodes.interrupted, `interrupted while s3://${store.bucket}/ was downloaded`);
    await store.download(key, safePath(folder, key.slice(prefix.length)));
  });
  return bytes;
}

function safePath(folder: string, key: string): string {
  const path = join(folder, ...key.split('/'));
  const inside = relative(folder, path);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
    throw new ShardFailure(
      exitCodes.mountFailed,
      `the key ${JSON.stringify(key)} would be written outside ${folder}`,
    );
  return path;
}
