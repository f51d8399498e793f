import { ec2Environments } from '../reading/environments.ts';
import { letsOut } from '../reading/network.ts';
import { targets } from '../reading/template.ts';
import { list } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const noEgress: Rule = {
  id: 'no-egress',
  what: 'the security group of hosts lets HTTPS out: otherwise no host reaches ECS, and jobs stay RUNNABLE for ever',
  source: batchGuide('job_stuck_in_runnable'),
  fix: 'SecurityGroupEgress for tcp 443 (CDK: allowAllOutbound: true)',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) => {
      const groups = targets(template, list(compute.SecurityGroupIds), 'AWS::EC2::SecurityGroup');
      return groups && groups.length > 0 && groups.every(group => letsOut(template, group) === false)
        ? [
            trouble(
              resource,
              groups.map(each => each.id),
              'no rule lets tcp 443 out',
            ),
          ]
        : [];
    }),
};
