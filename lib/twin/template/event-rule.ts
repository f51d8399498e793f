import { LabError } from '../../contract/workload/errors.ts';
import { resolve, type Symbols } from './intrinsics.ts';
import type { Properties } from './symbols.ts';

/** An EventBridge rule whose events go to a log group. */
export interface EventRule {
  readonly pattern: EventPattern;
  readonly logGroup: string;
}

/** Every field that it names has one of the values, or matches the pattern below it. */
export interface EventPattern {
  readonly [field: string]:
    | EventPattern
    | readonly (string | number | boolean | { readonly prefix: string })[];
}

/** The rule once for each of its targets that is a log group. Other targets and rules that are disabled do nothing here. */
export function eventRule(id: string, properties: Properties, symbols: Symbols): EventRule[] {
  if (properties.State === 'DISABLED' || properties.EventPattern === undefined) return [];
  const given = resolve(properties.EventPattern, symbols, `${id}.EventPattern`);
  const pattern = checked(given, `template ${id}.EventPattern`);
  const targets = (properties.Targets ?? []) as readonly { readonly Arn: unknown }[];
  return targets.flatMap(({ Arn }) => {
    const [, service, , , kind, name] =
      /^arn:[^:]*:([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/.exec(arnOf(Arn, symbols)) ?? [];
    if (service !== 'logs' || kind !== 'log-group' || name === undefined) return [];
    return [{ pattern, logGroup: name.replace(/:\*$/, '') }];
  });
}

/** Whether an event is one that a rule means. */
export function matchesPattern(pattern: EventPattern, event: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = event[field];
    if (!Array.isArray(wanted))
      return (
        typeof value === 'object' &&
        value !== null &&
        matchesPattern(wanted as EventPattern, value as Readonly<Record<string, unknown>>)
      );
    const values = Array.isArray(value) ? value : [value];
    return wanted.some(each =>
      values.some(one => (typeof each === 'object' ? String(one).startsWith(each.prefix) : one === each)),
    );
  });
}

/** A target that is none of the twin's resources has no ARN here. */
function arnOf(value: unknown, symbols: Symbols): string {
  try {
    return String(resolve(value, symbols, 'Arn'));
  } catch {
    return '';
  }
}

function checked(value: unknown, where: string): EventPattern {
  const fields = value as Readonly<Record<string, unknown>>;
  for (const [field, wanted] of Object.entries(fields)) {
    if (!Array.isArray(wanted)) checked(wanted, `${where}.${field}`);
    else if (!wanted.every(isKnown))
      throw new LabError({
        where: `${where}.${field}`,
        message: 'the twin matches values and { "prefix": … } only',
        fix: 'list the values',
      });
  }
  return fields as EventPattern;
}

const isKnown = (wanted: unknown): boolean =>
  typeof wanted === 'object' && wanted !== null
    ? Object.keys(wanted).join() === 'prefix'
    : ['string', 'number', 'boolean'].includes(typeof wanted);
