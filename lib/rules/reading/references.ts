import { isObject } from './template-json.ts';

/** Resources of a template that a value refers to, in whichever branch of a condition: CloudFormation makes them first. */
export function referencesIn(raw: unknown, ids: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: unknown): void => {
    if (typeof name === 'string' && ids.has(name)) found.add(name);
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) walk(each);
    if (!isObject(value)) return;
    add(value.Ref);
    const attribute = value['Fn::GetAtt'];
    add(Array.isArray(attribute) ? attribute[0] : typeof attribute === 'string' && attribute.split('.')[0]);
    const text = [value['Fn::Sub']].flat()[0];
    if (typeof text === 'string')
      for (const [, name] of text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)) add(name!.trim());
    for (const each of Object.values(value)) walk(each);
  };
  walk(raw);
  return found;
}
