import { readPolicy } from '../iam/read-policy.ts';
import type { Policy, RequestContext } from '../iam/types.ts';
import { resolve, type Symbols } from './intrinsics.ts';
import type { Properties, TwinResource } from './symbols.ts';

export interface StackRole {
  readonly name: string;
  readonly policies: readonly Policy[];
  readonly tags: RequestContext;
}

/** Who may do what, as the template has it. */
export interface StackRights {
  /** By ARN. */
  readonly roles: ReadonlyMap<string, StackRole>;
  /** Managed policies that are made for people, by whom they are for: `members`, `keepers`. */
  readonly people: ReadonlyMap<string, readonly Policy[]>;
  /** By the bucket's name. */
  readonly ofBuckets: ReadonlyMap<string, readonly Policy[]>;
}

/**
 * The policies of a template's roles, of its buckets, and those that it makes for people (`Metadata.Arraylab.For`). Policies
 * of AWS's own that a role has by ARN are not in the template: they give nothing here.
 */
export function stackRights(
  resources: Readonly<Record<string, TwinResource>>,
  symbols: Symbols,
): StackRights {
  const ofType = (type: string): [string, Properties, TwinResource][] =>
    Object.entries(resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => [id, resource.Properties ?? {}, resource]);
  const attached = ofType('AWS::IAM::Policy').map(([id, properties]) => ({
    policy: policyOf(id, 'identity', properties, symbols),
    roles: textsOf(properties.Roles, symbols, `${id}.Roles`),
  }));
  const managed = ofType('AWS::IAM::ManagedPolicy').map(([id, properties, resource]) => ({
    arn: symbols.ref(id)!,
    policy: policyOf(id, 'identity', properties, symbols),
    roles: textsOf(properties.Roles, symbols, `${id}.Roles`),
    people: (resource.Metadata?.Arraylab as { readonly For?: string } | undefined)?.For,
  }));
  const roles = ofType('AWS::IAM::Role').map(([id, properties]): [string, StackRole] => {
    const name = symbols.ref(id)!;
    const arns = textsOf(properties.ManagedPolicyArns, symbols, `${id}.ManagedPolicyArns`, 'skip');
    const inline = (properties.Policies ?? []) as readonly Properties[];
    const [boundary] = textsOf(
      [properties.PermissionsBoundary],
      symbols,
      `${id}.PermissionsBoundary`,
      'skip',
    );
    const policies = [
      ...inline.map((each, index) => policyOf(`${id}.Policies[${index}]`, 'identity', each, symbols)),
      ...attached.filter(each => each.roles.includes(name)).map(each => each.policy),
      ...managed
        .filter(each => each.roles.includes(name) || arns.includes(each.arn))
        .map(each => each.policy),
      // A boundary that nobody here knows allows nothing.
      ...(boundary === undefined
        ? []
        : [
            {
              ...(managed.find(each => each.arn === boundary)?.policy ?? { name: boundary, statements: [] }),
              kind: 'boundary' as const,
            },
          ]),
    ];
    return [symbols.att(id, 'Arn')!, { name, policies, tags: tagsOf(properties, symbols, id) }];
  });
  const ofBuckets = ofType('AWS::S3::BucketPolicy').map(([id, properties]): [string, Policy] => [
    String(resolve(properties.Bucket, symbols, `${id}.Bucket`)),
    policyOf(id, 'resource', properties, symbols),
  ]);
  return {
    roles: new Map(roles),
    people: grouped(
      managed.flatMap(({ people, policy }): [string, Policy][] =>
        people === undefined ? [] : [[people, policy]],
      ),
    ),
    ofBuckets: grouped(ofBuckets),
  };
}

function policyOf(id: string, kind: Policy['kind'], properties: Properties, symbols: Symbols): Policy {
  const document = resolve(properties.PolicyDocument, symbols, `${id}.PolicyDocument`);
  return readPolicy(id, kind, document);
}

/** Texts with their intrinsics resolved; `skip`: without those that stand for something outside of the stack. */
function textsOf(
  given: unknown,
  symbols: Symbols,
  path: string,
  unknown: 'throw' | 'skip' = 'throw',
): string[] {
  return ((given ?? []) as readonly unknown[]).flatMap(each => {
    if (each === undefined) return [];
    try {
      return [String(resolve(each, symbols, path))];
    } catch (error) {
      if (unknown === 'throw') throw error;
      return [];
    }
  });
}

function tagsOf(properties: Properties, symbols: Symbols, id: string): RequestContext {
  const tags = (properties.Tags ?? []) as readonly { readonly Key: string; readonly Value: unknown }[];
  return Object.fromEntries(
    tags.map(({ Key, Value }) => [Key, String(resolve(Value, symbols, `${id}.Tags`))]),
  );
}

function grouped(pairs: readonly (readonly [string, Policy])[]): Map<string, readonly Policy[]> {
  const map = new Map<string, readonly Policy[]>();
  for (const [name, policy] of pairs) map.set(name, [...(map.get(name) ?? []), policy]);
  return map;
}
