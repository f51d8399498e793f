import { gunzipSync } from 'node:zlib';
import { LabError, type Problem } from '../../lib/contract/workload/errors.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import { byBytes } from './sample-name.ts';

/** An interval of a contig, `[start, end)` from 0, as BED has it. */
export interface Region {
  readonly contig: string;
  readonly start: number;
  readonly end: number;
}

const shown = 20;

/**
 * The regions of a BED file, sorted, those that overlap or touch made one: the tool exports a record once for every interval
 * that it meets. Takes gzip, tabs or blanks between columns, comments and `track` lines. Throws LabError with the lines that are wrong.
 */
export function readBed(bytes: Buffer, source: string): readonly Region[] {
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzip(bytes, source) : bytes.toString('utf8');
  const regions: Region[] = [];
  const problems: Problem[] = [];
  let line = 0;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    line++;
    if (/^\s*$|^#|^track\b|^browser\b/.test(raw)) continue;
    const region = parseLine(raw);
    if (typeof region !== 'string') regions.push(region);
    else problems.push({ where: `${source} line ${line}`, message: region });
  }
  if (problems.length > shown) {
    const more = problems.length - shown;
    problems.splice(shown, more, {
      where: source,
      message: `${counted(more, { one: 'more line is', many: 'more lines are' })} wrong`,
    });
  }
  if (regions.length === 0 && problems.length === 0)
    problems.push({
      where: source,
      message: 'has no region in it',
      fix: 'one region a line: contig, start, end, with tabs between',
    });
  if (problems.length > 0) throw new LabError(problems);
  return mergeRegions(regions);
}

function unzip(bytes: Buffer, source: string): string {
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    throw new LabError({ where: source, message: `cannot be unzipped: ${(error as Error).message}` });
  }
}

function parseLine(line: string): Region | string {
  const fields = line.includes('\t') ? line.split('\t') : line.trim().split(/\s+/);
  const [contig = '', from = '', to = ''] = fields.map(field => field.trim());
  if (fields.length < 3) return `has ${fields.length} of the three columns contig, start, end`;
  if (contig === '') return 'has no contig';
  if (!/^\d{1,10}$/.test(from) || !/^\d{1,10}$/.test(to)) return `${from}-${to} is no interval`;
  const [start, end] = [Number(from), Number(to)];
  return start < end ? { contig, start, end } : `${from}-${to} is empty: the end is not part of it`;
}

/** Sorted by contig (bytes) and start; none of them overlaps or touches another. */
export function mergeRegions(regions: readonly Region[]): readonly Region[] {
  const contigs = new Map<string, Region[]>();
  for (const region of regions) {
    const others = contigs.get(region.contig);
    if (others) others.push(region);
    else contigs.set(region.contig, [region]);
  }
  return [...contigs.keys()].sort(byBytes).flatMap(contig => {
    const merged: { contig: string; start: number; end: number }[] = [];
    for (const { start, end } of contigs.get(contig)!.sort((a, b) => a.start - b.start)) {
      const last = merged.at(-1);
      if (last && start <= last.end) last.end = Math.max(last.end, end);
      else merged.push({ contig, start, end });
    }
    return merged;
  });
}

/** The file for the tool: its name has to end in .bed, its columns are tabbed, no other line is in it. */
export const bedText = (regions: readonly Region[]): string =>
  regions.map(({ contig, start, end }) => `${contig}\t${start}\t${end}\n`).join('');
