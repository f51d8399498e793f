import { type Check, fail, ok } from '../finding.ts';

/** Least version that our synthesizer's assets need: MINIMUM_BOOTSTRAP_STACK_VERSION of aws-cdk-lib 2.276.0. */
const bootstrapNeeded = 6;

/** `cdk deploy` finds the bootstrap stack that it needs. */
export const bootstrap: Check<number | undefined> = {
  name: 'bootstrap',
  needs: ['ssm:GetParameter'],
  notOnTwin: 'nothing is deployed there',
  gather: (account, { bootstrapParameter }) => account.bootstrapVersion(bootstrapParameter),
  judge(version, { config, bootstrapParameter }) {
    const fix = `npx cdk bootstrap (in ${config.region}; once per account and region)`;
    if (version === undefined)
      return [fail(`${config.region} has no CDK bootstrap stack (${bootstrapParameter})`, fix)];
    if (version < bootstrapNeeded)
      return [fail(`the bootstrap stack is version ${version}, and ${bootstrapNeeded} is needed`, fix)];
    return [ok(`version ${version}`)];
  },
};
