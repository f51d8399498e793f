import { LabError } from '../../contract/workload/errors.ts';

/** What references in a template stand for on the twin. */
export interface Symbols {
  /** `Ref` of a logical id or pseudo parameter. */
  ref(name: string): string | undefined;
  /** `Fn::GetAtt`. */
  att(id: string, attribute: string): string | undefined;
}

/**
 * A template's value with its intrinsics resolved; what stands for AWS::NoValue is left out. Throws LabError for an
 * intrinsic that is not listed here, or a reference to something that the twin does not know.
 */
export function resolve(value: unknown, symbols: Symbols, path: string): unknown {
  if (Array.isArray(value))
    return value
      .filter(each => !isNoValue(each))
      .map((each, index) => resolve(each, symbols, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && (only[0] === 'Ref' || only[0].startsWith('Fn::')))
    return intrinsic(only[0], only[1], symbols, path);
  return Object.fromEntries(
    entries
      .filter(([, each]) => !isNoValue(each))
      .map(([name, each]) => [name, resolve(each, symbols, `${path}.${name}`)]),
  );
}

const isNoValue = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'Ref' in value && value.Ref === 'AWS::NoValue';

function intrinsic(name: string, argument: unknown, symbols: Symbols, path: string): unknown {
  switch (name) {
    case 'Ref':
      if (argument === 'AWS::NoValue') return undefined;
      return known(symbols.ref(String(argument)), `Ref ${argument}`, path);
    case 'Fn::GetAtt': {
      const [id = '', ...attribute] = Array.isArray(argument)
        ? argument.map(String)
        : String(argument).split('.');
      return known(symbols.att(id, attribute.join('.')), `Fn::GetAtt ${id}.${attribute.join('.')}`, path);
    }
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown];
      return (resolve(parts, symbols, path) as unknown[]).join(separator);
    }
    case 'Fn::Sub': {
      const [text, own] = Array.isArray(argument)
        ? (argument as [string, Record<string, unknown>])
        : [String(argument), {}];
      return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, id: string) => {
        if (literal) return `\${${id}}`;
        if (id in own) return String(resolve(own[id], symbols, path));
        const [first = '', ...rest] = id.split('.');
        return known(
          rest.length > 0 ? symbols.att(first, rest.join('.')) : symbols.ref(id),
          `Fn::Sub ${id}`,
          path,
        );
      });
    }
    case 'Fn::Select': {
      const [index, list] = argument as [number | string, unknown];
      const found = (resolve(list, symbols, path) as unknown[])[Number(index)];
      if (found === undefined) throw unresolved(`Fn::Select has no element ${index}`, path);
      return found;
    }
    case 'Fn::Split': {
      const [separator, text] = argument as [string, unknown];
      return String(resolve(text, symbols, path)).split(separator);
    }
    default:
      throw unresolved(`the twin does not resolve ${name}`, path);
  }
}

function known(value: string | undefined, what: string, path: string): string {
  if (value === undefined) throw unresolved(`the twin does not know what ${what} is`, path);
  return value;
}

const unresolved = (message: string, path: string): LabError =>
  new LabError({
    where: `template ${path}`,
    message,
    fix: 'give the value as text, or by Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select or Fn::Split of a resource of the stack',
  });
