import { endpointsOfIsolated } from '../reading/network.ts';
import { flag } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const endpointDns: Rule = {
  id: 'endpoint-dns',
  what: 'endpoints answer to their service’s own name: without private DNS hosts ask for the public address, which they do not reach, and jobs stay RUNNABLE for ever',
  source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html',
  fix: 'PrivateDnsEnabled: true',
  check: template =>
    endpointsOfIsolated(template)
      .filter(each => flag(each.properties.PrivateDnsEnabled) === false)
      .map(each => trouble(each, each.properties.PrivateDnsEnabled, 'no host finds it')),
};
