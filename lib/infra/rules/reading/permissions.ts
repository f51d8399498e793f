import { ofType, type Resource, type Template, target } from './template.ts';
import {
  fields,
  isKnown,
  isReference,
  knownList,
  list,
  partialText,
  text,
  unknown,
  type Value,
} from './value.ts';

/** Managed policies that we know to allow what rules ask for. */
const managed: Readonly<Record<string, readonly string[]>> = {
  AmazonEC2ContainerServiceforEC2Role: [
    'ecs:RegisterContainerInstance',
    'ecs:Poll',
    'ecr:GetAuthorizationToken',
    'ecr:BatchGetImage',
    'logs:PutLogEvents',
  ],
  AmazonECSTaskExecutionRolePolicy: ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'logs:PutLogEvents'],
  AmazonEC2ContainerRegistryReadOnly: ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage'],
  AmazonEC2ContainerRegistryPullOnly: ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage'],
};

/** Whether a role of the template may do something to anything; undefined where its policies are not all known. */
export function allows(template: Template, role: Resource, action: string): boolean | undefined {
  const actions = allowedActions(template, role);
  if (actions?.some(pattern => matches(pattern, action))) return true;
  return actions === undefined ? undefined : actions.includes('?') ? undefined : false;
}

/** Patterns of actions that a role is allowed; '?' stands for a policy that is not known. */
function allowedActions(template: Template, role: Resource): readonly string[] | undefined {
  const arns = knownList(role.properties.ManagedPolicyArns);
  const inline = knownList(role.properties.Policies);
  if (!arns || !inline) return undefined;
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'].flatMap(type =>
    ofType(template, type),
  );
  const attached = policies.filter(policy => isAttached(template, policy, role));
  return [
    ...arns.flatMap(arn => managedActions(template, arn)),
    ...inline.flatMap(each => documentActions(fields(each).PolicyDocument)),
    ...attached.flatMap(policy => documentActions(policy.properties.PolicyDocument)),
  ];
}

/** Whether a policy is a role's; one whose roles are not known may be. */
function isAttached(template: Template, { properties }: Resource, role: Resource): boolean {
  const roles = [
    ...(properties.RoleName === undefined ? [] : [properties.RoleName]),
    ...(knownList(properties.Roles) ?? [unknown]),
  ];
  return roles.some(
    each =>
      target(template, each, 'AWS::IAM::Role', 'RoleName') === role ||
      (!isReference(each) && text(each) === undefined),
  );
}

function managedActions(template: Template, arn: Value): readonly string[] {
  if (isReference(arn)) {
    const policy = target(template, arn, 'AWS::IAM::ManagedPolicy');
    return policy ? documentActions(policy.properties.PolicyDocument) : ['?'];
  }
  const name = partialText(arn)?.split('/').at(-1);
  return managed[name ?? ''] ?? ['?'];
}

function documentActions(document: Value | undefined): readonly string[] {
  const statements = fields(document).Statement;
  const all =
    list(statements) ?? (isKnown(statements) && statements !== undefined ? [statements] : undefined);
  if (!all) return ['?'];
  return all.flatMap(each => {
    const { Effect, Action, NotAction } = fields(each);
    if (text(Effect) === 'Deny') return [];
    if (text(Effect) !== 'Allow') return ['?'];
    if (NotAction !== undefined) return ['?'];
    return (list(Action) ?? [Action]).map(action => text(action) ?? '?');
  });
}

function matches(pattern: string, action: string): boolean {
  if (pattern === '?') return false;
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(action.toLowerCase());
}

/** Services that may take on a role; undefined where its trust is not known. */
export function trustedServices(role: Resource): readonly string[] | undefined {
  const statements = list(fields(role.properties.AssumeRolePolicyDocument).Statement);
  if (!statements) return undefined;
  const found = statements.flatMap(each => {
    const { Effect, Principal } = fields(each);
    if (text(Effect) === 'Deny') return [];
    if (text(Effect) !== 'Allow') return [undefined];
    const service = fields(Principal).Service;
    return service === undefined ? [] : (list(service) ?? [service]).map(name => partialText(name));
  });
  return found.every(each => each !== undefined) ? (found as string[]) : undefined;
}
