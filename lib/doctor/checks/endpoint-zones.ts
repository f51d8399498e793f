import { endpointServices, endpointZones as zonesUsed } from '../../contract/hosts/endpoint-services.ts';
import type { ServiceZones } from '../../contract/ports/account.ts';
import { type Check, type Finding, fail, ok, orOk } from '../finding.ts';

/**
 * Each service's endpoint can be made in the zones that the lab's are in, the first two by name: one that cannot fails the stack.
 * Which zone a name stands for is each account's own.
 */
export const endpointZones: Check<ServiceZones | undefined> = {
  name: 'endpoint zones',
  needs: ['ec2:DescribeAvailabilityZones', 'ec2:DescribeVpcEndpointServices'],
  notOnTwin: 'it has no network',
  gather: async (account, { config }) =>
    config.network === 'private-endpoints'
      ? account.serviceZones(endpointServices(Object.values(config.datasets)))
      : undefined,
  judge(facts, { config }) {
    if (!facts) return [ok('the lab makes no interface endpoints')];
    const zones = [...facts.zones].sort().slice(0, zonesUsed);
    const instead =
      "network: 'private-nat', or { vpc, subnets } of zones that have all of them, in lab.config.ts";
    const findings = endpointServices(Object.values(config.datasets)).flatMap((service): Finding[] => {
      const there = facts.services[service];
      if (!there) return [fail(`${config.region} has no endpoint of ${service}`, instead)];
      const missing = zones.filter(zone => !there.includes(zone));
      return missing.length > 0
        ? [fail(`there is no endpoint of ${service} in ${missing.join(', ')}`, instead)]
        : [];
    });
    return orOk(findings, `${zones.join(', ')} have all of them`);
  },
};
