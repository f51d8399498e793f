import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket } from '../disk/bucket.ts';
import type { LifecycleRule, LifecycleWhen, Noncurrent } from '../disk/lifecycle-rule.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { storageClasses } from '../wire/storage-classes.ts';
import { blocksOf, textsOf, type XmlTree, xmlDocument } from '../wire/xml.ts';

const mostNewer = 100;
const sizeHeader = 'x-amz-transition-default-minimum-object-size';

/** GET, PUT and DELETE of a bucket's `?lifecycle`. */
export async function bucketLifecycle(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    const { lifecycle, smallestTransition } = bucket.settings.get();
    if (!lifecycle) {
      const message = 'The lifecycle configuration does not exist';
      throw new AwsError('NoSuchLifecycleConfiguration', 404, message, { BucketName: bucket.name });
    }
    response.setHeader(sizeHeader, smallestTransition ?? 'all_storage_classes_128K');
    return sendXml(response, xmlDocument('LifecycleConfiguration', { Rule: lifecycle.map(ruleToXml) }));
  }
  if (request.method === 'DELETE') {
    await bucket.settings.change({ lifecycle: undefined, smallestTransition: undefined });
    return void response.writeHead(204).end();
  }
  const lifecycle = parseRules(await readXml(request, { wantsDigest: true }));
  const smallest = request.headers[sizeHeader] ?? 'all_storage_classes_128K';
  if (smallest !== 'all_storage_classes_128K' && smallest !== 'varies_by_storage_class') {
    throw s3Errors.invalidArgument(`${sizeHeader} is invalid`);
  }
  await bucket.settings.change({ lifecycle, smallestTransition: smallest });
  response.writeHead(200, { [sizeHeader]: smallest }).end();
}

/** Throws AwsError for what S3 refuses. */
function parseRules(xml: string): LifecycleRule[] {
  const blocks = blocksOf(xml, 'Rule');
  if (blocks.length === 0 || blocks.length > 1000) throw s3Errors.malformedXml();
  const rules = blocks.map(parseRule);
  checkRules(rules);
  return rules;
}

/** A rule has a filter or, as once, a prefix; a filter has one condition, or several in one And. */
function checkFilter(block: string): void {
  const filter = /<Filter(?:\s[^>]*)?(?:\/>|>([\s\S]*?)<\/Filter>)/.exec(block);
  const outside = block.replace(filter?.[0] ?? '', '');
  if ((filter !== null) === /<Prefix[\s/>]/.test(outside)) throw s3Errors.malformedXml();
  const and = /<And(?:\s[^>]*)?>[\s\S]*?<\/And>/.exec(filter?.[1] ?? '')?.[0] ?? '';
  const conditions = `${(filter?.[1] ?? '').replace(and, '')}${and === '' ? '' : '<And>'}`;
  const count = [
    ...conditions.matchAll(/<(?:Prefix|Tag|And|ObjectSizeGreaterThan|ObjectSizeLessThan)[\s/>]/g),
  ];
  if (count.length > 1) throw s3Errors.malformedXml();
  const tags = blocksOf(block, 'Tag').map(tag => textsOf(tag, 'Key')[0] ?? '');
  if (new Set(tags).size < tags.length) throw s3Errors.invalidRequest('Duplicate Tag Keys are not allowed.');
}

/** Throws AwsError for rules that S3 refuses. */
export function checkRules(rules: readonly LifecycleRule[]): void {
  rules.forEach(checkRule);
  if (new Set(rules.map(rule => rule.id)).size < rules.length) {
    throw s3Errors.invalidArgument('Rule ID must be unique. Found same ID for more than one rule');
  }
}

function parseRule(block: string, index: number): LifecycleRule {
  const status = textsOf(block, 'Status')[0];
  if (status !== 'Enabled' && status !== 'Disabled') throw s3Errors.malformedXml();
  const id = textsOf(block, 'ID')[0] || `rule-${index + 1}`;
  if (id.length > 255) throw s3Errors.invalidArgument('ID length should not exceed allowed limit of 255');
  const tags = blocksOf(block, 'Tag').map((tag): [string, string] => [
    textsOf(tag, 'Key')[0] ?? '',
    textsOf(tag, 'Value')[0] ?? '',
  ]);
  checkFilter(block);
  const expiration = blocksOf(block, 'Expiration')[0];
  const noncurrent = blocksOf(block, 'NoncurrentVersionExpiration')[0];
  const abort = blocksOf(block, 'AbortIncompleteMultipartUpload')[0];
  return {
    id,
    enabled: status === 'Enabled',
    prefix: textsOf(block, 'Prefix')[0] ?? '',
    ...(/<Filter[\s/>]/.test(block) ? {} : { isOld: true }),
    tags: Object.fromEntries(tags),
    ...numberNamed('largerThan', block, 'ObjectSizeGreaterThan'),
    ...numberNamed('smallerThan', block, 'ObjectSizeLessThan'),
    ...(expiration === undefined ? {} : { expiration: parseExpiration(expiration) }),
    transitions: blocksOf(block, 'Transition').map(each => ({ ...when(each), storageClass: classOf(each) })),
    ...(noncurrent === undefined ? {} : { noncurrentExpiration: parseNoncurrent(noncurrent) }),
    noncurrentTransitions: blocksOf(block, 'NoncurrentVersionTransition').map(each => ({
      ...parseNoncurrent(each),
      storageClass: classOf(each),
    })),
    ...(abort === undefined ? {} : { abortDays: days(abort, 'DaysAfterInitiation') }),
  };
}

function checkRule(rule: LifecycleRule): void {
  const does = [rule.expiration, rule.noncurrentExpiration, rule.abortDays].some(each => each !== undefined);
  if (!does && rule.transitions.length === 0 && rule.noncurrentTransitions.length === 0) {
    throw s3Errors.invalidRequest('At least one action needs to be specified in a rule');
  }
  if (Object.keys(rule.tags).length > 0 && rule.abortDays !== undefined) {
    throw s3Errors.invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Tags');
  }
  if (Object.keys(rule.tags).length > 0 && rule.expiration?.markers) {
    throw s3Errors.invalidRequest('ExpiredObjectDeleteMarker cannot be specified with Tags.');
  }
  const isSized = rule.largerThan !== undefined || rule.smallerThan !== undefined;
  if (isSized && rule.abortDays !== undefined) {
    throw s3Errors.invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Object Size');
  }
  if ((rule.largerThan ?? 0) >= (rule.smallerThan ?? Number.POSITIVE_INFINITY)) {
    throw s3Errors.invalidRequest("'ObjectSizeGreaterThan' must be less than 'ObjectSizeLessThan'");
  }
  const current = [
    ...(rule.expiration && !rule.expiration.markers ? [rule.expiration] : []),
    ...rule.transitions,
  ];
  if (new Set(current.map(each => each.date === undefined)).size > 1) {
    const message = `Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '(prefix=${rule.prefix})'`;
    throw s3Errors.invalidRequest(message);
  }
  const noncurrent = [rule.noncurrentExpiration, ...rule.noncurrentTransitions];
  if (noncurrent.some(each => (each?.newer ?? 0) > mostNewer)) {
    throw s3Errors.invalidArgument(`'NewerNoncurrentVersions' must be between 1 and ${mostNewer}`);
  }
  for (const { storageClass, days: after } of rule.transitions) {
    if (storageClass.endsWith('_IA') && after !== undefined && after < 30) {
      const message = `'Days' in Transition action must be greater than or equal to 30 for storageClass '${storageClass}'`;
      throw s3Errors.invalidArgument(message);
    }
    const expiresAfter = rule.expiration?.days;
    if (after !== undefined && expiresAfter !== undefined && expiresAfter <= after) {
      const message = `'Days' in the Expiration action for filter '(prefix=${rule.prefix})' must be greater than 'Days' in the Transition action`;
      throw s3Errors.invalidArgument(message);
    }
  }
}

function parseExpiration(block: string): LifecycleWhen & { readonly markers?: boolean } {
  const markers = textsOf(block, 'ExpiredObjectDeleteMarker')[0];
  if (markers === undefined) {
    const parsed = when(block);
    if (parsed.days === 0) {
      throw s3Errors.invalidArgument("'Days' for Expiration action must be a positive integer");
    }
    return parsed;
  }
  if (/<(Days|Date)>/.test(block)) throw s3Errors.malformedXml();
  return { markers: markers === 'true' };
}

function when(block: string): LifecycleWhen {
  const date = textsOf(block, 'Date')[0];
  if (date === undefined) return { days: days(block, 'Days') };
  const ms = Date.parse(date);
  if (/<Days>/.test(block) || Number.isNaN(ms)) throw s3Errors.malformedXml();
  if (ms % 86_400_000 !== 0) throw s3Errors.invalidArgument("'Date' must be at midnight GMT");
  return { date: new Date(ms).toISOString() };
}

function parseNoncurrent(block: string): Noncurrent {
  const newer = textsOf(block, 'NewerNoncurrentVersions')[0];
  return {
    days: days(block, 'NoncurrentDays'),
    ...(newer === undefined ? {} : { newer: days(block, 'NewerNoncurrentVersions') }),
  };
}

function days(block: string, name: string): number {
  const count = Number(textsOf(block, name)[0] ?? Number.NaN);
  if (!Number.isInteger(count)) throw s3Errors.malformedXml();
  if (count < 0 || (count === 0 && name !== 'Days')) {
    throw s3Errors.invalidArgument(`'${name}' must be a positive integer`);
  }
  return count;
}

function classOf(block: string): string {
  const name = textsOf(block, 'StorageClass')[0] ?? '';
  const refused = name === 'STANDARD' || name === 'REDUCED_REDUNDANCY' || !storageClasses.includes(name);
  if (refused) throw s3Errors.malformedXml();
  return name;
}

function numberNamed<N extends string>(field: N, block: string, name: string): { [K in N]?: number } {
  const text = textsOf(block, name)[0];
  if (text !== undefined && !/^\d+$/.test(text)) throw s3Errors.malformedXml();
  return (text === undefined ? {} : { [field]: Number(text) }) as { [K in N]?: number };
}

function ruleToXml(rule: LifecycleRule): XmlTree {
  const Tag = Object.entries(rule.tags).map(([Key, Value]) => ({ Key, Value }));
  const sizes = { ObjectSizeGreaterThan: rule.largerThan, ObjectSizeLessThan: rule.smallerThan };
  const conditions = { Prefix: rule.prefix === '' ? undefined : rule.prefix, Tag, ...sizes };
  const given = [rule.prefix || undefined, ...Tag, rule.largerThan, rule.smallerThan];
  const several = given.filter(each => each !== undefined).length > 1;
  const only = { ...conditions, Prefix: given.some(each => each !== undefined) ? conditions.Prefix : '' };
  const at = (each: LifecycleWhen) => ({ Date: each.date, Days: each.days });
  const noncurrent = (each: Noncurrent) => ({
    NoncurrentDays: each.days,
    NewerNoncurrentVersions: each.newer,
  });
  return {
    ID: rule.id,
    ...(rule.isOld ? { Prefix: rule.prefix } : { Filter: several ? { And: conditions } : only }),
    Status: rule.enabled ? 'Enabled' : 'Disabled',
    Expiration: rule.expiration && {
      ...at(rule.expiration),
      ExpiredObjectDeleteMarker: rule.expiration.markers,
    },
    Transition: rule.transitions.map(each => ({ ...at(each), StorageClass: each.storageClass })),
    NoncurrentVersionExpiration: rule.noncurrentExpiration && noncurrent(rule.noncurrentExpiration),
    NoncurrentVersionTransition: rule.noncurrentTransitions.map(each => ({
      ...noncurrent(each),
      StorageClass: each.storageClass,
    })),
    AbortIncompleteMultipartUpload:
      rule.abortDays === undefined ? undefined : { DaysAfterInitiation: rule.abortDays },
  };
}
