import fc from 'fast-check';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../../lib/aws/wire/object-store.ts';
import type { ObjectVersion } from '../../../lib/contract/ports/object-store.ts';
import { type Answering, scriptedServer } from './scripted-server.ts';

const etag = '&quot;0123456789abcdef0123456789abcdef&quot;';
/** As S3 writes a version, and as others do: fields in another order, with blanks between them, or left out. */
const usual = `<Version><Key>a%2Bb+c</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>${etag}</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>10</Size><StorageClass>STANDARD</StorageClass><Owner><ID>x</ID></Owner></Version>`;
const unusual = `<Version><ETag>"e"</ETag>
  <Size>11</Size><Key>m</Key><LastModified>2026-01-02T03:04:05Z</LastModified><IsLatest>false</IsLatest></Version>`;
const marker =
  '<DeleteMarker><Key>z</Key><VersionId>v3</VersionId><IsLatest>true</IsLatest><LastModified>2026-01-02T03:04:05.000Z</LastModified></DeleteMarker>';
const pageOf = (rows: string, next?: string): string =>
  `<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? '' : `<NextKeyMarker>${next}</NextKeyMarker><NextVersionIdMarker>v9</NextVersionIdMarker>`}${rows}</ListVersionsResult>`;

/** The same with all that is said of the page behind its versions. */
const pageBefore = (rows: string, next?: string): string => {
  const [head, tail] = pageOf('ROWS', next).split('ROWS') as [string, string];
  return `<ListVersionsResult>${rows}${head.replace('<ListVersionsResult>', '')}${tail}`;
};

const answering =
  (pages: Readonly<Record<string, string>>): Answering =>
  (request, response) => {
    const after = new URL(request.url!, 'http://x').searchParams.get('key-marker') ?? '';
    response.writeHead(200).end(pages[after]);
  };
const asked = async (pages: Readonly<Record<string, string>>): Promise<(readonly ObjectVersion[])[]> => {
  const server = await scriptedServer(answering(pages));
  const credentials = fixedKeys({ accessKeyId: 'AKIA', secretAccessKey: 's' });
  const store = objectStore({ bucket: 'b', region: 'us-east-1', credentials, endpoint: server.url });
  try {
    const found: (readonly ObjectVersion[])[] = [];
    for await (const page of store.versionPages('')) found.push(page);
    const oneByOne: ObjectVersion[] = [];
    for await (const version of store.versions('')) oneByOne.push(version);
    expect(oneByOne).toEqual(found.flat());
    return found;
  } finally {
    await server.stop();
  }
};

const a = {
  ...{ key: 'a+b c', size: 10, etag: '"0123456789abcdef0123456789abcdef"', versionId: 'v1', isLatest: true },
  ...{ lastModified: new Date('2026-01-02T03:04:05.678Z'), isDeleteMarker: false, storageClass: 'STANDARD' },
  checksumAlgorithm: 'CRC32',
};
const m = {
  ...{ key: 'm', size: 11, etag: '"e"', versionId: 'null', isLatest: false, isDeleteMarker: false },
  ...{ lastModified: new Date('2026-01-02T03:04:05Z'), storageClass: 'STANDARD' },
};
const z = {
  ...{ key: 'z', size: 0, etag: '', versionId: 'v3', isLatest: true, isDeleteMarker: true },
  ...{ lastModified: new Date('2026-01-02T03:04:05Z'), storageClass: 'STANDARD' },
};

it('versions and delete markers come in the order of their pages, however a server writes them', async () => {
  const pages = {
    '': pageOf(usual + marker + unusual + usual, 'n x'),
    'n x': pageOf(unusual + usual + usual),
  };
  expect(await asked(pages)).toEqual([
    [a, z, m, a],
    [m, a, a],
  ]);
});

it('a page that breaks off is no page', async () => {
  await expect(asked({ '': pageOf(usual + marker.slice(0, 40)) })).rejects.toThrow('breaks off');
  await expect(asked({ '': pageOf(usual + usual.slice(0, -12)) })).rejects.toThrow('breaks off');
});

it('a page that says that there are more, and not from where, is no last page', async () => {
  await expect(
    asked({ '': pageOf(usual).replace('<IsTruncated>false', '<IsTruncated>true') }),
  ).rejects.toThrow('names no next one');
});

it('a page is read whole wherever its pieces are cut, whatever stands where', async () => {
  const kinds = [
    [usual, a],
    [unusual, m],
    [marker, z],
    [usual.replace('a%2Bb+c', `${'é'.repeat(2000)}`), { ...a, key: 'é'.repeat(2000) }],
  ] as const;
  const some = fc.array(fc.constantFrom(...kinds), { minLength: 250, maxLength: 400 });
  await fc.assert(
    fc.asyncProperty(some, some, fc.constantFrom(pageOf, pageBefore), async (first, second, page) => {
      const rows = (of: typeof first): string => of.map(([xml]) => xml).join('');
      const found = await asked({ '': page(rows(first), 'n x'), 'n x': page(rows(second)) });
      expect(found).toEqual([first, second].map(of => of.map(([, version]) => version)));
    }),
    { numRuns: 20 },
  );
});
