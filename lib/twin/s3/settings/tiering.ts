import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket } from '../disk/bucket.ts';
import { type ArchiveTier, archiveTiers, type TieringConfiguration } from '../disk/tiering.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { blocksOf, textsOf, type XmlTree, xmlDocument } from '../wire/xml.ts';

const most = 1000;
const fewestDays: Readonly<Record<ArchiveTier, number>> = { ARCHIVE_ACCESS: 90, DEEP_ARCHIVE_ACCESS: 180 };
const mostDays = 730;

/** GET, PUT and DELETE of a bucket's `?intelligent-tiering&id=…`; without an id, GET lists all. */
export async function bucketTiering(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const all = bucket.settings.get().intelligentTiering ?? [];
  const id = request.query.get('id');
  if (id === null && request.method === 'GET') {
    const list = { IsTruncated: false, IntelligentTieringConfiguration: all.map(toXml) };
    return sendXml(response, xmlDocument('ListBucketIntelligentTieringConfigurationsOutput', list));
  }
  if (id === null) throw s3Errors.invalidArgument('Missing required parameter: id', 'id');
  const known = all.find(each => each.id === id);
  const others = all.filter(each => each !== known);
  if (request.method === 'PUT') {
    const put = parse(await readXml(request), id);
    if (others.length >= most)
      throw new AwsError('TooManyConfigurations', 400, `A bucket has at most ${most} configurations`);
    await bucket.settings.change({ intelligentTiering: [...others, put] });
    return void response.writeHead(200).end();
  }
  if (!known) throw new AwsError('NoSuchConfiguration', 404, 'The specified configuration does not exist.');
  if (request.method === 'GET')
    return sendXml(response, xmlDocument('IntelligentTieringConfiguration', toXml(known)));
  await bucket.settings.change({ intelligentTiering: others.length === 0 ? undefined : others });
  response.writeHead(204).end();
}

function parse(xml: string, id: string): TieringConfiguration {
  const status = textsOf(xml, 'Status')[0];
  if (status !== 'Enabled' && status !== 'Disabled') throw s3Errors.malformedXml();
  if (textsOf(xml, 'Id')[0] !== id) throw s3Errors.malformedXml();
  const tags = blocksOf(xml, 'Tag').map((tag): [string, string] => [
    textsOf(tag, 'Key')[0] ?? '',
    textsOf(tag, 'Value')[0] ?? '',
  ]);
  const configuration = {
    id,
    enabled: status === 'Enabled',
    prefix: textsOf(xml, 'Prefix')[0] ?? '',
    tags: Object.fromEntries(tags),
    tierings: blocksOf(xml, 'Tiering').map(each => ({
      accessTier: (textsOf(each, 'AccessTier')[0] ?? '') as ArchiveTier,
      days: Number(textsOf(each, 'Days')[0] ?? Number.NaN),
    })),
  };
  checkTiering(configuration);
  return configuration;
}

/** Throws AwsError for what S3 refuses. */
export function checkTiering({ tierings }: TieringConfiguration): void {
  if (tierings.length === 0 || tierings.some(({ accessTier }) => !archiveTiers.includes(accessTier)))
    throw s3Errors.malformedXml();
  if (new Set(tierings.map(({ accessTier }) => accessTier)).size < tierings.length)
    throw s3Errors.invalidArgument('An access tier can be configured once');
  for (const { accessTier, days } of tierings) {
    const fewest = fewestDays[accessTier];
    if (!Number.isInteger(days) || days < fewest || days > mostDays)
      throw s3Errors.invalidArgument(`Days of ${accessTier} must be from ${fewest} to ${mostDays}`);
  }
}

function toXml({ id, enabled, prefix, tags, tierings }: TieringConfiguration): XmlTree {
  const Tag = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const Prefix = prefix === '' ? undefined : prefix;
  const isSeveral = Tag.length + (Prefix === undefined ? 0 : 1) > 1;
  const isAny = Tag.length > 0 || Prefix !== undefined;
  return {
    Id: id,
    Filter: isAny ? (isSeveral ? { And: { Prefix, Tag } } : { Prefix, Tag }) : undefined,
    Status: enabled ? 'Enabled' : 'Disabled',
    Tiering: tierings.map(({ accessTier, days }) => ({ Days: days, AccessTier: accessTier })),
  };
}
