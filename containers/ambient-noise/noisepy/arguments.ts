import { addDays, type Day } from '../../../jobs/ambient-noise/calendar.ts';
import type { Recipe } from '../../../jobs/ambient-noise/settings.ts';

export interface DaySpan {
  readonly first: Day;
  readonly last: Day;
}

/**
 * Every field of NoisePy's configuration that decides a result is said: none comes from a config.yaml that happens to lie in
 * an input folder, which NoisePy reads and, in its output, writes anew at each start.
 */
function common(
  { settings, channels }: Recipe,
  stations: readonly string[],
  { first, last }: DaySpan,
): readonly string[] {
  const networks = [...new Set(stations.map(station => station.split('.')[0]!))];
  const names = [...new Set(stations.map(station => station.split('.')[1]!))];
  return [
    // Its end is exclusive.
    ...['--start_date', first, '--end_date', addDays(last, 1)],
    ...['--networks', networks.join(','), '--stations', names.join(','), '--channels', channels.join(',')],
    ...['--ncomp', String(channels.length), '--format', 'numpy', '--stop_on_error'],
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
  ];
}

export interface CorrelateFolders {
  readonly waveforms: string;
  readonly metadata: string;
  readonly correlations: string;
  readonly log: string;
}

export const correlateArguments = (
  recipe: Recipe,
  stations: readonly string[],
  day: Day,
  folders: CorrelateFolders,
): readonly string[] => [
  'cross_correlate',
  ...[
    '--raw_data_path',
    folders.waveforms,
    '--xml_path',
    folders.metadata,
    '--ccf_path',
    folders.correlations,
  ],
  ...['--logfile', folders.log],
  ...common(recipe, stations, { first: day, last: day }),
];

export interface StackFolders {
  readonly correlations: string;
  readonly stack: string;
  readonly log: string;
}

/** Without its dates a stack takes those of the day that was correlated last. */
export const stackArguments = (
  recipe: Recipe,
  stations: readonly string[],
  span: DaySpan,
  folders: StackFolders,
): readonly string[] => [
  'stack',
  ...['--ccf_path', folders.correlations, '--stack_path', folders.stack, '--logfile', folders.log],
  // A stack is written only where it is rotated; said, for a configuration may have turned it off.
  ...['--rotation', 'True'],
  ...common(recipe, stations, span),
];
