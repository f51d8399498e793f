import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type MadeSample, makeSample } from './sample-files.ts';
import { tiledbvcf } from './stand-in/cli.ts';
import { Killed, memoryDisk } from './stand-in/disk.ts';

/** What the real 0.40.3 did when it was run (docs/vcf.md): whoever trusts it is let down here too. */
let root: string;
let time: number;
let skew: number;
let room: number;
let writesLeft: number;
let disk: ReturnType<typeof memoryDisk>;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stand-in-'));
  [time, skew, room, writesLeft] = [1000, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  disk = memoryDisk(() => {
    if (writesLeft-- <= 0) throw new Killed('killed');
  });
});
afterEach(() => rmSync(root, { recursive: true }));

async function tool(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await tiledbvcf(argv, {
    disk: () => disk,
    now: () => time++ + skew,
    read: async path => {
      const local = path.startsWith('s3://') ? join(root, path.slice(5)) : path;
      return existsSync(local) ? readFileSync(local) : undefined;
    },
    drop: async (name, body) => writeFileSync(join(root, name), body),
    write: async (path, body) => {
      const fits = body.length <= room;
      writeFileSync(path, fits ? body : '');
      return true;
    },
    hostMemoryMiB: 8000,
    out: line => void out.push(line),
    err: line => void err.push(line),
  });
  return { code, out, err };
}

function file(path: string, { file, index }: MadeSample): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, file);
  writeFileSync(`${full}.csi`, index);
  return full;
}
const list = (...paths: string[]): string => {
  writeFileSync(join(root, 'list'), paths.join('\n'));
  return join(root, 'list');
};
const names = (text: string): string => {
  writeFileSync(join(root, 'names'), text);
  return join(root, 'names');
};
const count = async (name: string): Promise<number> =>
  Number((await tool('export', '-u', 'd', '-c', '-s', name)).out[0]);
const create = () => tool('create', '-u', 'd', '-a', 'fmt_GT,fmt_DP', '--disable-variant-stats');
const s = (name: string, options = {}): MadeSample => makeSample(name, options);

it('a second create is refused on stdout, and a killed one is never mended', async () => {
  await create();
  expect((await create()).out[0]).toMatch(/\[critical\].*Cannot create group/);
  disk = memoryDisk(() => {
    if (writesLeft-- <= 0) throw new Killed('killed');
  });
  writesLeft = 3;
  await expect(create()).rejects.toThrow(Killed);
  writesLeft = 100;
  expect((await tool('stat', '-u', 'd')).code).toBe(1);
  expect((await create()).code).toBe(1);
});

it('storing again doubles every record, and exits with 0', async () => {
  await create();
  const files = list(file('a.vcf.gz', s('a')));
  for (const _ of [1, 2])
    expect(await tool('store', '-u', 'd', '-f', files)).toMatchObject({ code: 0, out: [], err: [] });
  expect(await count('a')).toBe(20);
});

it('after a kill between anchors and records, --resume leaves a contig out, and exits with 0', async () => {
  await create();
  const files = list(file('a.vcf.gz', s('a', { blocks: true })));
  writesLeft = 4;
  await expect(tool('store', '-u', 'd', '-f', files)).rejects.toThrow(Killed);
  writesLeft = 100;
  expect((await tool('list', '-u', 'd')).out).toEqual(['a']);
  expect((await tool('store', '-u', 'd', '--resume', '-f', files)).code).toBe(0);
  expect(await count('a')).toBe(4);
});

it('files of equal names lose a sample with scratch, and store the other twice', async () => {
  await create();
  const files = list(file('1/v.vcf.gz', s('a')), file('2/v.vcf.gz', s('b')));
  expect((await tool('store', '-u', 'd', '-d', root, '-s', '100', '-f', files)).code).toBe(0);
  expect((await tool('list', '-u', 'd')).out).toEqual(['b']);
  expect(await count('b')).toBe(20);
});

it('an empty list of names, or one that is not checked, exports everybody; -s exports nobody, with 0', async () => {
  await create();
  await tool('store', '-u', 'd', '-f', list(file('a.vcf.gz', s('a')), file('b.vcf.gz', s('b'))));
  const exported = async (...args: string[]): Promise<readonly string[]> => {
    const to = mkdtempSync(join(root, 'out-'));
    expect((await tool('export', '-u', 'd', '-O', 'z', '-d', to, ...args)).code).toBe(0);
    return readdirSync(to);
  };
  expect(await exported('-f', names(''))).toHaveLength(2);
  expect(await exported('--disable-check-samples', '-f', names('typo\n'))).toHaveLength(2);
  expect(await exported('-s', 'typo')).toEqual([]);
  const refused = await tool('export', '-u', 'd', '-O', 'z', '-d', root, '-f', names('typo\n'));
  expect([refused.code, refused.out[0]]).toEqual([1, expect.stringContaining('has not been registered')]);
});

it('a full disk gives files of 0 bytes, and 0', async () => {
  await create();
  await tool('store', '-u', 'd', '-f', list(file('a.vcf.gz', s('a'))));
  room = 10;
  expect((await tool('export', '-u', 'd', '-O', 'z', '-d', root, '-s', 'a')).code).toBe(0);
  expect(statSync(join(root, 'a.vcf.gz')).size).toBe(0);
});

it('a delete from a clock that is ahead hides later what is stored after it', async () => {
  await create();
  const files = list(file('a.vcf.gz', s('a')));
  await tool('store', '-u', 'd', '-f', files);
  skew = 30_000;
  await tool('delete', '-u', 'd', '-s', 'a');
  skew = 0;
  await tool('store', '-u', 'd', '-f', files);
  expect(await count('a')).toBe(20);
  time += 40_000;
  expect((await tool('list', '-u', 'd')).out).toEqual([]);
});

it('regions that touch, or a list of them that overlap, give a record more than once', async () => {
  await create();
  await tool(
    'store',
    '-u',
    'd',
    '-f',
    list(file('a.vcf.gz', s('a', { blocks: true, contigs: { chr1: 1 } }))),
  );
  const counted = async (...args: string[]) =>
    (await tool('export', '-u', 'd', '-c', '-s', 'a', ...args)).out[0];
  writeFileSync(join(root, 'r.bed'), 'chr1\t0\t500\nchr1\t500\t900\n');
  expect(await counted('-R', join(root, 'r.bed'))).toBe('2');
  expect(await counted('-r', 'chr1:1-500,chr1:400-900')).toBe('2');
});

it('statistics stay what they were when a sample is deleted and stored again', async () => {
  await tool('create', '-u', 'd', '-a', 'fmt_GT,fmt_DP');
  const files = list(file('a.vcf.gz', s('a')));
  const sum = async (): Promise<number> => {
    let all = 0;
    for (const key of await disk.list('allele_count/__commits/'))
      all += Number((await disk.get(key))!.toString());
    return all;
  };
  await tool('store', '-u', 'd', '-f', files);
  const before = await sum();
  await tool('delete', '-u', 'd', '-s', 'a');
  await tool('store', '-u', 'd', '-f', files);
  expect([await count('a'), await sum()]).toEqual([10, 2 * before]);
});

it('exit codes are those of the program: help is success, a range is 105, what it does not know 109, several deletes abort', async () => {
  await create();
  await tool('store', '-u', 'd', '-f', list(file('a.vcf.gz', s('a'))));
  expect((await tool('store', '-u', 'd')).code).toBe(0);
  expect((await tool('store', '-u', 'd', '-m', '100', '-f', list())).code).toBe(105);
  expect((await tool('export', '-u', 'd', '--sort-regions')).code).toBe(109);
  expect((await tool('delete', '-u', 'd', '-s', 'a,typo')).code).toBe(134);
  expect((await tool('list', '-u', 'd')).out).toEqual([]);
  expect((await tool('stat', '-u', 'd')).out).toContain('- Number of samples: 0');
  expect((await tool('register', '-u', 'd')).code).not.toBe(0);
});

it('the index of a remote file is left in the current folder under its last name', async () => {
  await create();
  file('bucket/x/v.vcf.gz', s('a'));
  await tool('store', '-u', 'd', '-f', list('s3://bucket/x/v.vcf.gz'));
  expect(existsSync(join(root, 'v.vcf.gz.csi'))).toBe(true);
});
