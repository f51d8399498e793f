import { type BucketFacts, type ExpiryRule, isStoreError } from '../../contract/ports/object-store.ts';
import type { BucketCall } from './bucket-call.ts';
import { sendAndRead } from './http.ts';
import { elements, fromXml, textBetween } from './xml.ts';

/** GetBucketVersioning and GetBucketLifecycleConfiguration, as far as they say what becomes of what is deleted. */
export async function bucketFacts(call: BucketCall): Promise<BucketFacts> {
  const read = async (query: Readonly<Record<string, string>>): Promise<string> =>
    (await sendAndRead(() => call('GET', '', { query }))).body.toString('utf8');
  const versioning = await read({ versioning: '' });
  const status = textBetween(versioning, 'Status', 0, versioning.length);
  return {
    ...(status === 'Enabled' || status === 'Suspended' ? { versioning: status } : {}),
    expiry: await read({ lifecycle: '' }).then(expiryRules, error => {
      if (isStoreError(error, 'NoSuchLifecycleConfiguration')) return [];
      throw error;
    }),
  };
}

function expiryRules(xml: string): readonly ExpiryRule[] {
  const rules: ExpiryRule[] = [];
  for (const [start, end] of elements(xml, 'Rule')) {
    const rule = xml.slice(start, end);
    if (textBetween(rule, 'Status', 0, rule.length) !== 'Enabled') continue;
    const days = (outer: string, inner: string): number | undefined => {
      const at = rule.indexOf(`<${outer}>`);
      if (at < 0) return undefined;
      const text = textBetween(rule, inner, at, rule.indexOf(`</${outer}>`, at));
      return text === undefined ? undefined : Number(text);
    };
    const current = days('Expiration', 'Days');
    const noncurrent = days('NoncurrentVersionExpiration', 'NoncurrentDays');
    if (current === undefined && noncurrent === undefined) continue;
    rules.push({
      id: fromXml(textBetween(rule, 'ID', 0, rule.length) ?? ''),
      prefix: fromXml(textBetween(rule, 'Prefix', 0, rule.length) ?? ''),
      isForTags: rule.includes('<Tag>'),
      ...(current === undefined ? {} : { days: current }),
      ...(noncurrent === undefined ? {} : { noncurrentDays: noncurrent }),
    });
  }
  return rules;
}
