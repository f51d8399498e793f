import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bgzf } from '../../containers/vcf/bgzf-blocks.ts';
import { type Delivered, type ExportWorld, exportOnce } from '../../containers/vcf/export/export-once.ts';
import { keepOnce } from '../../containers/vcf/store/keep-once.ts';
import { type Call, Tool } from '../../containers/vcf/tool.ts';
import { mergeRegions, type Region } from '../../jobs/vcf/bed.ts';
import { type laboratory, stored } from './in-process.ts';
import { makeIndex, makeSample } from './sample-files.ts';

const made = ['a', 'b', 'c', 'd'].map((name, seed) =>
  makeSample(name, {
    seed,
    blocks: name === 'b',
    contigs: name === 'd' ? { chr9: 3 } : { chr1: 6, chr2: 4 },
  }),
);
/** Records of chr1 and chr2 that begin at 100 or 3100; d has none there. */
const regions: readonly Region[] = mergeRegions([
  { contig: 'chr1', start: 0, end: 3000 },
  { contig: 'chr1', start: 3000, end: 4000 },
  { contig: 'chr2', start: 50, end: 150 },
]);
let lab: ReturnType<typeof laboratory>;
let root: string;

beforeAll(async () => {
  lab = await stored(made);
  root = mkdtempSync(join(tmpdir(), 'vcf-export-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function newWorld(options: { readonly diskBytes?: number; readonly call?: (call: Call) => Call } = {}) {
  const folder = mkdtempSync(join(root, 'work-'));
  const to = mkdtempSync(join(root, 'to-'));
  const remembered = new Map<string, Delivered>();
  const log: string[] = [];
  const tool = lab.tool(options.diskBytes);
  const world: ExportWorld = {
    tool: options.call ? new Tool(options.call(lab.call(0, options.diskBytes)), tool.uri, root) : tool,
    regions,
    format: 'z',
    attributes: [],
    memoryMiB: 512,
    batch: 3,
    folder,
    signal: new AbortController().signal,
    bcftools: async args => {
      const path = args.at(-1)!;
      const lines = gunzipSync(readFileSync(path))
        .toString()
        .split('\n')
        .filter(line => line && !line.startsWith('#'));
      const contigs: Record<string, number> = {};
      for (const line of lines) contigs[line.split('\t')[0]!] = (contigs[line.split('\t')[0]!] ?? 0) + 1;
      writeFileSync(`${path}.csi`, makeIndex(contigs, readFileSync(path).length));
      return 0;
    },
    before: async name => remembered.get(name),
    deliver: async (name, paths, records) => {
      const outputs = paths.map(path => ({ key: path.split('/').at(-1)!, bytes: readFileSync(path).length }));
      for (const path of paths) renameSync(path, join(to, path.split('/').at(-1)!));
      for (const path of paths) writeFileSync(path, '');
      remembered.set(name, { records, outputs });
      return { records, outputs };
    },
    log: line => void log.push(line),
  };
  const recordsOf = (name: string): string[] =>
    gunzipSync(readFileSync(join(to, `${name}.vcf.gz`)))
      .toString()
      .split('\n')
      .filter(line => line && !line.startsWith('#'));
  return { world, to, log, recordsOf, remembered };
}

it('each sample has one file with its records of the regions, once, and an index; one without says so', async () => {
  const { world, to, recordsOf } = newWorld();
  const results = await exportOnce(['a', 'b', 'c', 'd'], world);
  expect(results.map(each => each.is === 'done' && each.delivered.records)).toEqual([3, 3, 3, 0]);
  expect(readdirSync(to).sort()).toEqual(
    ['a', 'b', 'c', 'd'].flatMap(name => [`${name}.vcf.gz`, `${name}.vcf.gz.csi`]),
  );
  expect(recordsOf('b').map(line => line.split('\t').slice(0, 2).join(':'))).toEqual([
    'chr1:100',
    'chr1:3100',
    'chr2:100',
  ]);
  expect(gunzipSync(readFileSync(join(to, 'd.vcf.gz'))).toString()).toContain('##arraylab_no_records=');
});

it('a block that spans the gap between two regions is given by the tool for each, and exported once', async () => {
  const { world, recordsOf } = newWorld();
  // The first block of b is 100 to 2600.
  const apart = mergeRegions([
    { contig: 'chr1', start: 50, end: 500 },
    { contig: 'chr1', start: 1000, end: 3100 },
    { contig: 'chr2', start: 50, end: 150 },
  ]);
  const [result] = await exportOnce(['b'], { ...world, regions: apart });
  expect(result).toMatchObject({ is: 'done', delivered: { records: 3 } });
  expect(recordsOf('b').map(line => line.split('\t').slice(0, 2).join(':'))).toEqual([
    'chr1:100',
    'chr1:3100',
    'chr2:100',
  ]);
});

it('a name that is not in the dataset fails alone, and the tool never sees it', async () => {
  const { world, to } = newWorld();
  lab.calls.length = 0;
  const results = await exportOnce(['a', 'typo'], world);
  expect(results[1]).toEqual({ name: 'typo', is: 'failed', reason: 'typo is not in the dataset' });
  expect(readdirSync(to).sort()).toEqual(['a.vcf.gz', 'a.vcf.gz.csi']);
  expect(lab.calls.flat()).not.toContain('typo');
});

it('when all names are unknown nothing is exported: an empty list would be everybody', async () => {
  const { world, to } = newWorld();
  lab.calls.length = 0;
  await exportOnce(['nobody'], world);
  expect(readdirSync(to)).toEqual([]);
  expect(lab.calls.map(([command]) => command)).toEqual(['list']);
});

it('files of 0 bytes of a full disk, which exits with 0, are exported again alone, and fail where that does not help', async () => {
  const roomForOne = newWorld({ diskBytes: 700 });
  expect((await exportOnce(['a', 'b', 'c'], roomForOne.world)).map(({ is }) => is)).toEqual([
    'done',
    'done',
    'done',
  ]);
  expect(roomForOne.log.join()).toContain('has 0 bytes');
  const none = newWorld({ diskBytes: 10 });
  expect(await exportOnce(['a'], none.world)).toEqual([
    { name: 'a', is: 'failed', reason: 'the file of a has 0 bytes' },
  ]);
  expect(readdirSync(none.to)).toEqual([]);
});

it('what an earlier attempt delivered is not exported again', async () => {
  const { world, remembered } = newWorld();
  remembered.set('a', { records: 3, outputs: [] });
  lab.calls.length = 0;
  await exportOnce(['a'], world);
  expect(lab.calls.map(([command]) => command)).toEqual(['list']);
});

it('a file that nobody asked for stops the export before anything of it leaves the host', async () => {
  const everybody =
    (call: Call): Call =>
    (args, options) =>
      call(
        args[0] === 'export' && args.includes('-d') ? [...args, '--disable-check-samples'] : args,
        options,
      );
  const { world, to } = newWorld({ call: everybody });
  await expect(exportOnce(['a', 'b'], world)).rejects.toThrow('files that nobody asked for: c.vcf.gz');
  expect(readdirSync(to)).toEqual([]);
});

const threeOf = (name: string): Buffer => makeSample(name, { contigs: { chr1: 3 } }).file;
const spoil: Record<string, readonly [(file: Buffer) => Buffer, string]> = {
  'cut short': [file => file.subarray(0, file.length - 40), 'ends within a block'],
  'without its end': [file => file.subarray(0, file.length - 28), 'has no end-of-file block'],
  empty: [() => Buffer.alloc(0), 'has 0 bytes'],
  'of another sample': [() => threeOf('c'), 'is of c'],
  'short of a record': [() => makeSample('a', { contigs: { chr1: 2 } }).file, 'holds 2 of 3 records'],
  'not a variant file': [() => Buffer.from('hello, I am no variant file\n'), 'is neither VCF nor BCF'],
};
it.each(Object.entries(spoil))('a file that is %s is not delivered', async (_what, [change, reason]) => {
  const spoiling =
    (call: Call): Call =>
    async (args, options) => {
      const called = await call(args, options);
      const path = join(args[args.indexOf('-d') + 1] ?? '', 'a.vcf.gz');
      if (args.includes('-d') && existsSync(path)) writeFileSync(path, change(readFileSync(path)));
      return called;
    };
  const { world, to } = newWorld({ call: spoiling });
  const [result] = await exportOnce(['a'], world);
  expect(result).toMatchObject({ is: 'failed', reason: expect.stringContaining(reason) });
  expect(readdirSync(to)).toEqual([]);
});

it('a file whose index counts otherwise is not delivered', async () => {
  const { world, to } = newWorld();
  const [result] = await exportOnce(['a'], {
    ...world,
    bcftools: async args => {
      writeFileSync(`${args.at(-1)!}.csi`, makeIndex({ chr1: 2 }, readFileSync(args.at(-1)!).length));
      return 0;
    },
  });
  expect(result).toMatchObject({ is: 'failed', reason: 'the index of a counts 2 of 3 records' });
  expect(readdirSync(to)).toEqual([]);
});

it('records that are alike stay as many as they are, and such as do not fit their regions are no records of an export', async () => {
  const block = makeSample('b', { blocks: true, contigs: { chr1: 1 } });
  const times = (count: number): string => {
    const path = join(root, `times-${count}.vcf.gz`);
    const [header] = block.text.split(block.records[0]!);
    writeFileSync(path, bgzf(Buffer.from(header + `${block.records[0]!}\n`.repeat(count))));
    return path;
  };
  const apart: readonly Region[] = [
    { contig: 'chr1', start: 50, end: 500 },
    { contig: 'chr1', start: 1000, end: 3100 },
  ];
  const once = join(root, 'once.vcf.gz');
  expect(await keepOnce(times(4), once, 'z', apart)).toBe(2);
  expect(gunzipSync(readFileSync(once)).toString().match(/^chr1/gm)).toHaveLength(2);
  expect(await keepOnce(times(3), once, 'z', apart)).toBe('holds a record 3 times that meets 2 regions');
});

it('a table has a row a record', async () => {
  const { world } = newWorld();
  const tables: string[] = [];
  await exportOnce(['a', 'd'], {
    ...world,
    format: 't',
    attributes: ['fmt_GT', 'info_END'],
    deliver: async (_name, [path], records) => {
      tables.push(readFileSync(path!, 'utf8'));
      return { records, outputs: [] };
    },
  });
  const [a = '', d = ''] = tables;
  expect(a.split('\n')[1]).toBe('a\tchr1\t100\t.\tA\tC\t50\tPASS\t0/1\t.');
  expect(a.trim().split('\n')).toHaveLength(4);
  expect(d).toBe('SAMPLE\tCHR\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tF:GT\tI:END\n');
});
