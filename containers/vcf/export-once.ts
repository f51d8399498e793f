import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bedText, type Region } from '../../jobs/vcf/bed.ts';
import { eachLimited } from '../../jobs/vcf/each-limited.ts';
import { readIndex } from '../../jobs/vcf/variant-index.ts';
import { exportProblem } from './export-files.ts';
import { extensions, type Format, writeHeaderOnly } from './header-only.ts';
import { type Tool, ToolError } from './tool.ts';

export interface ExportWorld {
  readonly tool: Tool;
  readonly regions: readonly Region[];
  readonly format: Format;
  /** INFO and FORMAT fields to keep, `info_X` and `fmt_X`; none for all. Columns of a table. */
  readonly attributes: readonly string[];
  readonly memoryMiB: number;
  /** Samples that are on disk at once. */
  readonly batch: number;
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Runs bcftools; answers its exit code. */
  bcftools(args: readonly string[], cwd: string): Promise<number>;
  /** What an earlier attempt has delivered of a sample, or undefined. */
  before(sample: string): Promise<Delivered | undefined>;
  /** Uploads a file and its index, verified, and remembers it. */
  deliver(sample: string, paths: readonly string[], records: number): Promise<Delivered>;
  log(line: string): void;
}

export interface Delivered {
  readonly records: number;
  readonly outputs: readonly { readonly key: string; readonly bytes: number; readonly sha256?: string }[];
}

export type ExportedSample =
  | { readonly name: string; readonly is: 'done'; readonly delivered: Delivered }
  | { readonly name: string; readonly is: 'failed'; readonly reason: string }
  | { readonly name: string; readonly is: 'open' };

/**
 * Exports each sample of a list into exactly one file with all its records in the regions, and an index. Names are checked
 * against `list` before the tool sees them, for it checks none or exports everybody; every file is read to its end and counted.
 */
export async function exportOnce(
  samples: readonly string[],
  world: ExportWorld,
): Promise<readonly ExportedSample[]> {
  const { tool, signal } = world;
  const known = new Set(await tool.list());
  const results = new Map<string, ExportedSample>();
  const todo: string[] = [];
  for (const name of samples) {
    const delivered = await world.before(name);
    if (delivered) results.set(name, { name, is: 'done', delivered });
    else if (!known.has(name))
      results.set(name, { name, is: 'failed', reason: `${name} is not in the dataset` });
    else todo.push(name);
  }
  const bed = join(world.folder, 'regions.bed');
  await mkdir(world.folder, { recursive: true });
  await writeFile(bed, bedText(world.regions));
  for (let at = 0; at < todo.length && !signal.aborted; at += world.batch) {
    const names = todo.slice(at, at + world.batch);
    for (const result of await exportBatch(names, bed, world)) results.set(result.name, result);
  }
  return samples.map(name => results.get(name) ?? { name, is: 'open' });
}

async function exportBatch(
  names: readonly string[],
  bed: string,
  world: ExportWorld,
): Promise<readonly ExportedSample[]> {
  const counts = new Map(
    await eachLimited(names, 4, async name => [name, await world.tool.count(name, bed)] as const),
  );
  const files = await exportFiles(names, counts, bed, world);
  const results: ExportedSample[] = [];
  for (const name of names) {
    let path = files.get(name)!;
    let problem = typeof path === 'string' ? undefined : path.problem;
    if (problem !== undefined && !world.signal.aborted) {
      // Once more, alone: a disk that was full with all of them may not be with one.
      world.log(`${name}: its file ${problem}; it is exported again, alone`);
      path = (await exportFiles([name], counts, bed, world)).get(name)!;
      problem = typeof path === 'string' ? undefined : path.problem;
    }
    if (world.signal.aborted) results.push({ name, is: 'open' });
    else if (typeof path !== 'string')
      results.push({ name, is: 'failed', reason: `the file of ${name} ${problem}` });
    else results.push(await finish(name, path, counts.get(name)!, world));
  }
  return results;
}

/** Path of each name's file, or what is wrong with it. */
async function exportFiles(
  names: readonly string[],
  counts: ReadonlyMap<string, number>,
  bed: string,
  world: ExportWorld,
): Promise<ReadonlyMap<string, string | { readonly problem: string }>> {
  const { format, folder } = world;
  const out = join(folder, names.length === 1 ? 'one' : 'all');
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const withRecords = names.filter(name => counts.get(name)! > 0);
  const said = await callExport(withRecords, out, bed, world);
  const wanted = new Set(withRecords.map(name => `${name}${extensions[format]}`));
  const surplus = (await readdir(out)).filter(file => !wanted.has(file));
  if (surplus.length > 0)
    throw new Error(`tiledbvcf made files that nobody asked for: ${surplus.slice(0, 3).join(', ')}`);
  const found = new Map<string, string | { readonly problem: string }>();
  for (const name of names) {
    const path = join(out, `${name}${extensions[format]}`);
    const records = counts.get(name)!;
    if (records === 0) await writeEmpty(path, name, world);
    const problem = await exportProblem(path, format, name, records);
    found.set(name, problem === undefined ? path : { problem: said ? `${problem} (${said})` : problem });
  }
  return found;
}

/** Answers what the tool said where it failed. */
async function callExport(
  names: readonly string[],
  out: string,
  bed: string,
  { tool, format, attributes, memoryMiB }: ExportWorld,
): Promise<string | undefined> {
  let said: string | undefined;
  // A table is one file for all names, so it is made name by name.
  for (const list of format === 't' ? names.map(name => [name]) : names.length > 0 ? [names] : []) {
    const namesFile = `${out}.names`;
    await writeFile(namesFile, list.map(name => `${name}\n`).join(''));
    const to = format === 't' ? ['-o', join(out, `${list[0]}.tsv`), '-t', columns(attributes)] : ['-d', out];
    const memory = ['-b', String(memoryMiB)];
    const called = await tool.export(['-O', format, ...to, '-f', namesFile, '-R', bed, ...memory], out);
    if (called.exitCode !== 0) said = new ToolError('tiledbvcf export', called).message;
  }
  return said;
}

/** The sample's own column comes first by itself. */
const tableColumns = ['CHR', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER'];
const columns = (attributes: readonly string[]): string =>
  [...tableColumns, ...attributes.map(name => name.replace(/^info_/, 'I:').replace(/^fmt_/, 'F:'))].join(',');

async function writeEmpty(path: string, sample: string, world: ExportWorld): Promise<void> {
  const { format, regions, attributes } = world;
  if (format !== 't') return writeHeaderOnly(path, format, sample, regions);
  await writeFile(path, `${['SAMPLE', ...columns(attributes).split(',')].join('\t')}\n`);
}

async function finish(
  name: string,
  path: string,
  records: number,
  world: ExportWorld,
): Promise<ExportedSample> {
  const failed = (reason: string): ExportedSample => ({ name, is: 'failed', reason });
  const { format, attributes, folder } = world;
  if (attributes.length > 0 && format !== 't' && records > 0) {
    const kept = `${path}.kept`;
    const code = await world.bcftools(
      ['annotate', '-x', keeping(attributes), '-O', format, '-o', kept, path],
      folder,
    );
    const problem = code === 0 ? await exportProblem(kept, format, name, records) : `exit code ${code}`;
    if (problem) return failed(`bcftools annotate of ${name}: ${problem}`);
    await rm(path);
    path = kept;
  }
  const target = join(folder, `${name}${extensions[format]}`);
  if (path !== target) await rename(path, target);
  const index = await makeIndex(target, records, world);
  if (typeof index === 'object') return failed(`the index of ${name} ${index.problem}`);
  const delivered = await world.deliver(name, index ? [target, index] : [target], records);
  await rm(target);
  if (index) await rm(index);
  return { name, is: 'done', delivered };
}

/** INFO/END stays: without it the length of a reference block is lost. */
const keeping = (attributes: readonly string[]): string => {
  const of = (kind: string): string[] =>
    attributes.filter(name => name.startsWith(kind)).map(name => name.slice(kind.length));
  const info = [...new Set(['END', ...of('info_')])].map(id => `INFO/${id}`);
  const format = [...new Set(['GT', ...of('fmt_')])].map(id => `FORMAT/${id}`);
  return `^${[...info, ...format].join(',')}`;
};

/** The path of a CSI index that counts what the file holds; none for plain text. */
async function makeIndex(
  path: string,
  records: number,
  { format, folder, bcftools }: ExportWorld,
): Promise<string | undefined | { readonly problem: string }> {
  if (format !== 'b' && format !== 'z') return undefined;
  const code = await bcftools(['index', '-f', '-c', path], folder);
  if (code !== 0) return { problem: `could not be made: bcftools index exited with ${code}` };
  const index = readIndex(await readFile(`${path}.csi`));
  if (typeof index === 'string') return { problem: index };
  return index.records === records
    ? `${path}.csi`
    : { problem: `counts ${index.records} of ${records} records` };
}
