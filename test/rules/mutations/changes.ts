import { type Fields, id, type Parts, properties } from './parts.ts';

export interface Mutation {
  readonly title: string;
  readonly rule: string;
  readonly mutate: (parts: Parts) => unknown;
}

export function set(target: object | undefined, values: Fields): void {
  if (!target) throw new Error('nothing there to change');
  Object.assign(target, values);
}
export const remove = (target: object, name: string): boolean => Reflect.deleteProperty(target, name);
export const environmentVariable = ({ container }: Parts, Name: string, Value: unknown): unknown =>
  container.Environment.push({ Name, Value });
export const ask = ({ container }: Parts, Type: string, Value: string): unknown =>
  set(
    container.ResourceRequirements.find(each => each.Type === Type),
    { Value },
  );
export const script = ({ launch }: Parts, change: (text: string) => string): void => {
  launch.UserData['Fn::Base64'] = change(launch.UserData['Fn::Base64']);
};
export const addLine = (parts: Parts, line: string): void =>
  script(parts, text => text.replace('chmod 1777 /scratch\n', `chmod 1777 /scratch\n${line}\n`));

interface Statement {
  Action: string | string[];
}

/** A role's policies without an action. */
export const forbid = ({ resources }: Parts, start: string, action: string): void => {
  for (const [name, each] of Object.entries(resources)) {
    if (each.Type !== 'AWS::IAM::Policy' || !name.startsWith(start)) continue;
    const document = each.Properties.PolicyDocument as { Statement: Statement[] };
    document.Statement = document.Statement.map(statement => ({
      ...statement,
      Action: [statement.Action].flat().filter(one => one !== action),
    })).filter(statement => statement.Action.length > 0);
  }
};
/** A role with one more action. */
export const allow = (parts: Parts, start: string, Action: string): void => {
  const document = properties(parts, 'AWS::IAM::Policy', start).PolicyDocument;
  (document as { Statement: Fields[] }).Statement.push({ Effect: 'Allow', Action, Resource: '*' });
};
export const cacheRule = (parts: Parts, more: Fields): void =>
  set(parts.resources, {
    Cache: {
      Type: 'AWS::ECR::PullThroughCacheRule',
      Properties: { EcrRepositoryPrefix: 'hub', UpstreamRegistryUrl: 'registry-1.docker.io', ...more },
    },
  });
/** A role that trusts another service. */
export const trust = (parts: Parts, start: string, Service: string): void => {
  const document = properties(parts, 'AWS::IAM::Role', start).AssumeRolePolicyDocument;
  (document as { Statement: Fields[] }).Statement[0]!.Principal = { Service };
};
export const routes = ({ resources }: Parts): string[] =>
  Object.keys(resources).filter(each => resources[each]!.Type === 'AWS::EC2::Route');
/** The hosts' way out is a NAT gateway. */
export const natRoutes = (parts: Parts): void => {
  const { resources } = parts;
  set(resources, {
    Nat: { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: { Ref: id(parts, 'AWS::EC2::Subnet') } } },
  });
  for (const each of routes(parts)) {
    const { Properties } = resources[each]!;
    remove(Properties, 'GatewayId');
    set(Properties, { NatGatewayId: { Ref: 'Nat' } });
  }
};
export const endpoint = (parts: Parts, service: string): unknown =>
  set(parts.resources, {
    [`Endpoint${service.replace(/\W/g, '')}`]: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        ServiceName: { 'Fn::Sub': `com.amazonaws.\${AWS::Region}.${service}` },
        VpcEndpointType: 'Interface',
        VpcId: { Ref: id(parts, 'AWS::EC2::VPC') },
      },
    },
  });
/** Amazon's own example of an access key; in two pieces, for it looks like one. */
export const accessKey = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');
