import { setImmediate as breath } from 'node:timers/promises';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { textLines } from '../text-lines.ts';

/** A sample's records as text: CHROM, POS, REF, ALT, INFO/END, GT, with tabs between; contigs in the merged file's order. */
export interface OwnText {
  readonly name: string;
  readonly path: string;
  readonly records: number;
}

export interface Comparison {
  /** The first thing that is wrong. */
  readonly problem?: string;
  /** Of the merged file. */
  readonly records: number;
  /** Blocks of samples for which the merged file has another END: a record has one for all its samples. */
  readonly otherEnds: number;
}

/**
 * Whether a merged file has each call of each sample where the sample's own file has it, as often, with the same alleles, and
 * no other; and a record for each place where a sample has one without a call. A merged record may have a longer REF, and
 * alleles of other samples: alleles are compared with what REF and ALT end with in common taken off.
 */
export async function compareMerged(
  merged: string,
  samples: readonly string[],
  own: readonly OwnText[],
  signal: AbortSignal,
): Promise<Comparison> {
  const rows = new Cursor(merged);
  const cursors = own.map(text => ({
    ...text,
    column: samples.indexOf(text.name),
    lines: new Cursor(text.path),
  }));
  let otherEnds = 0;
  for (let places = 0; rows.line !== undefined; places++) {
    if (places % 10_000 === 0) {
      signal.throwIfAborted();
      await breath();
    }
    const place = placeOf(rows.line);
    const here = rows.takeAt(place).map(rowOf);
    const called = here.map(({ calls }) => calls.map(call => call !== ''));
    let unheard = 0;
    for (const { name, column, lines } of cursors) {
      const records = lines.takeAt(place).map(rowOf);
      const wanted = records.map(({ calls }) => calls[0]!).filter(call => call !== '');
      const found = here.map(({ calls }) => calls[column]!).filter(call => call !== '');
      if (wanted.sort().join(' ') !== found.sort().join(' '))
        return {
          problem: `the merged file and that of ${name} differ at ${place.replace('\t', ':')}: ${found.join(', ') || 'no call'} for ${wanted.join(', ') || 'no call'}`,
          records: rows.taken,
          otherEnds,
        };
      unheard += records.length - wanted.length;
      for (const { calls, end, isBlock } of records)
        if (isBlock && !here.some(row => row.end === end && row.calls[column] === calls[0])) otherEnds++;
      for (const row of called) row[column] = false;
    }
    const strange = called.some(row => row.includes(true));
    const silent = here.filter(({ calls }) => calls.every(call => call === '')).length;
    if (strange || silent > unheard)
      return {
        problem: `the merged file has a record at ${place.replace('\t', ':')} that no sample has`,
        records: rows.taken,
        otherEnds,
      };
  }
  const left = cursors.find(({ lines, records }) => lines.line !== undefined || lines.taken !== records);
  return {
    ...(left
      ? {
          problem: `the merged file has ${left.lines.taken} of ${counted(left.records, 'record')} of ${left.name}`,
        }
      : {}),
    records: rows.taken,
    otherEnds,
  };
}

interface Row {
  readonly end: number;
  /** Whether it is longer than its REF. */
  readonly isBlock: boolean;
  /** By column; '' for none. */
  readonly calls: readonly string[];
}

function rowOf(line: string): Row {
  const [, pos = '', ref = '', alt = '', info = '.', ...genotypes] = line.split('\t');
  const ofRef = Number(pos) + ref.length - 1;
  const end = info === '.' ? ofRef : Number(info);
  const alleles = ['ref', ...alt.split(',').map(each => changeOf(ref, each))];
  return { end, isBlock: end > ofRef, calls: genotypes.map(genotype => callOf(genotype, alleles)) };
}

/** What an allele changes: REF and ALT without the bases that both end with. Symbolic ones are as they are. */
function changeOf(ref: string, alt: string): string {
  if (/^[<*.]/.test(alt)) return alt;
  let cut = 0;
  const most = Math.min(ref.length, alt.length) - 1;
  while (cut < most && ref.at(-1 - cut)!.toUpperCase() === alt.at(-1 - cut)!.toUpperCase()) cut++;
  return `${ref.slice(0, ref.length - cut)}>${alt.slice(0, alt.length - cut)}`.toUpperCase();
}

const callOf = (genotype: string, alleles: readonly string[]): string =>
  /\d/.test(genotype) ? genotype.replace(/\d+/g, number => alleles[Number(number)] ?? '?') : '';

const placeOf = (line: string): string => line.slice(0, line.indexOf('\t', line.indexOf('\t') + 1));

/** Lines one after the other, with a look at the next one. */
class Cursor {
  line: string | undefined;
  taken = 0;
  private readonly lines: Iterator<string, void>;

  constructor(path: string) {
    this.lines = textLines(path);
    this.line = this.lines.next().value ?? undefined;
  }

  /** The next lines, as far as they are of one place. */
  takeAt(place: string): string[] {
    const found: string[] = [];
    for (; this.line?.startsWith(`${place}\t`); this.taken++) {
      found.push(this.line);
      this.line = this.lines.next().value ?? undefined;
    }
    return found;
  }
}
