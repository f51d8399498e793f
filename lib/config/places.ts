import type { ArchiveBucket, PlaceConfig, WorkloadConfig } from '../contract/workload/config.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { WorkloadInput } from './define-lab.ts';
import { checkRegion, isBucketName } from './names.ts';
import { type Say, unknownFields, unknownName } from './say.ts';

/**
 * Where a workload's places are: as it says itself, as a sibling of its family says of the same one, in the lab's archive
 * bucket, or where another of its places is.
 */
export function resolvePlaces(
  spec: WorkloadSpec,
  specs: readonly WorkloadSpec[],
  inputs: Readonly<Record<string, WorkloadInput>>,
  archive: ArchiveBucket | undefined,
  region: string,
): WorkloadConfig['places'] {
  const own = inputs[spec.name];
  if (!own) return undefined;
  const siblings = spec.family ? specs.filter(each => each.family?.name === spec.family!.name) : [];
  const said = (name: string) =>
    own.places?.[name] ??
    siblings.map(sibling => inputs[sibling.name]?.places?.[name]).find(place => place !== undefined);
  const places: Record<string, PlaceConfig> = {};
  for (const name of new Set([...Object.keys(own.places ?? {}), ...Object.keys(spec.places ?? {})])) {
    const { from } = spec.places?.[name] ?? {};
    const place = said(name) ?? (typeof from === 'object' ? said(from.place) : undefined);
    if (place) places[name] = { prefix: '', region, ...place };
    else if (from === 'archive' && archive) {
      const { bucket, keyArn } = archive;
      places[name] = { bucket, prefix: '', region, ...(keyArn === undefined ? {} : { keyArn }) };
    }
  }
  return Object.keys(places).length > 0 ? places : undefined;
}

export function checkPlaces(
  spec: WorkloadSpec,
  { places = {} }: WorkloadConfig,
  labRegion: string,
  where: string,
  say: Say,
): void {
  const names = Object.keys(spec.places ?? {});
  for (const [name, { bucket, prefix, region, keyArn, ...others }] of Object.entries(places)) {
    const at = `${where}.places.${name}`;
    unknownFields(others, ['bucket', 'prefix', 'region', 'keyArn'], `${at}.`, say);
    // The lab's own is told where it stands.
    if (region !== labRegion) checkRegion(`${at}.region`, region, say);
    unknownName(name, names, `${where}.places`, `${spec.name} has no place ${JSON.stringify(name)}`, say);
    if (!isBucketName(bucket))
      say(
        `${at}.bucket`,
        `${JSON.stringify(bucket)} is not a bucket’s name`,
        `bucket: '<bucket>', without s3:// and prefix`,
      );
    if (prefix.startsWith('/') || (prefix !== '' && !prefix.endsWith('/')))
      say(
        `${at}.prefix`,
        `${JSON.stringify(prefix)} begins with / or has none at its end`,
        'for example plates/',
      );
    if (/[*?$]/.test(prefix))
      say(`${at}.prefix`, `${JSON.stringify(prefix)} holds a sign that IAM reads as a pattern`);
    if (keyArn !== undefined && !/^arn:[a-z-]+:kms:[^:]+:\d{12}:key\//.test(keyArn))
      say(`${at}.keyArn`, `${JSON.stringify(keyArn)} is no ARN of a key`);
  }
  for (const [name, { describe, optional, from }] of Object.entries(spec.places ?? {}))
    if (!optional && !places[name])
      say(
        `${where}.places`,
        `says no ${name}: ${describe}`,
        from === 'archive'
          ? "archive: { bucket: '<name>' }, beside workloads"
          : `places: { ${name}: { bucket: '<bucket>', prefix: '<prefix>/' } }`,
      );
}
