import fc from 'fast-check';
import { checkTemplate } from '../../lib/rules/check-template.ts';
import { type ResolveScope, resolve } from '../../lib/rules/reading/resolve.ts';
import { unknown } from '../../lib/rules/reading/value.ts';
import type { RuleFinding } from '../../lib/rules/rule.ts';
import { runs, some } from '../helpers/runs.ts';
import { defaultLab, strictLab, synthesize } from './synthesized.ts';

interface Lab {
  readonly json: object;
  readonly imageArchitectures: ReturnType<typeof synthesize>['imageArchitectures'];
  /** Paths to every value below the properties of the template's resources. */
  readonly paths: readonly string[][];
}

function readLab(input: typeof defaultLab, isLookedAt: (type: string) => boolean): Lab {
  const { json, imageArchitectures } = synthesize(input);
  const paths: string[][] = [];
  const walk = (value: unknown, path: string[]): void => {
    paths.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, each] of Object.entries(value)) walk(each, [...path, key]);
  };
  const { Resources } = json as { Resources: Record<string, { Type: string; Properties?: unknown }> };
  for (const [id, { Type, Properties }] of Object.entries(Resources))
    if (isLookedAt(Type)) walk(Properties, ['Resources', id, 'Properties']);
  return { json: json as object, imageArchitectures, paths };
}

const ours = readLab(defaultLab, () => true);
/** The same of what only a strict lab has. */
const strict = readLab(strictLab, type => /KMS|VPCEndpoint|SecurityGroup|LogGroup/.test(type));

/** What the pack finds with another value at a place; the template is put back, for there are many places. */
function checkWith(
  { json, imageArchitectures }: Lab,
  path: readonly string[],
  value: unknown,
): readonly RuleFinding[] {
  const parent = path
    .slice(0, -1)
    .reduce((at, key) => at[key] as Record<string, unknown>, json as Record<string, unknown>);
  const key = path.at(-1)!;
  const before = parent[key];
  parent[key] = value;
  try {
    return checkTemplate(json, imageArchitectures);
  } finally {
    parent[key] = before;
  }
}

/** A place in the template that holds a reference keeps its form: what is in an intrinsic is not a value. */
const isInsideIntrinsic = (path: readonly string[]): boolean =>
  path.some(key => key === 'Ref' || key.startsWith('Fn::'));

it.each([
  { 'Fn::ImportValue': 'elsewhere' },
  { Ref: 'NotInTheTemplate' },
  { Ref: '' },
  { 'Fn::GetAtt': ['NotInTheTemplate', 'Arn'] },
  { 'Fn::GetAtt': 'NotInTheTemplate.Arn' },
  { 'Fn::Nonsense': {} },
  { 'Fn::FindInMap': ['None', 'a', 'b'] },
])('%j cannot be resolved, and is no other unknown than the next', value => {
  const nothing = { resources: new Set<string>(), parameters: new Map(), mappings: {}, world: new Map() };
  expect(resolve(value, nothing as unknown as ResolveScope)).toBe(unknown);
});

it.each([
  ['default', ours],
  ['strict', strict],
])('what cannot be resolved is never a finding, wherever it stands in the %s lab', (_, lab) => {
  const wrong = some(lab.paths.filter(path => !isInsideIntrinsic(path))).flatMap(path =>
    checkWith(lab, path, { 'Fn::ImportValue': 'elsewhere' }).map(
      each => `${path.join('.')}: ${each.rule}: ${each.message}`,
    ),
  );
  expect(wrong).toEqual([]);
});

it('no value anywhere breaks it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ours.paths), fc.jsonValue(), (path, value) => {
      expect(checkWith(ours, path, value)).toBeInstanceOf(Array);
    }),
    { numRuns: runs(400) },
  );
});

it('no JSON breaks it, with intrinsics of any argument', () => {
  const argument = fc.letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.record({ Ref: fc.jsonValue() }),
      ...['GetAtt', 'Join', 'Sub', 'Select', 'Split', 'FindInMap', 'If', 'Base64', 'Nonsense'].map(name =>
        fc.record({ [`Fn::${name}`]: fc.oneof(tie('value'), fc.array(tie('value'), { maxLength: 3 })) }),
      ),
    ),
  })).value;
  fc.assert(
    fc.property(fc.constantFrom(...ours.paths), argument, (path, value) => {
      expect(checkWith(ours, path, value)).toBeInstanceOf(Array);
    }),
    { numRuns: runs(400) },
  );
  fc.assert(fc.property(fc.jsonValue(), value => expect(checkTemplate(value)).toBeInstanceOf(Array)));
});
