import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compare, tableOf } from '../measure.ts';

/** What both ways correlate, and how. */
export const sample = {
  first: '2024-03-01',
  days: 4,
  stations: ['STAA', 'STAB', 'STAC'],
  words: '--sampling_rate 1 --cc_len 1800 --step 1800 --maxlag 60 --freqmin 0.05 --freqmax 0.4'.split(' '),
} as const;

/**
 * 3 stations x 4 days of waveforms, correlated and stacked: NoisePy's two commands over all of it, and our days and stack with
 * every file looked into, counted and stored. The one starts NoisePy twice, and the other once.
 */
export async function ambientNoise(projectRoot: string, rounds: number): Promise<string> {
  const cache = process.env.LAB_CONFORMANCE_CACHE ?? join(projectRoot, '.lab/conformance');
  const venv = join(cache, 'noisepy');
  if (!existsSync(join(venv, 'bin/noisepy')))
    return 'NoisePy is left out: npm run test:conformance -- ambient-noise installs it\n';
  const root = await mkdtemp(join(tmpdir(), 'lab-bench-'));
  try {
    const archive = join(root, 'archive');
    const waveforms = join(projectRoot, 'test/conformance/ambient-noise/waveforms.py');
    execFileSync(join(venv, 'bin/python'), [
      waveforms,
      archive,
      sample.first,
      String(sample.days),
      sample.stations.join(','),
    ]);
    const environment = {
      PATH: `${join(venv, 'bin')}:${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
      HOME: root,
      ARCHIVE: archive,
      PYTHON: join(venv, 'bin/python'),
    };
    const each = (round: number) => ({ WORK: join(root, `work-${round}`) });
    const dates = `--start_date 2024-03-01 --end_date 2024-03-05 --networks CI --stations ${sample.stations.join(',')} --channels BHE,BHN,BHZ --stop_on_error ${sample.words.join(' ')}`;
    const alone = [
      'set -e; mkdir -p "$WORK-alone"; cd "$WORK-alone"',
      `noisepy cross_correlate --raw_data_path "$ARCHIVE/continuous_waveforms" --xml_path "$ARCHIVE/FDSNstationXML/CI" --ccf_path ccf ${dates}`,
      `noisepy stack --ccf_path ccf --stack_path stack ${dates}`,
    ].join('\n');
    const correlateAlone = alone
      .split('\n')
      .slice(0, 2)
      .join('\n')
      .replace('-alone', '-days')
      .replace('-alone', '-days');
    const ours = [process.execPath, join(projectRoot, 'bench/ambient-noise/ours.ts')];
    const measured = await compare(
      [
        { name: 'noisepy cross_correlate; noisepy stack', command: ['sh', '-c', alone], environment, each },
        { name: 'Arraylab: days, checks, stack, proof', command: ours, environment, each },
      ],
      rounds,
    );
    const days = await compare(
      [
        {
          name: 'noisepy cross_correlate, 4 days at once',
          command: ['sh', '-c', correlateAlone],
          environment,
          each,
        },
        { name: 'Arraylab: 4 days one by one, with checks', command: [...ours, 'days'], environment, each },
      ],
      rounds,
    );
    return `${tableOf('Ambient noise: days and their stack', measured)}\n${tableOf('Ambient noise: days alone', days)}`;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
