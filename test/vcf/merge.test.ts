import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bgzf } from '../../containers/vcf/bgzf-blocks.ts';
import { mergeFiles } from '../../containers/vcf/export/merge-files.ts';
import { exportMerged } from '../../containers/vcf/tasks/task-merge.ts';
import type { VcfWorld } from '../../containers/vcf/vcf-world.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { type laboratory, stored } from './in-process.ts';
import { makeIndex, makeSample } from './sample-files.ts';
import { bcftools } from './stand-in/bcftools.ts';

const made = [
  makeSample('ann', { seed: 0, contigs: { chr1: 3, chr2: 2 } }),
  makeSample('bob', { seed: 1, blocks: true, contigs: { chr1: 3, chr2: 2 } }),
  // Contigs of another order: their numbers in a BCF differ.
  makeSample('eve', { seed: 2, contigs: { chr2: 2, chr1: 3 } }),
  makeSample('zoe', { seed: 3, contigs: { chr9: 3 } }),
];
let lab: ReturnType<typeof laboratory>;
let root: string;
beforeAll(async () => {
  lab = await stored(made);
  root = mkdtempSync(join(tmpdir(), 'vcf-merge-'));
});
afterAll(() => {
  for (const folder of [root, lab.root]) rmSync(folder, { recursive: true });
});

/** One merged export of names; `spoil` changes what bcftools has merged. */
async function merged(
  bed: string,
  options: {
    readonly names?: readonly string[];
    readonly attributes?: string;
    readonly spoil?: (text: string) => string | Buffer;
    readonly bcftools?: (args: readonly string[]) => number;
  } = {},
) {
  const { names = ['ann', 'bob', 'eve', 'zoe'], spoil, bcftools: run = bcftools } = options;
  const to = memoryStore();
  const world: VcfWorld = {
    runId: 'r',
    items: names.map(name => ({ name })),
    parameters: {
      'dataset-uri': 's3://out/dataset',
      'dest-s3': 's3://out/exports/',
      bed: 'r.bed',
      format: 'z',
      ...(options.attributes ? { attributes: options.attributes } : {}),
    },
    folder: mkdtempSync(join(root, 'work-')),
    limits: { vcpus: 2, memoryMiB: 2000 },
    clock: lab.clock(0),
    signal: new AbortController().signal,
    config: [],
    call: lab.call(0),
    store: () =>
      ({
        ...to,
        upload: async (path: string, key: string) => {
          to.objects.set(key, readFileSync(path));
          return (await to.head(key))!;
        },
      }) as Partial<ObjectStore> as ObjectStore,
    file: async () => Buffer.from(bed),
    checkpoint: () => ({ read: async () => undefined, write: async () => {} }),
    bcftools: async args => {
      const code = run(args);
      const path = args[args.indexOf('-o') + 1]!;
      if (args[0] === 'merge' && spoil) {
        const spoilt = spoil(gunzipSync(readFileSync(path)).toString());
        writeFileSync(path, typeof spoilt === 'string' ? bgzf(Buffer.from(spoilt)) : spoilt);
      }
      return code;
    },
    log: () => {},
  };
  const result = await exportMerged(world).catch((error: Error) => {
    expect([...to.objects.keys()]).toEqual([]);
    throw error;
  });
  const file = gunzipSync(to.objects.get('exports/merged.vcf.gz')!).toString();
  return {
    result,
    keys: [...to.objects.keys()],
    lines: file.split('\n').filter(line => line && !line.startsWith('##')),
  };
}
/** CHROM:POS and the genotypes of each line. */
const calls = (lines: readonly string[]): readonly string[] =>
  lines.slice(1).map(line => {
    const fields = line.split('\t');
    return `${fields[0]}:${fields[1]} ${fields
      .slice(9)
      .map(each => each.split(':')[0])
      .join(' ')}`;
  });
const whole = 'chr1\t0\t20000\nchr2\t0\t20000\n';

it('each record of each sample is in the merged file, whatever the order of contigs in its header, and who has none has a column', async () => {
  const { result, keys, lines } = await merged(whole);
  expect(lines[0]).toMatch(/FORMAT\tann\tbob\teve\tzoe$/);
  expect(calls(lines)).toEqual([
    'chr1:100 0/1 ./. 0/1 ./.',
    'chr1:100 ./. 0/0 ./. ./.',
    'chr1:3100 0/1 0/1 0/1 ./.',
    'chr1:6100 0/1 0/1 0/1 ./.',
    'chr2:100 0/1 ./. 0/1 ./.',
    'chr2:100 ./. 0/0 ./. ./.',
    'chr2:3100 0/1 0/1 0/1 ./.',
  ]);
  expect(result).toMatchObject({ records: 7, withoutRecords: 1, otherEnds: 0 });
  expect(result.outputs.map(({ key }) => key)).toEqual(keys);
  expect(keys).toEqual(['exports/merged.vcf.gz', 'exports/merged.vcf.gz.csi']);
});

it('a block that meets two regions is in it once, and in order', async () => {
  // bob's first block is 100 to 2600; the tool gives it for each of the regions.
  const { lines } = await merged('chr1\t50\t500\nchr1\t2000\t3500\n', { names: ['ann', 'bob'] });
  expect(calls(lines)).toEqual(['chr1:100 0/1 ./.', 'chr1:100 ./. 0/0', 'chr1:3100 0/1 0/1']);
});

it('the fields that were asked for are what is left, as in files of samples', async () => {
  const { lines } = await merged(whole, { attributes: 'fmt_GT' });
  expect(new Set(lines.slice(1).map(line => line.split('\t')[8]))).toEqual(new Set(['GT']));
});

it('one sample is merged with nobody, and has its records', async () => {
  expect((await merged(whole, { names: ['ann'] })).result).toMatchObject({ records: 5 });
});

it('where no sample has a record there is a header that says so', async () => {
  const { result, lines } = await merged('chr7\t0\t100\n');
  expect([result.records, result.withoutRecords, lines.length]).toEqual([0, 4, 1]);
});

it('a sample that cannot be exported by itself stops the merge before anything leaves the host', async () => {
  await expect(merged(whole, { names: ['ann', 'typo'] })).rejects.toThrow(
    '1 of 2 samples failed, and nothing was merged: typo is not in the dataset',
  );
});

const linesOf = (text: string, change: (lines: string[]) => string[]): string => {
  const lines = text.split('\n');
  const at = lines.findIndex(line => line.startsWith('#CHROM')) + 1;
  return [...lines.slice(0, at), ...change(lines.slice(at, -1)), ''].join('\n');
};
const swapped = (line: string, a: number, b: number): string => {
  const fields = line.split('\t');
  [fields[a], fields[b]] = [fields[b]!, fields[a]!];
  return fields.join('\t');
};
const spoilt: Record<string, readonly [(text: string) => string | Buffer, RegExp]> = {
  'lacks a record': [
    text => linesOf(text, lines => lines.toSpliced(2, 1)),
    /differ at|has \d+ of 5 records of/,
  ],
  'lacks its last record': [
    text => linesOf(text, lines => lines.slice(0, -1)),
    /the merged file has 4 of 5 records of ann/,
  ],
  'lacks a contig': [
    text => linesOf(text, lines => lines.filter(line => !line.startsWith('chr2'))),
    /the merged file has 3 of 5 records of ann/,
  ],
  'has a record twice': [text => linesOf(text, lines => [lines[0]!, ...lines]), /differ at chr1:100/],
  'has a record of nobody': [
    text =>
      linesOf(text, lines => [
        ...lines,
        lines
          .at(-1)!
          .replace(/\t3100\t/, '\t9999\t')
          .replace(/\d\/\d/g, './.'),
      ]),
    /has a record at chr2:9999 that no sample has/,
  ],
  'has a record on another contig': [
    text => linesOf(text, lines => lines.map((line, k) => (k === 6 ? line.replace('chr2', 'chr1') : line))),
    /differ at|records of/,
  ],
  'has a record at another position': [
    text => linesOf(text, lines => lines.map((line, k) => (k === 3 ? line.replace('6100', '6101') : line))),
    /differ at chr1:6101|differ at chr1:6100/,
  ],
  'has another allele': [
    text =>
      linesOf(text, lines => lines.map((line, k) => (k === 3 ? line.replace('\tA\tC\t', '\tA\tG\t') : line))),
    /of ann differ at chr1:6100: ref\/A>G for ref\/A>C/,
  ],
  'has another call': [
    text => linesOf(text, lines => lines.map((line, k) => (k === 3 ? line.replace('0/1', '1/1') : line))),
    /of ann differ at chr1:6100/,
  ],
  'has the call of one sample in the column of another': [
    text => linesOf(text, lines => lines.map((line, k) => (k === 0 ? swapped(line, 9, 10) : line))),
    /of ann differ at chr1:100/,
  ],
  'has a call for who has no record': [
    text => linesOf(text, lines => lines.map((line, k) => (k === 3 ? swapped(line, 9, 12) : line))),
    /differ at chr1:6100|that no sample has/,
  ],
  'gives a call to who has no record at all': [
    text =>
      linesOf(text, lines =>
        lines.map((line, k) => (k === 3 ? line.replace(/\.\/\.[^\t]*$/, '0/1:9') : line)),
      ),
    /a record at chr1:6100 that no sample has/,
  ],
  'is of fewer samples': [text => text.replace(/\tzoe\n/, '\n'), /is of 3 samples/],
  'has columns of another order': [
    text => text.replace('\tann\tbob', '\tbob\tann'),
    /and not of the 4 that were asked for/,
  ],
  'is cut short': [text => bgzf(Buffer.from(text)).subarray(0, -40), /ends within a block/],
  'has no end': [text => bgzf(Buffer.from(text)).subarray(0, -28), /has no end-of-file block/],
  'has 0 bytes': [() => Buffer.alloc(0), /has 0 bytes/],
};
it.each(Object.entries(spoilt))('a merged file that %s is not delivered', async (_what, [spoil, said]) => {
  await expect(merged(whole, { spoil })).rejects.toThrow(said);
});

it('a merged file whose index counts otherwise, or that cannot be made, is not delivered', async () => {
  const counting = (args: readonly string[]): number => {
    if (args[0] !== 'index' || !args.at(-1)!.includes('merged.vcf.gz')) return bcftools(args);
    writeFileSync(`${args.at(-1)}.csi`, makeIndex({ chr1: 2 }, 1000));
    return 0;
  };
  await expect(merged(whole, { bcftools: counting })).rejects.toThrow('does not count its 7 records');
  const failing = (args: readonly string[]): number => (args[0] === 'merge' ? 255 : bcftools(args));
  await expect(merged(whole, { bcftools: failing })).rejects.toThrow('bcftools merge exited with 255');
});

it('more files than are opened at once are merged in groups, in their order', async () => {
  const calls: (readonly string[])[] = [];
  const folder = mkdtempSync(join(root, 'groups-'));
  const own = Array.from({ length: 450 }, (_, k) => ({ path: join(folder, `${k}.bcf`) }));
  const lists: number[] = [];
  await mergeFiles(own, join(folder, 'all.bcf'), 'b', {
    folder,
    limits: { vcpus: 2, memoryMiB: 1000 },
    bcftools: async args => {
      calls.push(args);
      if (args[0] === 'merge')
        lists.push(
          readFileSync(args[args.indexOf('-l') + 1]!, 'utf8')
            .trim()
            .split('\n').length,
        );
      return 0;
    },
  });
  expect(lists).toEqual([200, 200, 50, 3]);
  expect(calls.map(([command]) => command).join(' ')).toBe('merge index merge index merge index merge view');
  // By text: a merged BCF has blocks of length 1.
  expect(calls.at(-2)!.join(' ')).toContain('-O z');
});
