import type { Store } from '../contract/ports/ports.ts';
import { fileKey, type RunRef } from '../contract/run/keys.ts';
import { LabError } from '../contract/workload/errors.ts';
import type { FrozenFile } from '../contract/workload/workload.ts';

/** A script that is to be frozen with a run. */
export interface ScriptFile extends FrozenFile {
  readonly body: Buffer;
}

/** What a request says of its scripts; undefined where it has none. */
export function frozenFiles(
  scripts: Readonly<Record<string, ScriptFile>>,
): Readonly<Record<string, FrozenFile>> | undefined {
  const files = Object.entries(scripts).map(
    ([parameter, { name, bytes, sha256 }]) => [parameter, { name, bytes, sha256 }] as const,
  );
  return files.length > 0 ? Object.fromEntries(files) : undefined;
}

/** Freezes the scripts of a run, before its request names them: every attempt and every retry runs these bytes. */
export async function storeScripts(
  store: Store,
  run: RunRef,
  scripts: Readonly<Record<string, ScriptFile>>,
): Promise<void> {
  for (const [parameter, { body }] of Object.entries(scripts)) {
    const key = fileKey(run, parameter);
    if (await store.put(key, body, { ifNoneMatch: true })) continue;
    if ((await store.get(key))?.equals(body)) continue;
    throw new LabError({
      where: `s3://${store.bucket}/${key}`,
      message: 'is there already, with other contents: someone else is working on this run',
      fix: 'submit it again',
    });
  }
}
