import { workloads } from '../../jobs/index.ts';
import type { DatasetInput, LabConfigInput } from '../../lib/config/define-lab.ts';
import {
  type Compliance,
  complianceNames,
  type NetworkMode,
  networkModes,
} from '../../lib/contract/workload/config.ts';

/** A lab as one choice of each: how hosts get out, what it is held to, who its data is read as. */
export interface Mode {
  readonly network: NetworkMode;
  readonly compliance: Compliance | 'none';
  readonly access: string;
}

const bucket = 'data-of-ours';
/** Every way to read a dataset. */
export const datasets: Readonly<Record<string, DatasetInput>> = {
  public: { bucket, access: 'public' },
  role: { bucket, access: 'role', prefix: 'a/' },
  keys: { bucket, access: 'keys' },
  'requester-pays': { bucket, access: 'requester-pays' },
  nda: { access: 'nda', package: 1_234_567, files: 'sub-{item}/', buckets: ['NDAR_Central_1'] },
  existingSecret: { bucket, access: 'keys', existingSecret: 'theirs' },
};

const all: readonly Mode[] = networkModes.flatMap(network =>
  (['none', ...complianceNames] as const).flatMap(compliance =>
    Object.keys(datasets).map(access => ({ network, compliance, access })),
  ),
);

/** What a configuration says of a mode that cannot be; undefined for one that can. */
export function refusal({ network, compliance, access }: Mode): string | undefined {
  if (network === 'public' && compliance !== 'none')
    return `gives hosts public addresses, which ${compliance} forbids`;
  if (network === 'private-endpoints' && access === 'nda') return 'is downloaded from nda.nih.gov';
  return undefined;
}

export const legal = all.filter(mode => refusal(mode) === undefined);
export const illegal = all.filter(mode => refusal(mode) !== undefined);

export const title = ({ network, compliance, access }: Mode): string =>
  `${network}, ${compliance}, data by ${access}`;

/** The lab of a mode, with every workload on unless some are named. */
export const labOf = ({ network, compliance, access }: Mode, on = workloads): LabConfigInput => ({
  network,
  ...(compliance === 'none' ? {} : { compliance }),
  datasets: { data: datasets[access]! },
  workloads: Object.fromEntries(
    on.map(({ name, mounts, places = {} }) => [
      name,
      {
        datasets: Object.fromEntries(mounts.map(mount => [mount.path, 'data'])),
        places: Object.fromEntries(Object.keys(places).map(each => [each, { bucket, prefix: `${each}/` }])),
      },
    ]),
  ),
});

/** The pairs of choices in a mode. */
export const pairs = ({ network, compliance, access }: Mode): readonly string[] => [
  `${network} ${compliance}`,
  `${network} ${access}`,
  `${compliance} ${access}`,
];

/**
 * Modes in which every legal pair of choices occurs: what breaks one of a stack's choices, or two together, is met without all
 * 39. Chosen by taking the mode with the most pairs that are still to be met.
 */
export const covering: readonly Mode[] = choose(legal, pairs);

export const choices = ({ network, compliance, access }: Mode): readonly string[] => [
  network,
  compliance,
  access,
];

/** The workloads that are on in each of those: every workload meets every choice, and a lab has some of them only. */
export const workloadsOf: ReadonlyMap<Mode, typeof workloads> = (() => {
  const met = workloads.map((_, n) => {
    const from = (n * covering.length) / workloads.length;
    return new Set(choose([...covering.slice(from), ...covering.slice(0, from)], choices));
  });
  return new Map(
    covering.map((mode, at) => [
      mode,
      workloads.filter((_, n) => met[n]!.has(mode) || n === at % workloads.length),
    ]),
  );
})();

function choose(from: readonly Mode[], what: (mode: Mode) => readonly string[]): Mode[] {
  const left = new Set(from.flatMap(what));
  const chosen: Mode[] = [];
  const news = (mode: Mode): number => what(mode).filter(each => left.has(each)).length;
  while (left.size > 0) {
    const best = from.reduce((a, b) => (news(b) > news(a) ? b : a));
    chosen.push(best);
    for (const each of what(best)) left.delete(each);
  }
  return chosen;
}
