import { jobDefinitions } from './containers.ts';
import type { RuleResource, RuleTemplate } from './template.ts';
import { type Fields, fields, isKnown, list, text, type Value } from './value.ts';

export interface Retries {
  readonly resource: RuleResource;
  readonly attempts: Value | undefined;
  readonly rules: readonly Fields[];
}

/** Retry strategies that have rules, where these are known. */
export const retries = (template: RuleTemplate): readonly Retries[] =>
  jobDefinitions(template).flatMap(resource => {
    const strategy = fields(resource.properties.RetryStrategy);
    const rules = list(strategy.EvaluateOnExit) ?? [];
    return rules.length > 0 && rules.every(isKnown)
      ? [{ resource, attempts: strategy.Attempts, rules: rules.map(fields) }]
      : [];
  });

export const patternNames = ['OnExitCode', 'OnReason', 'OnStatusReason'] as const;

/** Whether a rule's conditions hold for every end of a job, whatever Batch knows of it. An exit code may be missing. */
export const matchesAll = (rule: Fields): boolean =>
  rule.OnExitCode === undefined &&
  (rule.OnReason !== undefined || rule.OnStatusReason !== undefined) &&
  patternNames.every(name => rule[name] === undefined || text(rule[name]) === '*');

/** Whether all that decides what a rule matches is known. */
export const isDecided = (rule: Fields): boolean =>
  ['Action', ...patternNames].every(name => rule[name] === undefined || text(rule[name]) !== undefined);

export const actionOf = (rule: Fields): string | undefined => text(rule.Action)?.toUpperCase();
