import type { LabConfig } from '../contract/workload/config.ts';
import type { Problem } from '../contract/workload/errors.ts';
import { hasSecret, isUnfilled } from '../contract/workload/mount.ts';
import { secretLabel, secretsOf } from '../contract/workload/places.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { LabPorts } from './lab-ports.ts';

/**
 * Secrets of a workload, and of its datasets, that nobody has filled in: every item would fail on it, hosts and all. Members
 * may not read secrets; what cannot be looked at is left to the containers, which say the same.
 */
export async function unfilledSecrets(
  spec: WorkloadSpec,
  config: LabConfig,
  { deployment, secrets }: Pick<LabPorts, 'deployment' | 'secrets'>,
  suffix: string,
): Promise<readonly Problem[]> {
  const datasets = [...new Set(Object.values(config.workloads[spec.name]?.datasets ?? {}))].filter(name =>
    hasSecret(config.datasets[name]!.access),
  );
  const own = Object.keys(secretsOf(spec)).map(name => secretLabel(spec.name, name));
  const problems: Problem[] = [];
  for (const [where, name] of [
    ...datasets.map(name => [`dataset ${name}`, name] as const),
    ...own.map(name => [name, name] as const),
  ]) {
    const id = deployment.map.secrets[name];
    if (!id) continue;
    const text = await secrets.get(id).catch(() => '');
    if (isUnfilled(text))
      problems.push({
        where,
        message: 'its secret still holds the placeholder',
        fix: `npx lab secret set ${name}${suffix}`,
      });
  }
  return problems;
}
