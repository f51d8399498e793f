import { mapLimit } from '../../lib/contract/run/map-limit.ts';
import { judge } from './judge.ts';
import { IndexSuffixes, lookAt, type Peek, type SampleLine } from './look.ts';

/** A file of the list that nothing is wrong with. */
export interface SampleFile {
  readonly uri: string;
  readonly index: string;
  /** By its header. */
  readonly sample: string;
  /** By its index; undefined where that counts none. */
  readonly records: number | undefined;
  readonly bytes: number;
  readonly indexBytes: number;
  readonly etag: string;
}

export interface FilesLooked {
  /** In the list's order; undefined where something is wrong. */
  readonly files: readonly (SampleFile | undefined)[];
  readonly problems: readonly { readonly uri: string; readonly message: string }[];
  readonly notes: readonly string[];
}

export interface LookOptions {
  readonly indexTimes: 'check' | 'ignore';
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, total: number) => void) | undefined;
  /** Files at once, two requests each. */
  readonly limit?: number;
}

/** Looks at every file of a list, many at once; every problem, and names that two files share. Throws what S3 refuses for good. */
export async function lookAtAll(
  peek: Peek,
  lines: readonly SampleLine[],
  options: LookOptions,
): Promise<FilesLooked> {
  const suffixes = new IndexSuffixes();
  const problems: { uri: string; message: string }[] = [];
  let done = 0;
  const files = await mapLimit(lines, options.limit ?? 64, async line => {
    options.signal?.throwIfAborted();
    const looked = await lookAt(peek, line, suffixes).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      return [`cannot be read: ${(error as Error).message}`];
    });
    options.progress?.(++done, lines.length);
    const wrong = 'header' in looked ? judge(looked, options.indexTimes) : looked;
    problems.push(...wrong.map(message => ({ uri: line.uri, message })));
    if (wrong.length > 0 || !('header' in looked)) return undefined;
    const { header, file, index } = looked;
    return {
      uri: line.uri,
      index: index.uri,
      sample: header.samples[0]!,
      records: index.records,
      bytes: file.size,
      indexBytes: index.size,
      etag: file.etag,
    };
  });
  return { files, problems: [...problems, ...sharedNames(files)], notes: notesOn(files) };
}

function sharedNames(files: readonly (SampleFile | undefined)[]): FilesLooked['problems'] {
  const first = new Map<string, string>();
  return files.flatMap(file => {
    const before = file && first.get(file.sample);
    if (file && before === undefined) first.set(file.sample, file.uri);
    if (!file || before === undefined) return [];
    return [{ uri: file.uri, message: `holds the sample ${file.sample}, as does ${before}: leave one out` }];
  });
}

function notesOn(files: readonly (SampleFile | undefined)[]): readonly string[] {
  const some = (list: readonly SampleFile[]): string =>
    `${list
      .slice(0, 3)
      .map(({ sample }) => sample)
      .join(', ')}${list.length > 3 ? `, … (${list.length})` : ''}`;
  const good = files.filter(file => file !== undefined);
  const empty = good.filter(({ records }) => records === 0);
  const uncounted = good.filter(({ records }) => records === undefined);
  return [
    ...(empty.length > 0
      ? [`without a single record, so that the dataset will not have them: ${some(empty)}`]
      : []),
    ...(uncounted.length > 0
      ? [`indexes that count no records, so that they are counted from the file: ${some(uncounted)}`]
      : []),
  ];
}
