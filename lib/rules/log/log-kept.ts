import { jobContainers } from '../reading/containers.ts';
import { target } from '../reading/template.ts';
import { fields } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const logKept: Rule = {
  id: 'log-kept',
  what: 'the log group of jobs has a retention: without, it is kept, and paid for, for ever',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html',
  fix: 'RetentionInDays on the log group',
  check: template => {
    const groups = jobContainers(template).flatMap(
      ({ container }) =>
        target(
          template,
          fields(fields(container.LogConfiguration).Options)['awslogs-group'],
          'AWS::Logs::LogGroup',
          'LogGroupName',
        ) ?? [],
    );
    return [...new Set(groups)]
      .filter(group => group.properties.RetentionInDays === undefined)
      .map(group => trouble(group, undefined, 'logs of jobs are kept for ever'));
  },
};
