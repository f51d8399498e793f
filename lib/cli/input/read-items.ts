import { resolve } from 'node:path';
import { errorName, explainAwsError } from '../../aws/sdk-error.ts';
import type { Bytes } from '../../contract/list/bytes.ts';
import { type ParsedList, type ParseListOptions, parseList } from '../../contract/list/parse-list.ts';
import { expandRange } from '../../contract/list/range.ts';
import type { Store } from '../../contract/ports/ports.ts';
import { bytesText } from '../../contract/verb/texts.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { jsonPieces } from '../../contract/workload/json-pieces.ts';
import type { ItemNoun } from '../../contract/workload/workload.ts';
import type { Args } from '../command.ts';
import { gatherFile, gatherObject } from './gather-bytes.ts';

/** How the list is to be read, by the options of a submission. */
export function listOptions(args: Args): ParseListOptions {
  const column = args.list('column');
  return {
    ...(column.length > 0 ? { column } : {}),
    noHeader: args.flag('no-header'),
    unique: args.flag('unique'),
  };
}

export interface ItemSources {
  readonly cwd: string;
  store(bucket: string): Store;
  readStdin(): Promise<Bytes>;
  /** For people: what is being done that takes a while. */
  say(text: string): void;
}

/** A list of this many bytes takes a second or more. */
const tellBytes = 16e6;

/**
 * The items that `--participants VALUE` (or its like) stands for: a file, `s3://bucket/key`, `-` for stdin, a range, names
 * with commas between, or an S3 listing by pattern, `s3://bucket/HCP_1200/(star)/`, where an item is what the star stands
 * for. Throws LabError.
 */
export async function readItems(
  value: string,
  noun: ItemNoun,
  sources: ItemSources,
  options: ParseListOptions = {},
): Promise<ParsedList> {
  if (value.trim() === '')
    throw new LabError({
      where: `--${noun.many}`,
      message: 'is empty',
      fix: `a file with one ${noun.one} a line, or names with commas between`,
    });
  const parse = (bytes: Bytes, name = value): ParsedList => {
    if (bytes.length >= tellBytes) sources.say(`reading ${name}, ${bytesText(bytes.length)}`);
    return parseList(bytes, name, noun, options);
  };
  if (value === '-') return parse(await sources.readStdin(), 'stdin');
  const s3 = /^s3:\/\/([^/]+)\/(.+)$/.exec(value);
  if (s3) {
    const store = sources.store(s3[1]!);
    return readStored(store, s3[2]!, value, noun, parse).catch(error => {
      throw namingThe(value, error);
    });
  }
  const path = resolve(sources.cwd, value);
  try {
    return parse(await gatherFile(path));
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // What cannot be written is a copy of it, in the temporary folder.
    if (code === undefined || syscall === 'write' || error instanceof LabError) throw error;
    const names = namesIn(value);
    if (names) return parseList(listOf(names), 'the command line', noun, options);
    throw new LabError({
      where: value,
      message: code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`,
      fix: `give a file with one ${noun.one} a line, s3://bucket/key, a range such as 001..120, names with commas between (one: ${/[\s,/]/.test(value) ? 'name,' : `${value},`}), or - for stdin`,
    });
  }
}

/** Names as a list in which nothing has to be guessed. */
const listOf = (names: readonly string[]): Buffer =>
  Buffer.concat([...jsonPieces(names)].map(piece => Buffer.from(piece)));

/** Names and ranges with commas between, or one range; undefined for anything else. */
function namesIn(value: string): readonly string[] | undefined {
  if (!value.includes(',')) return expandRange(value);
  return value
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
    .flatMap(name => expandRange(name) ?? [name]);
}

/** Members read this lab's bucket, and datasets that are public or read as the job; keys of a dataset are for jobs alone. */
const readItYourself =
  'you may not read there, as in a dataset with keys, which open it for jobs alone: with an identity that may, aws s3 cp or ls it to a file, and give that';

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
        told.problems.map(problem => ({
          ...problem,
          where: value,
          ...(errorName(error).startsWith('AccessDenied') ? { fix: readItYourself } : {}),
        })),
        told.exitCode,
      )
    : error;
}

async function readStored(
  store: Store,
  key: string,
  value: string,
  noun: ItemNoun,
  parse: (bytes: Bytes) => ParsedList,
): Promise<ParsedList> {
  if (key.includes('*')) {
    const names = await listPattern(store, key, value, noun);
    return parseList(listOf(names), value, noun);
  }
  const body = await gatherObject(store, key);
  if (!body)
    throw new LabError({
      where: value,
      message: 'there is no such object',
      fix: `aws s3 ls ${value.replace(/[^/]+$/, '')}`,
    });
  return parse(body);
}

async function listPattern(
  store: Store,
  pattern: string,
  value: string,
  noun: ItemNoun,
): Promise<readonly string[]> {
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
  return [...names];
}
