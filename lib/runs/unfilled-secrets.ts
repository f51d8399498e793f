import type { LabConfig } from '../contract/workload/config.ts';
import type { Problem } from '../contract/workload/errors.ts';
import { hasSecret, secretPlaceholder } from '../contract/workload/mount.ts';
import type { LabPorts } from './lab-ports.ts';

/**
 * Datasets of a workload whose keys nobody has filled in: every item would fail on it, hosts and all. Members may not
 * read secrets; what cannot be looked at is left to the containers, which say the same.
 */
export async function unfilledSecrets(
  workload: string,
  config: LabConfig,
  { deployment, secrets }: Pick<LabPorts, 'deployment' | 'secrets'>,
  suffix: string,
): Promise<readonly Problem[]> {
  const names = new Set(Object.values(config.workloads[workload]?.datasets ?? {}));
  const problems: Problem[] = [];
  for (const name of names) {
    const id = deployment.map.secrets[name];
    if (!id || !hasSecret(config.datasets[name]!.access)) continue;
    const text = await secrets.get(id).catch(() => '');
    if (text.includes(secretPlaceholder))
      problems.push({
        where: `dataset ${name}`,
        message: 'its secret still holds the placeholder',
        fix: `npx lab secret set ${name}${suffix}`,
      });
  }
  return problems;
}
