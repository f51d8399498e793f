import type { RuleResource, RuleTemplate } from './reading/template.ts';
import { show, type Value } from './reading/value.ts';

/** One trap that a template can be seen to hold. */
export interface Rule {
  /** Kebab-case, the name of its file. */
  readonly id: string;
  /** What must hold, and what happens where it does not. */
  readonly what: string;
  /** The page of AWS's documentation (or the issue) that says so. */
  readonly source: string;
  /** What to do about a finding. */
  readonly fix: string;
  readonly check: (template: RuleTemplate) => readonly Trouble[];
}

/** What a rule says of one resource. */
export interface Trouble {
  /** Logical id. */
  readonly resource: string;
  /** The value that is wrong, as the template has it. */
  readonly value: string;
  readonly message: string;
  /** What to do about this one, where the rule's fix cannot be done in this template. */
  readonly fix?: string;
}

export interface RuleFinding extends Trouble {
  readonly rule: string;
  readonly fix: string;
}

export const trouble = (
  resource: RuleResource,
  value: Value | undefined,
  message: string,
  fix?: string,
): Trouble => ({
  resource: resource.id,
  value: show(value),
  message,
  ...(fix === undefined ? {} : { fix }),
});

/** The pages that rules point to. */
export const batchApi = (type: string): string =>
  `https://docs.aws.amazon.com/batch/latest/APIReference/API_${type}.html`;
export const batchGuide = (page: string): string =>
  `https://docs.aws.amazon.com/batch/latest/userguide/${page}.html`;
