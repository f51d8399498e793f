/** A deployed template as far as we look into it. What is no object where one is wanted is passed over. */
export interface DeployedTemplate {
  readonly resources: Readonly<Record<string, DeployedResource>>;
  /** Name in SSM by name of a parameter that CloudFormation looks up at each deploy. */
  readonly ssmParameters: Readonly<Record<string, string>>;
}

export interface DeployedResource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Whether it stays when the stack goes. */
  readonly isKept: boolean;
}

export function readDeployedTemplate(json: unknown): DeployedTemplate {
  const root = object(json);
  return {
    resources: Object.fromEntries(
      Object.entries(object(root.Resources)).map(([id, raw]) => {
        const { Type, Properties, DeletionPolicy } = object(raw);
        return [
          id,
          {
            type: String(Type ?? ''),
            properties: object(Properties),
            isKept: DeletionPolicy === 'Retain' || DeletionPolicy === 'RetainExceptOnCreate',
          },
        ];
      }),
    ),
    ssmParameters: Object.fromEntries(
      Object.entries(object(root.Parameters)).flatMap(([name, raw]) => {
        const { Type, Default } = object(raw);
        return String(Type).startsWith('AWS::SSM::Parameter::Value<') && typeof Default === 'string'
          ? [[name, Default]]
          : [];
      }),
    ),
  };
}

/** Names that a value refers to by Ref, Fn::GetAtt and Fn::Sub. */
export function references(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (each: unknown): void => {
    if (Array.isArray(each)) {
      for (const one of each) walk(one);
      return;
    }
    for (const [key, argument] of Object.entries(object(each))) {
      if (key === 'Ref' && typeof argument === 'string') found.add(argument);
      else if (key === 'Fn::GetAtt')
        found.add(Array.isArray(argument) ? String(argument[0]) : String(argument).split('.')[0]!);
      else if (key === 'Fn::Sub')
        for (const [, name] of String(Array.isArray(argument) ? argument[0] : argument).matchAll(
          /\$\{([^!.}]+)[^}]*\}/g,
        ))
          found.add(name!);
      walk(argument);
    }
  };
  walk(value);
  return found;
}

export const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
