import { gzipSync } from 'node:zlib';
import type { Peek, Peeked } from '../../jobs/vcf/look.ts';
import { lookAtAll } from '../../jobs/vcf/look-at-all.ts';
import { type MadeSample, makeIndex, makeSample } from './sample-files.ts';

/** S3 in memory, and the requests that were sent. */
function bucket() {
  const objects = new Map<string, { readonly body: Buffer; readonly at: number }>();
  const requests: string[] = [];
  const peek: Peek = async ({ bucket, key }, range) => {
    requests.push(key);
    const found = objects.get(`s3://${bucket}/${key}`);
    if (!found) return undefined;
    const peeked: Peeked = {
      bytes: range ? found.body.subarray(...range) : found.body,
      size: found.body.length,
      etag: `"${found.body.length}"`,
      lastModified: new Date(found.at),
    };
    return peeked;
  };
  const put = (uri: string, body: Buffer, at = 1000): string => {
    objects.set(uri, { body, at });
    return uri;
  };
  return {
    peek,
    requests,
    put,
    add: (uri: string, { file, index }: MadeSample, suffix = '.csi'): string => {
      put(`${uri}${suffix}`, index, 2000);
      return put(uri, file);
    },
  };
}

const look = (peek: Peek, uris: readonly string[]) =>
  lookAtAll(
    peek,
    uris.map(uri => ({ uri })),
    { indexTimes: 'check' },
  );

it('a good file tells its sample, its records and its bytes', async () => {
  const { peek, add } = bucket();
  const made = makeSample('NA12878', { contigs: { chr1: 6, chr2: 0, chr3: 4 } });
  const uri = add('s3://lab/x/variants.vcf.gz', made);
  const { files, problems, notes } = await look(peek, [uri]);
  expect(files[0]).toMatchObject({
    sample: 'NA12878',
    records: 10,
    bytes: made.file.length,
    index: `${uri}.csi`,
  });
  expect([problems, notes]).toEqual([[], []]);
});

it('1,000 files take two requests each, once it is known which index they have', async () => {
  const { peek, add, requests } = bucket();
  const uris = Array.from({ length: 1000 }, (_, i) =>
    add(`s3://lab/${i}/variants.vcf.gz`, makeSample(`s${i}`)),
  );
  const { problems } = await look(peek, uris);
  expect(problems).toEqual([]);
  expect(requests.length).toBeLessThanOrEqual(2.2 * 1000);
});

it('a header that is longer than what is read first is read in full', async () => {
  const { peek, add } = bucket();
  const contigs = Object.fromEntries(
    Array.from({ length: 60_000 }, (_, i) => [`HLA-${(i * 7919) % 65_537}-${i}`, 0]),
  );
  const uri = add('s3://lab/long.vcf.gz', makeSample('long', { contigs: { ...contigs, chr1: 2 } }));
  expect((await look(peek, [uri])).files[0]).toMatchObject({ sample: 'long', records: 2 });
});

it('every problem of a list is told at once, by its file', async () => {
  const { peek, put, add } = bucket();
  const made = makeSample('s');
  const plain = (uri: string, body: Buffer): string => {
    put(`${uri}.csi`, made.index, 2000);
    return put(uri, body);
  };
  const wrong: Record<string, string> = {
    's3://lab/missing.bcf': 'does not exist',
    [plain('s3://lab/plain.vcf', Buffer.from(made.text))]: 'is not compressed',
    [plain('s3://lab/gzip.vcf.gz', gzipSync(made.text))]: 'is gzip and not BGZF',
    [plain('s3://lab/empty.bcf', Buffer.alloc(0))]: 'is empty',
    [plain('s3://lab/cut.vcf.gz', made.file.subarray(0, 200))]: 'ends within its header',
    [put('s3://lab/alone.vcf.gz', made.file)]: 'has no index beside it',
    [add('s3://lab/two.vcf.gz', makeSample('two', { samples: ['a', 'b'] }))]: 'has 2 samples in it',
    [add('s3://lab/slash.vcf.gz', makeSample('a/b'))]: 'holds a /',
    [add('s3://lab/comma.vcf.gz', makeSample('a,b'))]: 'holds a comma',
    [add('s3://lab/dots.vcf.gz', makeSample('a..b'))]: 'holds ..',
    [add('s3://lab/foreign.vcf.gz', { ...made, index: makeIndex({ chr1: 9 }, 900_000) })]:
      'does not end where its index',
    [add('s3://lab/bad-index.vcf.gz', { ...made, index: Buffer.from('x') })]:
      'is neither a .tbi nor a .csi index',
  };
  put('s3://lab/old.vcf.gz.csi', made.index, 500);
  wrong[put('s3://lab/old.vcf.gz', made.file, 1500)] = 'is newer than its index';
  wrong['not-a-uri'] = 'is no s3://bucket/key';
  const { problems } = await look(peek, Object.keys(wrong));
  for (const [uri, message] of Object.entries(wrong))
    expect(
      problems
        .filter(each => each.uri === uri)
        .map(each => each.message)
        .join(),
    ).toContain(message);
});

it('two files of one sample are told with both places, whatever their own names are', async () => {
  const { peek, add } = bucket();
  const uris = [
    add('s3://lab/1/v.vcf.gz', makeSample('same')),
    add('s3://lab/2/v.vcf.gz', makeSample('same', { seed: 3 })),
  ];
  const { problems } = await look(peek, uris);
  expect(problems).toEqual([
    { uri: uris[1], message: `holds the sample same, as does ${uris[0]}: leave one out` },
  ]);
});

it('a file without records is no problem, and told', async () => {
  const { peek, add } = bucket();
  const { problems, notes } = await look(peek, [
    add('s3://lab/none.vcf.gz', makeSample('none', { contigs: { chr1: 0 } })),
  ]);
  expect(problems).toEqual([]);
  expect(notes).toEqual(['without a single record, so that the dataset will not have them: none']);
});

it('progress is told to the end, and an interruption stops what has not begun', async () => {
  const { peek, add, requests } = bucket();
  const uris = Array.from({ length: 200 }, (_, i) => add(`s3://lab/${i}.vcf.gz`, makeSample(`s${i}`)));
  const seen: number[] = [];
  await lookAtAll(
    peek,
    uris.map(uri => ({ uri })),
    { indexTimes: 'check', progress: done => void seen.push(done) },
  );
  expect(seen.at(-1)).toBe(200);
  requests.length = 0;
  const stop = new AbortController();
  const stopped = lookAtAll(
    peek,
    uris.map(uri => ({ uri })),
    {
      indexTimes: 'check',
      signal: stop.signal,
      progress: done => done === 3 && stop.abort(),
    },
  );
  await expect(stopped).rejects.toThrow();
  expect(requests.length).toBeLessThan(300);
});
