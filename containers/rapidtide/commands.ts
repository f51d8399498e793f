import { inputOf, subjectOf } from '../../jobs/rapidtide/inputs.ts';
import { copyTest } from './copy-test.ts';

export interface Places {
  readonly dataIn: string;
  readonly dataOut: string;
  /** The words that run the run's own script, its path last. */
  readonly script: readonly string[];
  /** The container's: Rapidtide by itself counts the host's. */
  readonly vcpus: number;
}

/** A participant's command line for what `--do` names. Source: rapidtide-cloud's scripts and Rapidtide's usage page. */
export function commandFor(
  parameters: Readonly<Record<string, string>>,
  participant: string,
  places: Places,
  more: readonly string[],
): readonly string[] {
  const { dataIn, dataOut } = places;
  switch (parameters.do) {
    case 'script':
      return [...places.script, ...more, participant];
    case 'hcp': {
      const name = `rfMRI_${parameters.run}_${parameters.pedir}`;
      return [
        'rapidtide',
        `${dataIn}/${inputOf(parameters, participant)}`,
        `${dataOut}/HCP_1200/minpreprocslfofilt/${participant}/rapidtide_${name}`,
        ...hcpOptions,
        ...['--nprocs', String(places.vcpus)],
        ...more,
      ];
    }
    case 'bids': {
      const subject = subjectOf(participant);
      return [
        'rapidtide',
        `${dataIn}/${inputOf(parameters, participant)}`,
        `${dataOut}/derivatives/rapidtide/${subject}/func/${subject}_task-${parameters.task}_desc-rapidtide`,
        '--denoising',
        ...['--nprocs', String(places.vcpus), '--noprogressbar'],
        ...more,
      ];
    }
    default:
      return ['bash', '-c', copyTest, 'simple-cp-test', participant];
  }
}

/**
 * How Rapidtide's own cloud command reads minimally preprocessed HCP-YA runs; bars of progress are for a terminal. What a
 * submission says after `--` comes later, and so wins. Source: cloud/rapidtide-HCPYA of rapidtide 3.2.0.
 */
const hcpOptions = [
  ...['--filterfreqs', '0.009', '0.15', '--spatialfilt', '2.0'],
  ...[
    '--searchrange',
    '-7.5',
    '15.0',
    '--similaritymetric',
    'hybrid',
    '--peakfittype',
    'gauss',
    '--nofitfilt',
  ],
  ...['--passes', '3', '--despecklepasses', '4', '--ampthresh', '0.15', '--pickleft'],
  ...['--lagminthresh', '0.25', '--lagmaxthresh', '2.5', '--noprogressbar'],
];

/** A command that was submitted by hand, with the built-in test found under the names that rapidtide-cloud gave it. */
export function rawCommand(argv: readonly string[]): readonly string[] {
  const words = argv[0] === 'bash' ? argv.slice(1) : argv;
  if (words[0] === '/cloud/simple-cp-test' || words[0] === 'simple-cp-test')
    return ['bash', '-c', copyTest, 'simple-cp-test', ...words.slice(1)];
  return argv;
}
