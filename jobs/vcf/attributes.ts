import type { Problem } from '../../lib/contract/workload/errors.ts';
import type { VariantHeader } from './header.ts';

/** What the old script made without being asked, and so do we. */
export const defaultAttributes = 'fmt_GT,fmt_DP,fmt_GQ,fmt_MIN_DP';

export interface Attributes {
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
  /** What was added or left out, for a person. */
  readonly notes: readonly string[];
}

/**
 * The attributes of a dataset as `tiledbvcf create -a` may have them. With statistics the tool forgets fmt_GT where others are
 * named without it, and lists it twice where it is alone: so it is always named, and never alone then.
 */
export function parseAttributes(list: string, statistics: boolean): Attributes {
  const where = '--attributes';
  const asked = list
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '');
  const problems: Problem[] = asked
    .filter(name => !/^(info|fmt)_[^\s,]+$/.test(name))
    .map(name => ({
      where,
      message: `${JSON.stringify(name)} is no attribute`,
      fix: `INFO fields are info_NAME, FORMAT fields fmt_NAME: fmt_${name.replace(/^(info|fmt|format)[_/]?/i, '') || 'DP'}`,
    }));
  const names = [...new Set(['fmt_GT', ...asked])];
  if (statistics && names.length === 1)
    problems.push({
      where,
      message: 'fmt_GT alone is listed twice by tiledbvcf when statistics are on',
      fix: 'name one more: --attributes fmt_GT,fmt_DP',
    });
  const notes = [
    ...(asked.includes('fmt_GT')
      ? []
      : ['fmt_GT is added to the attributes: frequencies and most tools need it']),
    ...(new Set(asked).size < asked.length ? ['attributes that are named twice are made once'] : []),
  ];
  return { names, problems, notes };
}

/** `--vcf-attributes FILE`: every INFO and FORMAT field of a header. */
export const attributesOf = (header: VariantHeader): string =>
  [...header.formats.map(id => `fmt_${id}`), ...header.info.map(id => `info_${id}`)].join(',');
