export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object, or an empty one where there is none: telling that is CloudFormation's. */
export const object = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});
