import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorName, explainAwsError } from '../../aws/sdk-error.ts';
import type { Store } from '../../contract/ports/ports.ts';
import { LabError } from '../../contract/workload/errors.ts';
import type { Item, ItemNoun } from '../../contract/workload/workload.ts';
import { parseManifest } from '../../plan/parse-list.ts';
import { expandRange } from '../../plan/range.ts';

export interface ItemSources {
  readonly cwd: string;
  store(bucket: string): Store;
  readStdin(): Promise<Buffer>;
}

/**
 * The items that `--participants VALUE` (or its like) stands for: a file, `s3://bucket/key`, `-` for stdin, a range, or
 * an S3 listing by pattern, `s3://bucket/HCP_1200/(star)/`, where an item is what the star stands for.
 */
export async function readItems(
  value: string,
  noun: ItemNoun,
  sources: ItemSources,
): Promise<readonly Item[]> {
  if (value === '-') return parseManifest(await sources.readStdin(), 'stdin', noun, 'text');
  const s3 = /^s3:\/\/([^/]+)\/(.+)$/.exec(value);
  if (s3) {
    const store = sources.store(s3[1]!);
    const read = s3[2]!.includes('*') ? listPattern : readObject;
    return read(store, s3[2]!, value, noun).catch(error => {
      throw namingThe(value, error);
    });
  }
  const path = resolve(sources.cwd, value);
  try {
    return parseManifest(await readFile(path), value, noun);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || error instanceof LabError) throw error;
    const range = expandRange(value);
    if (range) return range.map(name => ({ name }));
    throw new LabError({
      where: value,
      message: code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`,
      fix: `give a file with one ${noun.one} a line, s3://bucket/key, a range such as 001..120, or - for stdin`,
    });
  }
}

/** What AWS refused says nothing of the list that was asked for. */
function namingThe(value: string, error: unknown): unknown {
  if (errorName(error) === 'NoSuchBucket')
    return new LabError({
      where: value,
      message: 'there is no such bucket',
      fix: 'look at its name: s3://bucket/key',
    });
  const told = explainAwsError(error);
  return told instanceof LabError && told !== error
    ? new LabError(
        told.problems.map(problem => ({ ...problem, where: value })),
        told.exitCode,
      )
    : error;
}

async function readObject(
  store: Store,
  key: string,
  value: string,
  noun: ItemNoun,
): Promise<readonly Item[]> {
  const body = await store.get(key);
  if (!body)
    throw new LabError({
      where: value,
      message: 'there is no such object',
      fix: `aws s3 ls ${value.replace(/[^/]+$/, '')}`,
    });
  return parseManifest(body, value, noun);
}

async function listPattern(
  store: Store,
  pattern: string,
  value: string,
  noun: ItemNoun,
): Promise<readonly Item[]> {
  const star = pattern.indexOf('*');
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  if (after.includes('*'))
    throw new LabError({
      where: value,
      message: 'only one * is understood',
      fix: `put it where the ${noun.one} is`,
    });
  const names = new Set<string>();
  let startAfter: string | undefined;
  // A name is a path segment's part: after the first key of one, the listing goes on behind all of its others.
  for (;;) {
    let next: string | undefined;
    for await (const object of store.list(before, { limit: 1, ...(startAfter ? { startAfter } : {}) }))
      next = object.key;
    if (!next) break;
    const rest = next.slice(before.length);
    const slash = rest.indexOf('/');
    const segment = slash < 0 ? rest : rest.slice(0, slash);
    const tail = after.replace(/\/.*$/s, '');
    const fits =
      segment.endsWith(tail) && segment.length > tail.length && (after.includes('/') ? slash >= 0 : true);
    if (fits) names.add(segment.slice(0, segment.length - tail.length));
    startAfter = slash < 0 ? next : `${before}${segment}0`;
  }
  if (names.size === 0)
    throw new LabError({ where: value, message: `nothing there matches, so there is no ${noun.one}` });
  return [...names].map(name => ({ name }));
}
