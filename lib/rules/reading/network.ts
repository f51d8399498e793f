import { ec2Environments } from './environments.ts';
import { ofType, type RuleResource, type RuleTemplate, target } from './template.ts';
import {
  type Fields,
  fields,
  flag,
  isReference,
  knownList,
  list,
  partialText,
  text,
  unknown,
  type Value,
} from './value.ts';

/** How hosts in a subnet get to AWS. */
export type Reach = 'internet-gateway' | 'other-route' | 'none';

/** Resources of an environment's subnets that are in the template; those that are not, are not looked at. */
export const subnetsOf = (template: RuleTemplate, values: readonly Value[]): readonly RuleResource[] =>
  values.flatMap(each => target(template, each, 'AWS::EC2::Subnet') ?? []);

/** Routes of a subnet's own table that are known to be default ones; undefined where the table is not known. */
export function defaultRoutes(
  template: RuleTemplate,
  subnet: RuleResource,
): readonly RuleResource[] | undefined {
  const own = ofType(template, 'AWS::EC2::SubnetRouteTableAssociation').find(each =>
    isReferenceTo(each.properties.SubnetId, subnet),
  );
  const table = own && target(template, own.properties.RouteTableId, 'AWS::EC2::RouteTable');
  return (
    table &&
    ofType(template, 'AWS::EC2::Route').filter(
      ({ properties }) =>
        isReferenceTo(properties.RouteTableId, table) &&
        (text(properties.DestinationCidrBlock) === '0.0.0.0/0' ||
          text(properties.DestinationIpv6CidrBlock) === '::/0'),
    )
  );
}

/** The way out of a subnet of the template: its route table's default route. A subnet with no table of its own has its VPC's, which only knows the VPC. */
export function reach(template: RuleTemplate, subnet: RuleResource): Reach | undefined {
  const associations = ofType(template, 'AWS::EC2::SubnetRouteTableAssociation');
  const own = associations.find(each => isReferenceTo(each.properties.SubnetId, subnet));
  if (!own) {
    // Neither tables of a VPC from elsewhere nor an association of nobody knows what are ours to see.
    const all = associations.every(each => isDecided(each.properties.SubnetId));
    return all && target(template, subnet.properties.VpcId, 'AWS::EC2::VPC') ? 'none' : undefined;
  }
  const table = target(template, own.properties.RouteTableId, 'AWS::EC2::RouteTable');
  if (!table) return undefined;
  const routes = ofType(template, 'AWS::EC2::Route').filter(
    ({ properties }) => isReferenceTo(properties.RouteTableId, table) || !isDecided(properties.RouteTableId),
  );
  const ways = routes.filter(each => isDefaultRoute(each));
  if (ways.length === 0) return 'none';
  return ways.some(each => target(template, each.properties.GatewayId, 'AWS::EC2::InternetGateway'))
    ? 'internet-gateway'
    : 'other-route';
}

function isDefaultRoute({ properties }: RuleResource): boolean {
  const { DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId } = properties;
  const v4 = text(DestinationCidrBlock);
  const v6 = text(DestinationIpv6CidrBlock);
  if (v4 === '0.0.0.0/0' || v6 === '::/0' || DestinationPrefixListId !== undefined) return true;
  // What is not known may be it.
  return (
    (DestinationCidrBlock !== undefined && v4 === undefined) ||
    (DestinationIpv6CidrBlock !== undefined && v6 === undefined)
  );
}

const isReferenceTo = (value: Value | undefined, resource: RuleResource): boolean =>
  isReference(value) && value.id === resource.id;

/** Whether a value is known to be something: a reference or a text. */
const isDecided = (value: Value | undefined): boolean => isReference(value) || text(value) !== undefined;

/** What hosts without a way to the internet need an interface endpoint of, by the end of the service's name. */
export const neededEndpoints = ['ecs', 'ecs-agent', 'ecs-telemetry', 'ecr.api', 'ecr.dkr', 'logs'] as const;

/** Services that a subnet's VPC has endpoints of, by the end of their name: `ecs`, `s3`; undefined where one cannot be told. */
export function endpoints(template: RuleTemplate, subnet: RuleResource): readonly string[] | undefined {
  const vpc = target(template, subnet.properties.VpcId, 'AWS::EC2::VPC');
  if (!vpc) return undefined;
  const all = ofType(template, 'AWS::EC2::VPCEndpoint');
  // One whose VPC is not known may be of this one.
  if (!all.every(each => isDecided(each.properties.VpcId))) return undefined;
  const own = all.filter(each => isReferenceTo(each.properties.VpcId, vpc));
  const names = own.map(each => {
    const name = partialText(each.properties.ServiceName);
    // com.amazonaws.<region>.<service>, of which the region may be a hole.
    return name && /^com\.amazonaws\.[^.]+\.(.+)$/.exec(name)?.[1];
  });
  return names.every(each => each) ? (names as string[]) : undefined;
}

/** Whether traffic to S3 of a subnet's VPC goes by an endpoint: an interface one without private DNS is only met by who knows its own name. */
export function reachesS3(template: RuleTemplate, subnet: RuleResource): boolean | undefined {
  const there = endpoints(template, subnet);
  if (!there?.includes('s3')) return there && false;
  const verdicts = ofType(template, 'AWS::EC2::VPCEndpoint')
    .filter(({ properties: { VpcId, ServiceName } }) => {
      const vpc = target(template, subnet.properties.VpcId, 'AWS::EC2::VPC')!;
      return isReferenceTo(VpcId, vpc) && partialText(ServiceName)?.endsWith('.s3');
    })
    .map(({ properties: { VpcEndpointType: type, PrivateDnsEnabled: dns } }) => {
      if (type !== undefined && text(type) === undefined) return undefined;
      return text(type) !== 'Interface' || (dns === undefined ? false : flag(dns));
    });
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** Gateway endpoints of S3 in the VPCs of an environment's subnets. */
export const s3GatewaysOf = (template: RuleTemplate, subnets: readonly Value[]): readonly RuleResource[] => {
  const vpcs = subnetsOf(template, subnets).map(each =>
    target(template, each.properties.VpcId, 'AWS::EC2::VPC'),
  );
  return ofType(template, 'AWS::EC2::VPCEndpoint').filter(
    ({ properties }) =>
      partialText(properties.ServiceName)?.endsWith('.s3') &&
      text(properties.VpcEndpointType) !== 'Interface' &&
      vpcs.some(vpc => vpc && isReferenceTo(properties.VpcId, vpc)),
  );
};

/** Whether a group lets hosts call out by HTTPS; undefined where that cannot be told. */
export function letsOut(template: RuleTemplate, group: RuleResource): boolean | undefined {
  const own = group.properties.SecurityGroupEgress;
  const apart = rulesApart(template, group, 'AWS::EC2::SecurityGroupEgress');
  // A group that says nothing of what goes out lets all of it out.
  if (own === undefined && apart.length === 0) return true;
  const rules = own === undefined ? [] : list(own);
  if (!rules || (rules.length === 0 && apart.length === 0)) return undefined;
  return anyOfHttps([...rules.map(fields), ...apart]);
}

/** Whether a group lets anybody call in by HTTPS; undefined where that cannot be told. */
export function letsIn(template: RuleTemplate, group: RuleResource): boolean | undefined {
  const rules = knownList(group.properties.SecurityGroupIngress);
  const apart = rulesApart(template, group, 'AWS::EC2::SecurityGroupIngress');
  return rules && anyOfHttps([...rules.map(fields), ...apart]);
}

/** Rules of a group that are resources of their own; one whose group is not known may be its. */
const rulesApart = (template: RuleTemplate, group: RuleResource, type: string): readonly Fields[] =>
  ofType(template, type).flatMap(({ properties }) => {
    const { GroupId } = properties;
    if (isReferenceTo(GroupId, group)) return [properties];
    return isDecided(GroupId) ? [] : [fields(unknown)];
  });

function anyOfHttps(rules: readonly Fields[]): boolean | undefined {
  const verdicts = rules.map(rule => {
    const protocol = text(rule.IpProtocol)?.toLowerCase();
    if (protocol === '-1') return true;
    if (protocol === undefined) return undefined;
    if (protocol !== 'tcp' && protocol !== '6') return false;
    const [from, to] = [text(rule.FromPort), text(rule.ToPort)];
    if (from === undefined || to === undefined) return undefined;
    return from === '-1' || (Number(from) <= 443 && 443 <= Number(to));
  });
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** Interface endpoints of the VPCs where an environment's hosts have no way out but by them. */
export const endpointsOfIsolated = (template: RuleTemplate): readonly RuleResource[] => {
  const isolated = ec2Environments(template)
    .flatMap(({ compute }) => subnetsOf(template, list(compute.Subnets) ?? []))
    .filter(subnet => reach(template, subnet) === 'none')
    .map(subnet => target(template, subnet.properties.VpcId, 'AWS::EC2::VPC'));
  return ofType(template, 'AWS::EC2::VPCEndpoint').filter(
    ({ properties }) =>
      text(properties.VpcEndpointType) === 'Interface' &&
      isolated.some(vpc => vpc && isReferenceTo(properties.VpcId, vpc)),
  );
};

export const givesPublicIps = (subnet: RuleResource): boolean | undefined =>
  subnet.properties.MapPublicIpOnLaunch === undefined ? false : flag(subnet.properties.MapPublicIpOnLaunch);
