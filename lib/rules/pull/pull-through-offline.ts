import { jobContainers } from '../reading/containers.ts';
import { reach, subnetsOf } from '../reading/network.ts';
import { placements } from '../reading/placement.ts';
import { cachePrefixOf } from '../reading/pull-through.ts';
import { list } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const pullThroughOffline: Rule = {
  id: 'pull-through-offline',
  what: 'hosts that fill a pull-through cache have a way to the internet: through an endpoint alone ECR serves only what somebody pulled before',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html',
  fix: 'a NAT gateway; or copy the image into a repository of your own, or pull it once from elsewhere and accept this',
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) => {
      const prefix = cachePrefixOf(template, container.Image);
      if (prefix === undefined) return [];
      const subnets = placements(template, resource).flatMap(({ environments }) =>
        environments.flatMap(({ compute }) => subnetsOf(template, list(compute.Subnets) ?? [])),
      );
      return subnets.some(subnet => reach(template, subnet) === 'none')
        ? [
            trouble(
              resource,
              prefix,
              `an image of cache ${prefix}, on hosts that have no way to the internet`,
            ),
          ]
        : [];
    }),
};
