import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { runs } from '../../helpers/runs.ts';
import { startS3 } from './helper.ts';
import { sendRaw } from './raw.ts';

const Bucket = 'data';
let twin: Awaited<ReturnType<typeof startS3>>;
let keys: readonly string[];
let seed = 7;

const random = (): number => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
};
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

const pieces =
  `a b A . .. / // %2F % + - é e\u0301 \u{1f600} \u{10ffff} \uffff \u0001 \\ %~ %~= * ? & < " ' ; = ~ ( #`.split(
    ' ',
  );
const delimiters = ['/', 'a', '//', '%', '\u{1f600}'];

const inOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

beforeAll(async () => {
  twin = await startS3();
  await twin.s3.send(new CreateBucketCommand({ Bucket }));
  const made = new Set(['a', 'a/', 'a/b', 'a//', '/', '//', '..', '../a', '\u{1f600}'.repeat(256)]);
  while (made.size < 120)
    made.add(Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(pieces)).join(''));
  keys = [...made].sort(inOrder);
  for (const Key of keys) await twin.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
});
afterAll(() => twin.stop());

interface Asked {
  readonly kind: 'version 1' | 'version 2' | 'versions';
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly after: string;
  readonly most: number;
}

/** What S3 lists: keys behind `after`, and of those with the delimiter behind the prefix their common prefixes. */
function expected({ prefix, delimiter, after }: Asked) {
  const plain: string[] = [];
  const common = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(prefix) || (after !== '' && inOrder(key, after) <= 0)) continue;
    const cut = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    const shared = key.slice(0, cut + (delimiter?.length ?? 0));
    if (cut < 0) plain.push(key);
    else if (after === '' || !after.startsWith(shared)) common.add(shared);
  }
  return { keys: plain, prefixes: [...common] };
}

const decoded = (text = ''): string => decodeURIComponent(text.replaceAll('+', ' '));

/** All pages, one after the other. */
async function listed({ kind, prefix, delimiter, after, most }: Asked) {
  const found = { keys: [] as string[], prefixes: [] as string[] };
  const marker = { 'version 1': 'marker', 'version 2': 'start-after', versions: 'key-marker' }[kind];
  let next: Record<string, string> = after === '' ? {} : { [marker]: after };
  for (let page = 0; page <= keys.length; page++) {
    const query = {
      prefix,
      'encoding-type': 'url',
      'max-keys': String(most),
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(kind === 'version 2' ? { 'list-type': '2' } : kind === 'versions' ? { versions: '' } : {}),
      ...next,
    };
    const { body } = await sendRaw(twin.url, { path: `/${Bucket}`, query });
    const texts = (pattern: RegExp) => [...body.matchAll(pattern)].map(each => decoded(each[1]));
    const here = texts(/<(?:Contents|Version)><Key>(.*?)<\/Key>/g);
    const shared = texts(/<CommonPrefixes><Prefix>(.*?)<\/Prefix>/g);
    expect(here.length + shared.length).toBeLessThanOrEqual(most);
    found.keys.push(...here);
    found.prefixes.push(...shared);
    if (!body.includes('<IsTruncated>true')) return found;
    const one = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(body)?.[1];
    if (kind === 'version 2') next = { 'continuation-token': one('NextContinuationToken') ?? '' };
    // Without a delimiter version 1 says no marker: the last key is it.
    else if (kind === 'version 1') next = { marker: decoded(one('NextMarker')) || (here.at(-1) ?? '') };
    else {
      const id = one('NextVersionIdMarker');
      next = { 'key-marker': decoded(one('NextKeyMarker')), ...(id ? { 'version-id-marker': id } : {}) };
    }
  }
  throw new Error('it has no end');
}

it.each(['version 1', 'version 2', 'versions'] as const)(
  'any listing by %s gives what S3 would, in its order, on pages of any size',
  async kind => {
    for (let round = 0; round < runs(25); round++) {
      const prefix = random() < 0.5 ? '' : [...pick(keys)].slice(0, 1 + Math.floor(random() * 2)).join('');
      const asked: Asked = {
        kind,
        prefix,
        delimiter: random() < 0.3 ? undefined : pick(delimiters),
        after: random() < 0.6 ? '' : pick(keys),
        most: 1 + Math.floor(random() * 9),
      };
      expect({ asked, ...(await listed(asked)) }).toEqual({ asked, ...expected(asked) });
    }
  },
);
