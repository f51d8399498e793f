import { type ExpiryRule, isStoreError, type ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';

/** What becomes of objects below these prefixes when they are deleted: said before anybody is asked. */
export async function whatDeletionMeans(
  source: Pick<ObjectStore, 'bucket' | 'facts'>,
  prefixes: readonly string[],
): Promise<readonly string[]> {
  const bucket = `s3://${source.bucket}/`;
  const facts = await source.facts().catch((error: unknown) => {
    if (isStoreError(error, 'AccessDenied')) return undefined;
    throw error;
  });
  if (!facts)
    return [
      `whether ${bucket} keeps versions could not be seen (s3:GetBucketVersioning, s3:GetLifecycleConfiguration)`,
    ];
  if (facts.versioning !== 'Enabled')
    return [`${bucket} keeps no versions: what is deleted is gone at once, and the archive is all there is`];
  const rules = facts.expiry.filter(
    rule => rule.noncurrentDays !== undefined && prefixes.some(prefix => touches(rule, prefix)),
  );
  return [
    `${bucket} keeps versions: what is deleted stays as an old version, and is paid for as before`,
    ...(rules.length === 0
      ? ['  no lifecycle rule lets old versions go: add one, or nothing is saved']
      : rules.map(
          ({ id, noncurrentDays, isForTags }) =>
            `  rule ${id} lets old versions go after ${counted(noncurrentDays ?? 0, 'day')}${isForTags ? ', those with its tags' : ''}`,
        )),
  ];
}

const touches = ({ prefix }: ExpiryRule, below: string): boolean =>
  below.startsWith(prefix) || prefix.startsWith(below);
