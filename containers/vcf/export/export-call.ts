import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extensions, writeHeaderOnly } from '../header-only.ts';
import { ToolError } from '../tool.ts';
import { exportProblem } from './export-files.ts';
import type { ExportWorld } from './export-world.ts';

/** Path of each name's file, or what is wrong with it. */
export async function exportFiles(
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
  if (format !== 't') return writeHeaderOnly(path, format, [sample], regions);
  await writeFile(path, `${['SAMPLE', ...columns(attributes).split(',')].join('\t')}\n`);
}
