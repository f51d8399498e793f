import type { LabConfig } from '../spec/config.ts';
import { type Problem, refuse } from '../spec/errors.ts';
import type { WorkloadSpec } from '../spec/workload.ts';
import { checkDataset, resolveDataset } from './datasets.ts';
import type { LabConfigInput } from './define-lab.ts';
import { checkPool, resolvePools } from './pools.ts';
import { mapValues, type Say, unknownFields, unknownName } from './say.ts';
import { checkWorkload, resolveWorkload } from './workloads.ts';

/**
 * The configuration with every default filled in. `overrides` come from `-c name=value`.
 * Throws LabError with every problem at once.
 */
export function resolveConfig(
  input: LabConfigInput,
  specs: readonly WorkloadSpec[],
  overrides: Readonly<Record<string, string>> = {},
): LabConfig {
  const problems: Problem[] = [];
  const say: Say = (where, message, fix) =>
    void problems.push({ where: `lab.config.ts ${where}`, message, ...(fix ? { fix } : {}) });
  const known = [
    'name',
    'region',
    'network',
    'datasets',
    'pools',
    'workloads',
    'logRetentionDays',
    'existingOutputBucket',
  ];
  unknownFields(input, known, '', say);
  const config: LabConfig = {
    name: overrides.name ?? input.name ?? 'lab',
    region: overrides.region ?? input.region ?? 'us-east-1',
    network: input.network ?? 'public',
    datasets: mapValues(input.datasets ?? {}, dataset =>
      resolveDataset(dataset, overrides.region ?? input.region ?? 'us-east-1'),
    ),
    pools: resolvePools(input.pools ?? {}),
    workloads: Object.fromEntries(
      specs.map(spec => [spec.name, resolveWorkload(spec, input.workloads?.[spec.name])]),
    ),
    logRetentionDays: input.logRetentionDays ?? 90,
    ...(input.existingOutputBucket ? { existingOutputBucket: input.existingOutputBucket } : {}),
  };
  if (!/^[a-z][a-z0-9-]{0,20}$/.test(config.name))
    say(
      'name',
      `${JSON.stringify(config.name)} is not a name`,
      'small letters, digits and -, at most 21, a letter first',
    );
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(config.region))
    say('region', `${JSON.stringify(config.region)} is not a region`, 'for example us-east-1');
  if (config.network !== 'public')
    say('network', `${JSON.stringify(config.network)} is not a network mode`, "'public'");
  if (!retentionDays.includes(config.logRetentionDays))
    say(
      'logRetentionDays',
      `CloudWatch Logs keeps no ${config.logRetentionDays} days`,
      `one of ${retentionDays.join(', ')}`,
    );
  for (const name of Object.keys(input.workloads ?? {}))
    unknownName(
      name,
      specs.map(spec => spec.name),
      `workloads.${name}`,
      'is no workload',
      say,
    );
  for (const [name, dataset] of Object.entries(config.datasets))
    checkDataset(name, dataset, input.datasets![name]!, say);
  for (const [name, each] of Object.entries(config.pools)) checkPool(name, each, input.pools?.[name], say);
  for (const spec of specs) checkWorkload(spec, config, input.workloads?.[spec.name], say);
  refuse(problems);
  return config;
}

const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
