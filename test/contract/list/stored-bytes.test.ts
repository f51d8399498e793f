import { createHash } from 'node:crypto';
import { wholeOf } from '../../../lib/contract/list/bytes.ts';
import { Lines } from '../../../lib/contract/list/lines.ts';
import { type ParseListOptions, parseList } from '../../../lib/contract/list/parse-list.ts';
import { encodeShards } from '../../../lib/contract/run/encode-shards.ts';
import type { ItemNoun } from '../../../lib/contract/workload/workload.ts';

const sample = { one: 'sample', many: 'samples' };
const rows = Array.from({ length: 3000 }, (_, i) => ({
  sample: `s-${i}`,
  note: `${i} ä`.repeat(60),
  'x y': `${i % 3}`,
}));
const table = (by: string, end: string, quote = ''): string =>
  [['sample', 'note', 'x y'], ...rows.map(Object.values)]
    .map(fields => fields.map(field => `${quote}${field}${quote}`).join(by))
    .join(end);
const uris = rows.map(
  ({ sample, note }) =>
    `s3://b/${Number(sample.slice(2)) % 7}/${sample.slice(0, 4)}.${sample}.vcf.gz\t${note}`,
);
const lists: readonly (readonly [string, string, string, ItemNoun, ParseListOptions])[] = [
  ['a name a line', 'l.txt', rows.map(row => row.sample).join('\n'), sample, {}],
  ['names with more in them', 'l.txt', rows.map(row => `plate ${row.sample}.x`).join('\r\n'), sample, {}],
  ['a table', 'l.tsv', table('\t', '\n'), sample, {}],
  ['a table with quotes', 'l.csv', table(',', '\r\n', '"'), sample, {}],
  ['two columns that make a name', 'l.csv', table(';', '\n'), sample, { column: ['x y', 'sample'] }],
  [
    'names in several rows',
    'l.csv',
    `${table(',', '\n')}\n${table(',', '\n').split('\n').slice(1).join('\n').replaceAll(',2', ',3')}`,
    sample,
    { unique: true },
  ],
  [
    'JSON lines',
    'l.jsonl',
    rows.map(row => JSON.stringify({ ...row, n: { a: [1] } })).join('\n'),
    sample,
    {},
  ],
  ['a JSON array', 'l.json', JSON.stringify(rows), sample, {}],
  ['addresses', 'l.txt', uris.join('\n'), { ...sample, lines: 'uri' }, {}],
];

/** SHA-256 of lines and index as they were while all of a list was in memory. */
const digests: Readonly<Record<string, string>> = {
  'a name a line': '6b806ae35686fd48a073580399ced6d014d81b13820f60ad2d3190f4918bb9af',
  'names with more in them': '02a8309e4e06a4c93d48154957e590932270da91ca7db9a9cbd54f95cbe0da85',
  'a table': '667aa90ec248d644b6384d08dde00ca6fef641a0aa81caf0ee21169b16873a4b',
  'a table with quotes': '667aa90ec248d644b6384d08dde00ca6fef641a0aa81caf0ee21169b16873a4b',
  'two columns that make a name': 'ecf83ce6997c93daaf32d687abbec7f03f48644255b622c0487689568c63fabb',
  'names in several rows': 'c7ebcebdf5c9d8a5f48d290ea60f72983749bfd2187ae27085a5b78c6ce68b8d',
  'JSON lines': '5d4ab0934fa9e40bc3de092fd8d09c11a971e1694c8145827caa0009b92c5306',
  'a JSON array': '667aa90ec248d644b6384d08dde00ca6fef641a0aa81caf0ee21169b16873a4b',
  addresses: '99d7ddcb0c49e108dd4aa6c5dbedd71adeae6edb94e60e741fe79819395076db',
};

describe('what is stored of a list stays the same, byte for byte, wherever it was read from', () => {
  it.each(lists)('%s', (what, source, text, noun, options) => {
    const onDisk = new Lines(0);
    onDisk.append(Buffer.from(text));
    for (const bytes of [Buffer.from(text), onDisk]) {
      const { items } = parseList(bytes, source, noun, options);
      const file = encodeShards([items.slice(0, 7), items.slice(7)]);
      const digest = createHash('sha256').update(wholeOf(file.items)).update(file.index).digest('hex');
      expect(digest).toBe(digests[what]);
    }
  });
});
