import type { RuleResource } from './template.ts';
import { type Fields, fields, knownList, number, text } from './value.ts';

/** A lifecycle rule of a bucket that is on, as far as it is known. */
export interface LifecycleReading {
  readonly rule: Fields;
  /** For a finding. */
  readonly name: string;
  readonly transitions: readonly { readonly storageClass: string; readonly days: number | undefined }[];
  readonly expirationDays: number | undefined;
  /** Whether it is for some objects alone, by tag or by size. */
  readonly isByTag: boolean;
  readonly isBySize: boolean;
}

export function lifecycleOf(bucket: RuleResource): readonly LifecycleReading[] {
  const rules = knownList(fields(bucket.properties.LifecycleConfiguration).Rules) ?? [];
  return rules.map(fields).flatMap((rule, index) => {
    if (text(rule.Status) !== 'Enabled') return [];
    const all = [
      ...(knownList(rule.Transitions) ?? []),
      ...(rule.Transition === undefined ? [] : [rule.Transition]),
    ];
    const transitions = all.map(fields).flatMap(each => {
      const storageClass = text(each.StorageClass);
      return storageClass === undefined ? [] : [{ storageClass, days: number(each.TransitionInDays) }];
    });
    return [
      {
        rule,
        name: text(rule.Id) ?? `rule ${index + 1}`,
        transitions,
        expirationDays: number(rule.ExpirationInDays),
        isByTag: (knownList(rule.TagFilters) ?? []).length > 0,
        isBySize: rule.ObjectSizeGreaterThan !== undefined || rule.ObjectSizeLessThan !== undefined,
      },
    ];
  });
}
