import type { NetworkCounts } from '../../contract/ports/account.ts';
import { type Check, type Finding, fail, ok, type Scope, unchecked } from '../finding.ts';

/** What a lab makes one of, and the quota that it counts against: docs.aws.amazon.com/vpc, Amazon VPC quotas. */
const kinds = [
  { name: 'VPCs', count: 'vpcs', service: 'vpc', code: 'L-F678F1CE' },
  { name: 'elastic addresses', count: 'addresses', service: 'ec2', code: 'L-0263D0A3' },
] as const;

interface Facts {
  readonly counts: NetworkCounts;
  /** In the order of the kinds that the lab makes. */
  readonly quotas: readonly (number | undefined)[];
  readonly deployed: boolean;
}

/** There is room for the lab's network, which is made in the first minute of a first deploy. */
export const networkCounts: Check<Facts> = {
  name: 'network limits',
  needs: ['ec2:DescribeVpcs', 'ec2:DescribeAddresses', 'servicequotas:GetServiceQuota'],
  notOnTwin: 'it has no network',
  async gather(account, scope) {
    const wanted = kindsOf(scope);
    const [counts, stack, ...quotas] = await Promise.all([
      account.networkCounts(),
      account.stack(scope.stackName),
      ...wanted.map(each => account.quota(each.service, each.code)),
    ]);
    return { counts, quotas, deployed: stack !== undefined };
  },
  judge: ({ counts, quotas, deployed }, scope) =>
    kindsOf(scope).map((kind, at): Finding => {
      const quota = quotas[at];
      const there = counts[kind.count];
      if (quota === undefined)
        return unchecked(`${scope.config.region} has no quota ${kind.code} (${kind.name})`);
      if (deployed || there < quota) return ok(`${there} of ${quota} ${kind.name}`);
      return fail(
        `${there} of ${quota} ${kind.name}, and the lab makes one`,
        `delete one that nobody uses, or aws service-quotas request-service-quota-increase --region ${scope.config.region} --service-code ${kind.service} --quota-code ${kind.code} --desired-value ${there + 1}`,
      );
    }),
};

/** Only the gateway of private-nat has an address; a VPC that is there already is not made. */
const kindsOf = ({ config: { network } }: Scope) =>
  kinds.filter(({ count }) => (count === 'vpcs' ? typeof network === 'string' : network === 'private-nat'));
