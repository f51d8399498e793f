import { createHash } from 'node:crypto';
import type { Problem } from '../../lib/contract/workload/errors.ts';

/** The release whose behaviour the checks around it are made for. */
export const noisepyVersion = '0.9.93';

type Kind = 'number' | 'integer' | 'boolean' | readonly string[];

/** Fields of NoisePy's configuration that a run may set, by `-- --name value`. Source: ConfigParameters of noisepy-seis-io 0.3.5. */
const fields: Readonly<Record<string, { readonly kind: Kind; readonly default: string }>> = {
  sampling_rate: { kind: 'number', default: '20' },
  cc_len: { kind: 'integer', default: '1800' },
  step: { kind: 'integer', default: '450' },
  maxlag: { kind: 'integer', default: '200' },
  freqmin: { kind: 'number', default: '0.05' },
  freqmax: { kind: 'number', default: '2' },
  freq_norm: { kind: ['rma', 'no', 'phase_only'], default: 'rma' },
  time_norm: { kind: ['no', 'one_bit', 'rma'], default: 'no' },
  cc_method: { kind: ['xcorr', 'deconv', 'coherency'], default: 'xcorr' },
  smooth_N: { kind: 'integer', default: '10' },
  smoothspect_N: { kind: 'integer', default: '10' },
  max_over_std: { kind: 'integer', default: '10' },
  rm_resp: { kind: ['no', 'inv'], default: 'inv' },
  rm_resp_out: { kind: ['DISP', 'VEL', 'ACC'], default: 'VEL' },
  stack_method: {
    kind: ['linear', 'pws', 'robust', 'nroot', 'selective', 'auto_covariance'],
    default: 'linear',
  },
};

/** Those that decide which data there are, or how they are proved: ours, or refused. */
const ours: Readonly<Record<string, string>> = {
  start_date: '--start',
  end_date: '--end',
  stations: '--stations',
  networks: '--stations, which names the network of each',
  channels: '--channels',
  ncomp: '--channels',
  single_freq: 'nothing: a run is of one rate',
  substack: 'nothing: days are proved by their windows, which a day with sub-stacks does not tell',
  rotation: 'nothing: NoisePy writes a stack only where it rotates',
};

export type NoisePySettings = Readonly<Record<string, string>>;

/** NoisePy's own defaults, and over them what a request says after `--`. Answers every problem of the words. */
export function parseSettings(words: readonly string[]): {
  readonly settings: NoisePySettings;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const settings: Record<string, string> = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.default]),
  );
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const equals = word.indexOf('=');
    const name = (equals < 0 ? word : word.slice(0, equals)).replace(/^--/, '');
    const value = equals < 0 ? words[++at] : word.slice(equals + 1);
    const problem = setting(word, name, value, settings);
    if (problem) problems.push(problem);
  }
  return { settings, problems: [...problems, ...together(settings)] };
}

function setting(
  word: string,
  name: string,
  value: string | undefined,
  settings: Record<string, string>,
): Problem | undefined {
  const where = `-- ${word}`;
  const instead = ours[name];
  if (instead) return { where, message: 'is not for NoisePy here', fix: `use ${instead}` };
  const field = fields[name];
  if (!word.startsWith('--') || !field)
    return {
      where,
      message: `is no setting of NoisePy ${noisepyVersion} that a run can have`,
      fix: Object.keys(fields).join(', '),
    };
  if (value === undefined) return { where, message: 'has no value', fix: `${where} ${field.default}` };
  const { kind } = field;
  const number = Number(value);
  const good =
    typeof kind === 'object'
      ? kind.includes(value)
      : kind === 'boolean'
        ? /^(true|false)$/i.test(value)
        : value.trim() !== '' &&
          Number.isFinite(number) &&
          number > 0 &&
          (kind === 'number' || Number.isInteger(number));
  if (!good)
    return {
      where,
      message: `${value} is no ${name}`,
      fix:
        typeof kind === 'object'
          ? `one of ${kind.join(', ')}`
          : `a positive ${kind === 'integer' ? 'whole number' : 'number'}`,
    };
  settings[name] = typeof kind === 'string' && kind !== 'boolean' ? String(number) : value;
  return undefined;
}

/** What NoisePy would take, and answer with an empty result or with one of nothing but noise. */
function together(settings: NoisePySettings): readonly Problem[] {
  const value = (name: string): number => Number(settings[name]);
  const problems: Problem[] = [];
  const say = (where: string, message: string, fix: string): void => {
    problems.push({ where: `-- --${where}`, message, fix });
  };
  if (value('freqmax') >= value('sampling_rate') / 2)
    say(
      'freqmax',
      `${settings.freqmax} Hz is not below half of the sampling rate, ${settings.sampling_rate} Hz`,
      'a higher --sampling_rate, or a lower --freqmax',
    );
  if (value('freqmin') >= value('freqmax'))
    say(
      'freqmin',
      `${settings.freqmin} Hz is not below --freqmax ${settings.freqmax} Hz`,
      'a lower --freqmin',
    );
  if (value('maxlag') >= value('cc_len'))
    say(
      'maxlag',
      `${settings.maxlag} s is not shorter than a window, --cc_len ${settings.cc_len} s`,
      'a shorter --maxlag',
    );
  if (windowsOfDay(settings) < 1)
    say('cc_len', `${settings.cc_len} s: a day has no such window`, 'a window shorter than a day');
  return problems;
}

/** Windows that NoisePy makes of a whole day. Source: cut_trace_make_stat of noisepy-seis 0.9.93, and run. */
export const windowsOfDay = (settings: NoisePySettings): number =>
  Math.floor((86_400 - Number(settings.cc_len)) / Number(settings.step));

export interface Recipe {
  readonly settings: NoisePySettings;
  readonly stations: readonly string[];
  readonly channels: readonly string[];
  /** Share of a day below which a station's day is not used. */
  readonly coverage: number;
}

/**
 * SHA-256 of all that decides what a day's result is, but for the data: two days with one hash may be stacked. A stored
 * format.
 */
export function recipeHash({ settings, stations, channels, coverage }: Recipe): string {
  const text = JSON.stringify({
    noisepy: noisepyVersion,
    settings: Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)),
    stations: [...stations].sort(),
    channels: [...channels].sort(),
    coverage,
  });
  return createHash('sha256').update(text).digest('hex');
}
