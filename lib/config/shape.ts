import type { LabConfigInput } from './define-lab.ts';
import type { Say } from './say.ts';

/**
 * What kind of value stands where, as far as the checks behind take it for granted: `text`, a `flag`, a list of texts, fields of their own, or
 * names of the lab's with a value each. Numbers, and words out of a few, are checked where they are understood.
 */
type Shape = 'text' | 'flag' | 'list' | Fields | { readonly each: Shape };
interface Fields {
  readonly fields: Readonly<Record<string, Shape>>;
}

const fields = (of: Readonly<Record<string, Shape>> = {}): Fields => ({ fields: of });
const each = (of: Shape): Shape => ({ each: of });

const bucket = { bucket: 'text', prefix: 'text', region: 'text', keyArn: 'text' } as const;
const sized = { image: 'text', base: 'text', resources: fields(), pool: 'text' } as const;

const lab = fields({
  name: 'text',
  region: 'text',
  datasets: each(fields({ ...bucket, files: 'text', buckets: 'list', existingSecret: 'text' })),
  pools: each(
    fields({ instanceTypes: 'list', image: 'text', spillToOnDemand: 'flag', dockerOnScratch: 'flag' }),
  ),
  bakedImages: each(fields({ referenceData: 'list', containerImages: 'list' })),
  pullThroughCache: each(fields({ upstream: 'text', secret: 'text', existing: 'flag' })),
  archive: fields({
    bucket: 'text',
    existing: 'flag',
    versioned: 'flag',
    keyArn: 'text',
    objectLock: fields(),
  }),
  workloads: each(
    fields({
      ...sized,
      enabled: 'flag',
      pools: 'list',
      datasets: each('text'),
      kinds: each(fields(sized)),
      steps: each(fields(sized)),
      places: each(fields(bucket)),
    }),
  ),
  notify: 'list',
  existingOutputBucket: 'text',
  existingOutputBucketKey: 'text',
});

/** The configuration without what is of another kind than it has to be; that is said. */
export const shaped = (written: LabConfigInput, say: Say): LabConfigInput =>
  (fitting(written, lab, '', say) ?? {}) as LabConfigInput;

function fitting(value: unknown, shape: Shape, where: string, say: Say): unknown {
  const wrong = (wanted: string, fix: string): undefined =>
    void say(where, `${JSON.stringify(value) ?? String(value)} is not ${wanted}`, fix);
  const name = where.slice(where.lastIndexOf('.') + 1);
  if (shape === 'text') return typeof value === 'string' ? value : wrong('text', `'…' in quotes`);
  if (shape === 'flag') {
    if (typeof value === 'boolean') return value;
    say(where, `${JSON.stringify(value)} is neither true nor false`, `${name}: true, or ${name}: false`);
    return undefined;
  }
  if (shape === 'list') {
    if (!Array.isArray(value))
      return wrong('a list', `${name}: [${typeof value === 'string' ? JSON.stringify(value) : "'…'"}]`);
    return value.filter((one, at) => fitting(one, 'text', `${where}[${at}]`, say) !== undefined);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong('an object', `${name || 'defineLab('}${name ? ': ' : ''}{ … }${name ? '' : ')'}`);
  const own = 'each' in shape ? () => shape.each : (key: string) => shape.fields[key];
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => {
      const of = own(key);
      if (one === undefined) return [];
      const fits = of === undefined ? one : fitting(one, of, where === '' ? key : `${where}.${key}`, say);
      return fits === undefined ? [] : [[key, fits]];
    }),
  );
}
