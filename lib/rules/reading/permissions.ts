import { once } from './once.ts';
import { ofType, type RuleResource, type RuleTemplate, target } from './template.ts';
import {
  asList,
  fields,
  isReference,
  knownList,
  list,
  partialText,
  text,
  unknown,
  type Value,
} from './value.ts';

/** AWS's managed policies that rules ask about, and what they allow of that; of any other nothing is known. */
const managed: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'AmazonEC2ContainerServiceforEC2Role',
    [
      'ecs:RegisterContainerInstance',
      'ecs:Poll',
      'ecr:GetAuthorizationToken',
      'ecr:BatchGetImage',
      'logs:PutLogEvents',
    ],
  ],
  [
    'AmazonECSTaskExecutionRolePolicy',
    ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'logs:PutLogEvents'],
  ],
  ['AmazonEC2ContainerRegistryReadOnly', ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage']],
  ['AmazonEC2ContainerRegistryPullOnly', ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage']],
  ['AdministratorAccess', ['*']],
  // All but IAM, Organizations and Account.
  ['PowerUserAccess', ['s3:*', 'secretsmanager:*', 'dynamodb:*', 'ecs:*', 'ecr:*', 'logs:*', 'batch:*']],
  ['AmazonS3FullAccess', ['s3:*']],
  ['AmazonS3ReadOnlyAccess', ['s3:Get*', 's3:List*']],
  ['SecretsManagerReadWrite', ['secretsmanager:*']],
  ['AmazonDynamoDBFullAccess', ['dynamodb:*']],
  ['AmazonDynamoDBFullAccess_v2', ['dynamodb:*']],
  ['AmazonDynamoDBReadOnlyAccess', ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan']],
]);

/** Patterns of actions; where a policy is not known, `unsure` is set. */
interface Actions {
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  readonly unsure: boolean;
}

const unsure: Actions = { allowed: [], denied: [], unsure: true };
const joined = (all: readonly Actions[]): Actions => ({
  allowed: all.flatMap(each => each.allowed),
  denied: all.flatMap(each => each.denied),
  unsure: all.some(each => each.unsure),
});

/** Whether a role of the template may do something to anything; undefined where its policies are not all known, or one denies it. */
export function allows(template: RuleTemplate, role: RuleResource, action: string): boolean | undefined {
  const found = rolesOf(template)(role);
  const matched = (patterns: readonly string[]): boolean => patterns.some(each => matches(each, action));
  if (matched(found.denied) || role.properties.PermissionsBoundary !== undefined) return undefined;
  if (matched(found.allowed)) return true;
  return found.unsure ? undefined : false;
}

const rolesOf = once((template: RuleTemplate) => once((role: RuleResource) => actionsOf(template, role)));

function actionsOf(template: RuleTemplate, role: RuleResource): Actions {
  const arns = knownList(role.properties.ManagedPolicyArns);
  const inline = knownList(role.properties.Policies);
  const apart = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy']
    .flatMap(type => ofType(template, type))
    .map(policy => attachedActions(template, policy, role));
  return joined([
    ...(arns?.map(arn => managedActions(template, arn)) ?? [unsure]),
    ...(inline?.map(each => documentActions(fields(each).PolicyDocument)) ?? [unsure]),
    ...apart,
  ]);
}

/** What a policy that stands on its own gives a role; one whose roles are not known may be the role's. */
function attachedActions(template: RuleTemplate, { properties }: RuleResource, role: RuleResource): Actions {
  const { RoleName, Roles, PolicyDocument } = properties;
  const roles = [...(RoleName === undefined ? [] : [RoleName]), ...(knownList(Roles) ?? [unknown])];
  if (roles.some(each => target(template, each, 'AWS::IAM::Role', 'RoleName') === role))
    return documentActions(PolicyDocument);
  return roles.every(each => isReference(each) || text(each) !== undefined) ? joined([]) : unsure;
}

function managedActions(template: RuleTemplate, arn: Value): Actions {
  if (isReference(arn)) {
    const policy = target(template, arn, 'AWS::IAM::ManagedPolicy');
    return policy ? documentActions(policy.properties.PolicyDocument) : unsure;
  }
  const allowed = managed.get(partialText(arn)?.split('/').at(-1) ?? '');
  return allowed ? { allowed, denied: [], unsure: false } : unsure;
}

function documentActions(document: Value | undefined): Actions {
  const statements = fields(document).Statement;
  if (statements === undefined) return unsure;
  return joined((list(statements) ?? [statements]).map(statementActions));
}

function statementActions(statement: Value): Actions {
  const { Effect, Action, NotAction } = fields(statement);
  const effect = text(Effect);
  const names = (list(Action) ?? [Action]).map(text);
  if (effect === undefined || NotAction !== undefined || !names.every(each => each !== undefined))
    return unsure;
  const patterns = names as string[];
  return effect === 'Allow'
    ? { allowed: patterns, denied: [], unsure: false }
    : { allowed: [], denied: patterns, unsure: false };
}

/** Whether a pattern of a policy covers an action. */
export function matches(pattern: string, action: string): boolean {
  if (!pattern.includes('*') && !pattern.includes('?')) return pattern.toLowerCase() === action.toLowerCase();
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(action.toLowerCase());
}

/** Services that may take on a role; undefined where its trust is not known. */
export function trustedServices(role: RuleResource): readonly string[] | undefined {
  // One statement may stand without its list.
  const statements = asList(fields(role.properties.AssumeRolePolicyDocument).Statement);
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
