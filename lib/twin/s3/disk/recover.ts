import { copyFile } from 'node:fs/promises';
import type { History } from './history.ts';
import { type ObjectMeta, sequenceOf, versionIdOf } from './object-meta.ts';
import { link, statOf } from './quick-fs.ts';
import type { StoredFiles } from './stored-files.ts';

/** The two halves of a bucket, between which a kill can fall. */
export interface Halves {
  readonly stored: StoredFiles;
  readonly history: History;
  look(key: string): Promise<ObjectMeta | undefined>;
  temporaryPath(): string;
}

/** Makes the newest of the old versions current, where there is no current one and no delete marker is newer. */
export async function promote({ stored, history, look, temporaryPath }: Halves, key: string): Promise<void> {
  const newest = history.of(key)[0];
  if (!newest || newest.deleteMarker || stored.get(key)) return;
  const temporary = temporaryPath();
  const bytes = history.bytesOf(newest);
  await link(bytes, temporary).catch(() => copyFile(bytes, temporary));
  const mtimeMs = statOf(temporary)?.mtimeMs ?? newest.mtimeMs;
  await stored.place({ ...newest, mtimeMs }, temporary, look);
  await history.remove(newest);
}

/** Brings to its end what a kill interrupted between the current files and the old versions. */
export async function recover(halves: Halves): Promise<void> {
  const { stored, history } = halves;
  const doomed = [...stored.all()].filter(meta => meta.doomed);
  for (const meta of doomed) await stored.takeAway(meta);
  for (const key of new Set([...history.keys(), ...doomed.map(meta => meta.key)])) {
    const current = await halves.look(key);
    if (current) await settle(halves, current);
    await promote(halves, key);
  }
}

/** Where a version is in both halves, or a newer one among the old. */
async function settle({ stored, history }: Halves, current: ObjectMeta): Promise<void> {
  const { key } = current;
  for (const meta of history.of(key)) {
    const same = versionIdOf(meta) === versionIdOf(current);
    if (same && sequenceOf(meta) <= sequenceOf(current)) await history.remove(meta);
  }
  const newest = history.of(key)[0];
  if (!newest || sequenceOf(newest) <= sequenceOf(current)) return;
  if (!history.find(key, versionIdOf(current))) await history.keep(current, stored.pathOf(current));
  await stored.takeAway(current);
}
