import { type Check, type Finding, NotChecked, unchecked } from './finding.ts';
import { deniedAction, refusalOf } from './permission.ts';

/** Why a gathering has failed, as a finding. */
export function whyNot(error: unknown, check: Pick<Check, 'needs'>): Finding {
  if (error instanceof NotChecked) return unchecked(error.message);
  const refusal = refusalOf(error);
  const action = deniedAction(refusal, check.needs);
  if (action) return unchecked(`needs ${action}`);
  return unchecked(`could not be asked: ${refusal.name}: ${refusal.message}`);
}
