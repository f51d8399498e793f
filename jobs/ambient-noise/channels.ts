import type { Problem } from '../../lib/contract/workload/errors.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';

/** The components that NoisePy stacks: all three, or the vertical one alone. */
const components = ['E', 'N', 'Z'];

/** `BHE,BHN,BHZ`, or `BH` for these three, as SEED channel codes in the order E, N, Z. */
export function channelsOf(text: string): readonly string[] {
  const words = text.split(',').map(word => word.trim());
  const codes = words.flatMap(word =>
    word.length === 2 ? components.map(component => word + component) : [word],
  );
  return [...new Set(codes)].sort();
}

/**
 * Two bands of one station give 18 components a pair, of which NoisePy stacks none; two components give none either. Both
 * are refused here, and not found out after the last day.
 */
export function checkChannels(text: string): readonly Problem[] {
  const channels = channelsOf(text);
  const wrong = channels.filter(code => !/^[A-Z]{2}[A-Z0-9]$/.test(code));
  const say = (message: string): readonly Problem[] => [
    {
      where: '--channels',
      message: `${text}: ${message}`,
      fix: '--channels BHE,BHN,BHZ, in short BH, or BHZ alone',
    },
  ];
  if (wrong.length > 0) return say(`${wrong.join(', ')} is no channel code of SEED`);
  const bands = [...new Set(channels.map(code => code.slice(0, 2)))];
  if (bands.length > 1)
    return say(`is of ${counted(bands.length, 'band')}, ${bands.join(' and ')}, and a run is of one`);
  const last = channels.map(code => code[2]).join('');
  return last === 'ENZ' || last === 'Z'
    ? []
    : say(`NoisePy stacks E, N and Z together, or Z alone, not ${last}`);
}
