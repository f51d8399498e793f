import { ec2Environments, launchData } from '../reading/environments.ts';
import { endpoints, givesPublicIps, reach, subnetsOf } from '../reading/network.ts';
import { fields, flag, list } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const publicIp: Rule = {
  id: 'public-ip',
  what: 'hosts behind an internet gateway get a public address: without, they reach nothing, and jobs stay RUNNABLE for ever',
  source: batchGuide('job_stuck_in_runnable'),
  fix: 'MapPublicIpOnLaunch: true on the subnet',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute, launchTemplates }) => {
      // A launch template may ask for the address itself, and one from elsewhere is not seen.
      const asked = launchTemplates.some(
        ({ resource: launch }) =>
          !launch ||
          (list(launchData(launch).NetworkInterfaces) ?? []).some(
            each => flag(fields(each).AssociatePublicIpAddress) !== false,
          ),
      );
      if (asked) return [];
      return subnetsOf(template, list(compute.Subnets) ?? [])
        .filter(
          subnet =>
            reach(template, subnet) === 'internet-gateway' &&
            givesPublicIps(subnet) === false &&
            !endpoints(template, subnet)?.includes('ecs'),
        )
        .map(subnet => trouble(resource, subnet.id, `${subnet.id} gives hosts no public address`));
    }),
};
