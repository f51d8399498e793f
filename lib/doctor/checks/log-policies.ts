import { type Check, fail, ok, warn } from '../finding.ts';

/** Log resource policies that a region takes: docs.aws.amazon.com/AmazonCloudWatch, cloudwatch_limits_cwl. */
const most = 10;

interface Facts {
  readonly policies: readonly string[];
  /** Those of the deployed stack; undefined while there is none. */
  readonly ours: readonly string[] | undefined;
}

/** EventBridge may write the log of state changes, or a deploy finds room to say that it may. */
export const logPolicies: Check<Facts> = {
  name: 'log policies',
  needs: ['logs:DescribeResourcePolicies', 'cloudformation:ListStackResources'],
  notOnTwin: 'its logs need none',
  async gather(account, { stackName }) {
    const [policies, stack] = await Promise.all([account.logPolicies(), account.stack(stackName)]);
    if (!stack) return { policies, ours: undefined };
    const resources = await account.resources(stackName);
    return {
      policies,
      ours: resources.flatMap(each =>
        each.type === 'AWS::Logs::ResourcePolicy' ? (each.physicalId ?? []) : [],
      ),
    };
  },
  judge({ policies, ours }) {
    const lost = (ours ?? []).filter(name => !policies.includes(name));
    if (lost.length > 0)
      return [
        fail(
          `the stack’s log policy ${lost.join(', ')} is gone: state changes of jobs are not written down`,
          'npm run deploy, after cdk drift shows it; or npm run destroy and npm run deploy',
        ),
      ];
    const text = `${policies.length} of ${most} log resource policies`;
    const fix =
      'merge or delete some: aws logs describe-resource-policies, aws logs delete-resource-policy --policy-name …';
    if (!ours && policies.length >= most)
      return [fail(`${text}: the lab’s own would be refused by the deploy`, fix)];
    return [policies.length >= most - 1 ? warn(text, fix) : ok(text)];
  },
};
