import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { describeVerification, readyToVerify, verificationProblems } from '../describe-verification.ts';
import { proofDaysProblems } from '../plate/plate-request.ts';
import { reportProven } from '../report.ts';
import { restoreProblems } from '../restore/describe-restore.ts';
import { batch, common, days, family, onePlate, places, project, proofDays, tier } from './common.ts';

export const plateVerify: WorkloadSpec = {
  ...common,
  name: 'plate-verify',
  title: 'Archives of plates, proved anew',
  family: family('verify'),
  parameters: [project, batch, onePlate, proofDays, tier, days],
  places,
  rights: {
    source: ['list', 'read'],
    archive: ['list', 'read', 'tag'],
    proofs: ['list', 'read', 'write'],
    journals: ['list', 'read'],
  },
  steps: [{ name: 'verify', takes: 'item' }],
  check: ({ parameters }) => [...proofDaysProblems(parameters), ...restoreProblems({ parameters })],
  preflight: verificationProblems,
  describe: describeVerification,
  ready: readyToVerify,
  report: reportProven,
};
