/**
 * A template's value with its intrinsics resolved as far as the template alone can tell: what is left is a reference to
 * one of its resources, a text with holes, or unknown. Nothing that is unknown is ever a finding.
 */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly [key: string]: Value }
  | Special;

/** Marks what is no plain JSON. */
const special = Symbol('special');
export type Special = Reference | Holed | Encoded | SecretParameter | Given | Unknown;

/** `Ref` or `Fn::GetAtt` of a resource in the template. */
export interface Reference {
  readonly [special]: 'reference';
  readonly id: string;
  readonly attribute?: string;
}
/** A text of which parts are unknown; each stands as `hole`. */
export interface Holed {
  readonly [special]: 'holed';
  readonly text: string;
}
/** `Fn::Base64` of a value. */
export interface Encoded {
  readonly [special]: 'encoded';
  readonly inner: Value;
}
/** A parameter that CloudFormation does not show (NoEcho). */
export interface SecretParameter {
  readonly [special]: 'secret';
  readonly parameter: string;
}
/** A parameter that is there, with a value that the deployment gives or takes from Parameter Store. */
export interface Given {
  readonly [special]: 'given';
  readonly parameter: string;
  /** Its default name in Parameter Store. */
  readonly path?: string;
}
export interface Unknown {
  readonly [special]: 'unknown';
}

export const reference = (id: string, attribute?: string): Reference => ({
  [special]: 'reference',
  id,
  ...(attribute ? { attribute } : {}),
});
export const holed = (text: string): Holed => ({ [special]: 'holed', text });
export const encoded = (inner: Value): Encoded => ({ [special]: 'encoded', inner });
export const secret = (parameter: string): SecretParameter => ({ [special]: 'secret', parameter });
export const given = (parameter: string, path?: string): Given => ({
  [special]: 'given',
  parameter,
  ...(path === undefined ? {} : { path }),
});
export const unknown: Unknown = { [special]: 'unknown' };

const isSpecial = (value: Value | undefined): value is Special =>
  typeof value === 'object' && value !== null && special in value;
const kind = (value: Value | undefined): Special[typeof special] | undefined =>
  isSpecial(value) ? value[special] : undefined;
export const isReference = (value: Value | undefined): value is Reference => kind(value) === 'reference';
const isHoled = (value: Value | undefined): value is Holed => kind(value) === 'holed';
export const isEncoded = (value: Value | undefined): value is Encoded => kind(value) === 'encoded';
const isGiven = (value: Value | undefined): value is Given => kind(value) === 'given';
export const isSecret = (value: Value | undefined): value is SecretParameter => kind(value) === 'secret';

/** Stands for what is not known in a text: U+FFFC, which no template holds. */
export const hole = '\uFFFC';

/** The text, or undefined where it is absent or not wholly known. Numbers and booleans are texts too, as in CloudFormation. */
export function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** The text with `hole` where it is not known, or undefined where nothing of it is. */
export const partialText = (value: Value | undefined): string | undefined =>
  isHoled(value) ? value.text : text(value);

/** The name in Parameter Store that a value is taken from, by a parameter's type or by a dynamic reference. */
export const storedAt = (value: Value | undefined): string | undefined =>
  isGiven(value) ? value.path : /^\{\{resolve:ssm:([^}:]+)/.exec(partialText(value) ?? '')?.[1];

/** The number, given as one or as a text of one. */
export function number(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

export function flag(value: Value | undefined): boolean | undefined {
  const known = text(value)?.toLowerCase();
  return known === 'true' ? true : known === 'false' ? false : undefined;
}

/** The list; undefined where it is absent or unknown as a whole. Its elements may still be unknown. */
export const list = (value: Value | undefined): readonly Value[] | undefined =>
  Array.isArray(value) ? (value as readonly Value[]) : undefined;

/** The list, empty where it is absent, undefined where it is not known. */
export const knownList = (value: Value | undefined): readonly Value[] | undefined =>
  value === undefined ? [] : list(value);

/** The list, or the one value that stands for a list of it; undefined where there is none. */
export const asList = (value: Value | undefined): readonly Value[] | undefined =>
  value === undefined ? undefined : (list(value) ?? [value]);

export type Fields = { readonly [key: string]: Value | undefined };

/** The object's fields: none where it is absent, each of them unknown where the object is. */
export const fields = (value: Value | undefined): Fields => {
  if (value === undefined) return {};
  return isFields(value) ? (value as { readonly [key: string]: Value }) : allUnknown;
};

const allUnknown: Fields = new Proxy({}, { get: () => unknown });

/** Whether something is there, whatever it is; of what is not known that cannot be said. */
export const isThere = (value: Value | undefined): boolean =>
  value !== undefined && kind(value) !== 'unknown';

/** Whether this is an object, or is not there at all. */
export const isKnown = (value: Value | undefined): boolean => value === undefined || isFields(value);

const isFields = (value: Value | undefined): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isSpecial(value);

/** A value as a finding shows it. */
export function show(value: Value | undefined): string {
  if (value === undefined) return '(absent)';
  if (isReference(value)) return value.attribute ? `${value.id}.${value.attribute}` : value.id;
  if (isHoled(value)) return value.text.replaceAll(hole, '…');
  if (isEncoded(value)) return show(value.inner);
  if (isSecret(value) || isGiven(value))
    return `parameter ${value.parameter}${isGiven(value) && value.path ? ` (${value.path})` : ''}`;
  if (isSpecial(value)) return '?';
  if (Array.isArray(value)) return (value as readonly Value[]).map(show).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
