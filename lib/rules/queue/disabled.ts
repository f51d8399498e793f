import { ofType } from '../reading/template.ts';
import { text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const disabled: Rule = {
  id: 'disabled',
  what: 'queues and environments are enabled: a disabled queue refuses jobs, and those of a disabled environment wait for ever',
  source: batchApi('CreateJobQueue'),
  fix: 'State: ENABLED',
  check: template =>
    [
      ...ofType(template, 'AWS::Batch::JobQueue'),
      ...ofType(template, 'AWS::Batch::ComputeEnvironment'),
    ].flatMap(resource =>
      text(resource.properties.State)?.toUpperCase() === 'DISABLED'
        ? [trouble(resource, resource.properties.State, 'takes no jobs')]
        : [],
    ),
};
