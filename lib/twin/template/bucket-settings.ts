import { LabError } from '../../contract/workload/errors.ts';
import { AwsError } from '../http/service.ts';
import type { LifecycleRule } from '../s3/disk/lifecycle-rule.ts';
import type { BucketSettings, Encryption, ObjectLock } from '../s3/disk/settings.ts';
import type { ArchiveTier, TieringConfiguration } from '../s3/disk/tiering.ts';
import { checkRules } from '../s3/settings/lifecycle.ts';
import { checkTiering } from '../s3/settings/tiering.ts';
import type { Properties } from './symbols.ts';

/**
 * How an `AWS::S3::Bucket` with these (resolved) properties is set up on the twin. Throws LabError for what the twin does
 * not have: a bucket that lacks it in silence would prove nothing.
 */
export function bucketSettings(id: string, properties: Properties): BucketSettings {
  const where = `template ${id}`;
  only(where, properties, [...taken, ...withoutEffect]);
  const versioning = text(properties.VersioningConfiguration, 'Status');
  const objectLock = lockOf(where, properties);
  const lifecycle = object(properties.LifecycleConfiguration);
  only(`${where}.LifecycleConfiguration`, lifecycle, ['Rules', 'TransitionDefaultMinimumObjectSize']);
  const smallest = lifecycle.TransitionDefaultMinimumObjectSize;
  const rules = list(lifecycle.Rules).map((rule, i) => ruleOf(`${where}.Rules[${i}]`, rule, i));
  const tiering = list(properties.IntelligentTieringConfigurations).map((each, i) =>
    tieringOf(`${where}.IntelligentTieringConfigurations[${i}]`, each),
  );
  asS3Takes(`${where}.LifecycleConfiguration`, () => checkRules(rules));
  asS3Takes(`${where}.IntelligentTieringConfigurations`, () => tiering.forEach(checkTiering));
  const tags = list(properties.Tags).map((tag): [string, string] => [String(tag.Key), String(tag.Value)]);
  const encryption = encryptionOf(where, properties);
  const { ObjectOwnership } = object(list(object(properties.OwnershipControls).Rules)[0]);
  if (ObjectOwnership !== undefined && ObjectOwnership !== 'BucketOwnerEnforced') {
    throw refused(`${where}.OwnershipControls`, `ObjectOwnership ${String(ObjectOwnership)} needs ACLs`);
  }
  return {
    // Object Lock turns versioning on.
    ...(objectLock
      ? { versioning: 'Enabled' }
      : versioning === 'Enabled' || versioning === 'Suspended'
        ? { versioning }
        : {}),
    ...(objectLock ? { objectLock } : {}),
    ...(tags.length > 0 ? { tags: Object.fromEntries(tags) } : {}),
    ...(rules.length > 0 ? { lifecycle: rules } : {}),
    ...(smallest === 'varies_by_storage_class' ? { smallestTransition: smallest } : {}),
    ...(tiering.length > 0 ? { intelligentTiering: tiering } : {}),
    ...(encryption ? { encryption } : {}),
  };
}

const taken = [
  'BucketName',
  'VersioningConfiguration',
  'LifecycleConfiguration',
  'IntelligentTieringConfigurations',
  'BucketEncryption',
  'ObjectLockEnabled',
  'ObjectLockConfiguration',
  'Tags',
  'OwnershipControls',
];

/** What no client of the bucket itself can tell: the twin has one owner, and nobody who is told or billed. */
export const withoutEffect: readonly string[] = [
  'PublicAccessBlockConfiguration',
  'LoggingConfiguration',
  'NotificationConfiguration',
  'MetricsConfigurations',
  'AnalyticsConfigurations',
  'InventoryConfigurations',
];

function asS3Takes(where: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw refused(where, `S3 refuses it: ${error.message}`);
  }
}

function tieringOf(where: string, given: Properties): TieringConfiguration {
  only(where, given, ['Id', 'Status', 'Prefix', 'TagFilters', 'Tierings']);
  return {
    id: String(given.Id),
    enabled: given.Status === 'Enabled',
    prefix: String(given.Prefix ?? ''),
    tags: Object.fromEntries(list(given.TagFilters).map(tag => [String(tag.Key), String(tag.Value)])),
    tierings: list(given.Tierings).map(each => ({
      accessTier: String(each.AccessTier) as ArchiveTier,
      days: Number(each.Days),
    })),
  };
}

function lockOf(where: string, properties: Properties): ObjectLock | undefined {
  if (!isTrue(properties.ObjectLockEnabled) && properties.ObjectLockConfiguration === undefined)
    return undefined;
  const retention = object(object(object(properties.ObjectLockConfiguration).Rule).DefaultRetention);
  only(`${where}.ObjectLockConfiguration`, retention, ['Mode', 'Days', 'Years']);
  const { Mode: mode, Days, Years } = retention;
  if (mode === undefined) return {};
  const days = Days === undefined ? Number(Years) * 365 : Number(Days);
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || !Number.isInteger(days) || days < 1) {
    throw refused(`${where}.ObjectLockConfiguration`, 'DefaultRetention needs a Mode, and Days or Years');
  }
  return { mode, days, ...(Days === undefined ? { years: Number(Years) } : {}) };
}

function encryptionOf(where: string, properties: Properties): Encryption | undefined {
  const rule = object(list(object(properties.BucketEncryption).ServerSideEncryptionConfiguration)[0]);
  const path = `${where}.BucketEncryption`;
  only(path, rule, ['ServerSideEncryptionByDefault', 'BucketKeyEnabled', 'BlockedEncryptionTypes']);
  const given = object(rule.ServerSideEncryptionByDefault);
  only(path, given, ['SSEAlgorithm', 'KMSMasterKeyID']);
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: keyId } = given;
  if (algorithm === undefined) return undefined;
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms') {
    throw refused(path, `the twin does not encrypt by ${String(algorithm)}`);
  }
  return {
    algorithm,
    ...(keyId === undefined ? {} : { keyId: String(keyId) }),
    ...(isTrue(rule.BucketKeyEnabled) ? { bucketKey: true } : {}),
  };
}

function ruleOf(where: string, rule: Properties, index: number): LifecycleRule {
  only(where, rule, [
    ...['Id', 'Status', 'Prefix', 'TagFilters', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan'],
    ...['ExpirationInDays', 'ExpirationDate', 'ExpiredObjectDeleteMarker', 'AbortIncompleteMultipartUpload'],
    ...['Transition', 'Transitions', 'NoncurrentVersionExpiration', 'NoncurrentVersionExpirationInDays'],
    ...['NoncurrentVersionTransition', 'NoncurrentVersionTransitions'],
  ]);
  const { ExpirationInDays: days, ExpirationDate: date, ExpiredObjectDeleteMarker: markers } = rule;
  const when = {
    ...(days === undefined ? {} : { days: Number(days) }),
    ...(date === undefined ? {} : { date: new Date(String(date)).toISOString() }),
    ...(isTrue(markers) ? { markers: true } : {}),
  };
  const noncurrent = object(rule.NoncurrentVersionExpiration);
  const noncurrentDays = noncurrent.NoncurrentDays ?? rule.NoncurrentVersionExpirationInDays;
  const abort = object(rule.AbortIncompleteMultipartUpload).DaysAfterInitiation;
  const tags = list(rule.TagFilters).map((tag): [string, string] => [String(tag.Key), String(tag.Value)]);
  const several = (many: unknown, one: unknown): readonly Properties[] => [
    ...list(many),
    ...(one === undefined ? [] : [object(one)]),
  ];
  const newer = (of: Properties) =>
    of.NewerNoncurrentVersions === undefined ? {} : { newer: Number(of.NewerNoncurrentVersions) };
  return {
    id: String(rule.Id ?? `rule-${index + 1}`),
    enabled: rule.Status === 'Enabled',
    prefix: String(rule.Prefix ?? ''),
    tags: Object.fromEntries(tags),
    ...(rule.ObjectSizeGreaterThan === undefined ? {} : { largerThan: Number(rule.ObjectSizeGreaterThan) }),
    ...(rule.ObjectSizeLessThan === undefined ? {} : { smallerThan: Number(rule.ObjectSizeLessThan) }),
    ...(Object.keys(when).length > 0 ? { expiration: when } : {}),
    transitions: several(rule.Transitions, rule.Transition).map(each => ({
      ...(each.TransitionInDays === undefined ? {} : { days: Number(each.TransitionInDays) }),
      ...(each.TransitionDate === undefined
        ? {}
        : { date: new Date(String(each.TransitionDate)).toISOString() }),
      storageClass: String(each.StorageClass),
    })),
    ...(noncurrentDays === undefined
      ? {}
      : { noncurrentExpiration: { days: Number(noncurrentDays), ...newer(noncurrent) } }),
    noncurrentTransitions: several(rule.NoncurrentVersionTransitions, rule.NoncurrentVersionTransition).map(
      each => ({
        days: Number(each.TransitionInDays),
        ...newer(each),
        storageClass: String(each.StorageClass),
      }),
    ),
    ...(abort === undefined ? {} : { abortDays: Number(abort) }),
  };
}

function only(where: string, given: Properties, names: readonly string[]): void {
  const unknown = Object.keys(given).filter(name => !names.includes(name));
  if (unknown.length > 0) throw refused(where, `the twin’s buckets have no ${unknown.join(', ')}`);
}

const refused = (where: string, message: string): LabError =>
  new LabError({
    where,
    message,
    fix: 'leave it out of the stack that is tried on the twin, or try that part on AWS',
  });

const isTrue = (value: unknown): boolean => value === true || value === 'true';
const object = (value: unknown): Properties => (value ?? {}) as Properties;
const list = (value: unknown): readonly Properties[] => (value ?? []) as readonly Properties[];
const text = (value: unknown, name: string): unknown => object(value)[name];
