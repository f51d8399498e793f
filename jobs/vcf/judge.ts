import { counted } from '../../lib/contract/workload/number-text.ts';
import type { LookedSample } from './look.ts';
import { sampleNameProblem } from './sample-name.ts';

/** A block of BGZF is at most this long; the last one with records ends less than that before the block that ends the file. */
const longestBlock = 65_536;
const endBlock = 28;

/** All that is wrong with a file, as sentences that follow its URI. */
export function judge(
  { header, file, index }: LookedSample,
  indexTimes: 'check' | 'ignore',
): readonly string[] {
  const [name, ...others] = header.samples;
  const problems: string[] = [];
  if (name === undefined) problems.push('has no sample in it');
  else if (others.length > 0)
    problems.push(
      `has ${counted(header.samples.length, 'sample')} in it, and tiledbvcf takes one a file: bcftools +split, then index`,
    );
  else
    problems.push(...[sampleNameProblem(name) ?? []].flat().map(problem => `cannot be stored: ${problem}`));
  const old = file.lastModified.getTime() - index.lastModified.getTime();
  if (old > 0 && indexTimes === 'check')
    problems.push(
      `is newer than its index ${index.uri}: index it again, or --index-times ignore where a copy has mixed the times up`,
    );
  // The index of another file, or of an earlier state of this one: the tool would store nothing and list the sample.
  const rest = file.size - endBlock - index.lastBlock;
  if ((rest < 0 || rest >= longestBlock) && index.lastBlock > 0)
    problems.push(
      `does not end where its index ${index.uri} says that its last record is: it is another file's, or an older one's`,
    );
  return problems;
}
