import { copyTest } from './copy-test.ts';

/** A participant's command line for what `--do` names. Source: rapidtide-cloud's scripts and Rapidtide's usage page. */
export function commandFor(
  parameters: Readonly<Record<string, string>>,
  participant: string,
  places: { readonly dataIn: string; readonly dataOut: string },
  more: readonly string[],
): readonly string[] {
  const { dataIn, dataOut } = places;
  switch (parameters.do) {
    case 'script':
      return ['bash', `${dataOut}/config/${parameters.script ?? ''}`, ...more, participant];
    case 'hcp': {
      const name = `rfMRI_${parameters.run}_${parameters.pedir}`;
      const folder = `${dataIn}/HCP_1200/${participant}/MNINonLinear/Results/${name}`;
      return [
        'rapidtide',
        `${folder}/${name}.nii.gz`,
        `${dataOut}/HCP_1200/minpreprocslfofilt/${participant}/rapidtide_${name}`,
        ...hcpOptions,
        ...more,
      ];
    }
    case 'bids': {
      const subject = participant.startsWith('sub-') ? participant : `sub-${participant}`;
      const stem = `${subject}_task-${parameters.task}`;
      const input = `${dataIn}/${subject}/func/${stem}_desc-preproc_bold.nii.gz`;
      return [
        'rapidtide',
        input,
        `${dataOut}/derivatives/rapidtide/${subject}/func/${stem}_desc-rapidtide`,
        '--denoising',
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
  ...['--lagminthresh', '0.25', '--lagmaxthresh', '2.5', '--nprocs', '-1', '--noprogressbar'],
];

/** A command that was submitted by hand, with the built-in test found under the names that rapidtide-cloud gave it. */
export function rawCommand(argv: readonly string[]): readonly string[] {
  const words = argv[0] === 'bash' ? argv.slice(1) : argv;
  if (words[0] === '/cloud/simple-cp-test' || words[0] === 'simple-cp-test')
    return ['bash', '-c', copyTest, 'simple-cp-test', ...words.slice(1)];
  return argv;
}
