import type { EnvironmentState } from '../contract/ports/account.ts';
import { fixReason } from './environment-reason.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** A compute environment as it should be, or what is wrong with it. */
export function environmentFinding(pool: string, environment: EnvironmentState): Finding {
  const { name, state, status, statusReason = '' } = environment;
  const reason = statusReason ? `: ${statusReason}` : '';
  if (status === 'INVALID')
    return fail(
      `${pool} is INVALID${reason}`,
      fixReason(statusReason) ?? 'mend what the reason says, then npm run deploy',
    );
  if (state !== 'ENABLED')
    return fail(
      `${pool} is ${state}: no host starts`,
      `aws batch update-compute-environment --compute-environment ${name} --state ENABLED`,
    );
  if (status !== 'VALID') return warn(`${pool} is ${status}${reason}`);
  return ok(`${pool} is VALID, ${environment.desiredvCpus} of ${environment.maxvCpus} vCPUs`);
}
