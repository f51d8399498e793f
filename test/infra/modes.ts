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

/** The lab of a mode, with every workload on. */
export const labOf = ({ network, compliance, access }: Mode): LabConfigInput => ({
  network,
  ...(compliance === 'none' ? {} : { compliance }),
  datasets: { data: datasets[access]! },
  workloads: Object.fromEntries(
    workloads.map(({ name, mounts, places = {} }) => [
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
export const covering: readonly Mode[] = choose(legal);

function choose(from: readonly Mode[]): Mode[] {
  const left = new Set(from.flatMap(pairs));
  const chosen: Mode[] = [];
  const news = (mode: Mode): number => pairs(mode).filter(each => left.has(each)).length;
  while (left.size > 0) {
    const best = from.reduce((a, b) => (news(b) > news(a) ? b : a));
    chosen.push(best);
    for (const each of pairs(best)) left.delete(each);
  }
  return chosen;
}
