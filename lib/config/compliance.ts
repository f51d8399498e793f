import { complianceNames, type LabConfig } from '../contract/workload/config.ts';
import type { Say } from './say.ts';

/** A pack that there is, in a network that it allows. */
export function checkCompliance(config: LabConfig, say: Say): void {
  if (config.compliance === undefined) return;
  if (!complianceNames.includes(config.compliance)) {
    say(
      'compliance',
      `${JSON.stringify(config.compliance)} is not known`,
      `one of ${complianceNames.join(', ')}`,
    );
    return;
  }
  if (config.network === 'public')
    say(
      'network',
      `'public' gives hosts public addresses, which ${config.compliance} forbids`,
      "network: 'private-nat' (some 33 USD a month while idle) or 'private-endpoints' (some 100)",
    );
}
