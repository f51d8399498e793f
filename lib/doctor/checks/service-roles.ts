import { type Check, type Finding, fail, orOk, type Scope, warn } from '../finding.ts';

interface ServiceRole {
  readonly name: string;
  readonly service: string;
  readonly spotOnly: boolean;
}

/** Roles that AWS's services act with: docs.aws.amazon.com/batch, using-service-linked-roles and spot_fleet_IAM_role. */
const roles: readonly ServiceRole[] = [
  { name: 'AWSServiceRoleForBatch', service: 'batch.amazonaws.com', spotOnly: false },
  { name: 'AWSServiceRoleForECS', service: 'ecs.amazonaws.com', spotOnly: false },
  { name: 'AWSServiceRoleForAutoScaling', service: 'autoscaling.amazonaws.com', spotOnly: false },
  { name: 'AWSServiceRoleForEC2Spot', service: 'spot.amazonaws.com', spotOnly: true },
];

interface Facts {
  readonly missing: readonly string[];
  readonly deployed: boolean;
}

/** The service-linked roles that Batch, ECS, Auto Scaling and Spot act with are there. */
export const serviceRoles: Check<Facts> = {
  name: 'service roles',
  needs: ['iam:GetRole'],
  notOnTwin: 'it has no IAM',
  async gather(account, scope) {
    const wanted = wantedRoles(scope);
    const [there, stack] = await Promise.all([
      Promise.all(wanted.map(role => account.hasRole(role.name))),
      account.stack(scope.stackName),
    ]);
    return {
      missing: wanted.filter((_, i) => !there[i]).map(role => role.name),
      deployed: stack !== undefined,
    };
  },
  judge: ({ missing, deployed }, scope) =>
    orOk(
      missing.map(name => judgeMissing(name, deployed)),
      wantedRoles(scope)
        .map(role => role.name.replace('AWSServiceRoleFor', ''))
        .join(', '),
    ),
};

const wantedRoles = ({ config, pools }: Scope): readonly ServiceRole[] => {
  const spot = pools.some(name => config.pools[name]?.market === 'spot');
  return roles.filter(role => spot || !role.spotOnly);
};

function judgeMissing(name: string, deployed: boolean): Finding {
  const { service, spotOnly } = roles.find(role => role.name === name)!;
  const fix = `aws iam create-service-linked-role --aws-service-name ${service}`;
  // Batch's and Auto Scaling's own roles may make Spot's, with the first spot host; AWS's page says to make it by hand.
  if (spotOnly)
    return warn(`there is no ${name} yet; the first spot host makes it where Batch’s own role may`, fix);
  if (deployed) return fail(`there is no ${name}: Batch can start no host`, fix);
  return warn(`there is no ${name} yet; the first deploy makes it where it may`, fix);
}
