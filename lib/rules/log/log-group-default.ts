import { jobContainers } from '../reading/containers.ts';
import { fields, isKnown, text } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const logGroupDefault: Rule = {
  id: 'log-group-default',
  what: 'jobs log to a group of the stack: Batch’s own (/aws/batch/job) is kept for ever, shared by all, and stays when the stack goes',
  source: batchGuide('using_awslogs'),
  fix: 'LogConfiguration: { "LogDriver": "awslogs", "Options": { "awslogs-group": <a log group with retention> } }',
  check: template =>
    jobContainers(template).flatMap(({ resource, container: { LogConfiguration } }) => {
      if (!isKnown(LogConfiguration)) return [];
      const { LogDriver, Options } = fields(LogConfiguration);
      const isAwslogs = LogConfiguration === undefined || text(LogDriver) === 'awslogs';
      return isAwslogs && isKnown(Options) && fields(Options)['awslogs-group'] === undefined
        ? [trouble(resource, undefined, 'logs go to /aws/batch/job')]
        : [];
    }),
};
