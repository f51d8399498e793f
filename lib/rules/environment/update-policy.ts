import { isFargate, jobDefinitions } from '../reading/containers.ts';
import { ec2Environments } from '../reading/environments.ts';
import { fields, flag, isKnown, number } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

const most = 360;

export const updatePolicy: Rule = {
  id: 'update-policy',
  what: 'an update of the environment waits for its jobs: by default it kills them after 30 minutes',
  source: batchApi('UpdatePolicy'),
  fix: `UpdatePolicy: { "TerminateJobsOnUpdate": false, "JobExecutionTimeoutMinutes": ${most} }, and drain the queue before an update`,
  check: template => {
    const timeouts = jobDefinitions(template)
      .filter(each => !isFargate(each))
      .map(each => {
        const { Timeout } = each.properties;
        return isKnown(Timeout) ? (number(fields(Timeout).AttemptDurationSeconds) ?? most * 60) : 0;
      });
    const wanted = Math.min(most, Math.ceil(Math.max(0, ...timeouts) / 60));
    return ec2Environments(template).flatMap(({ resource }) => {
      const { UpdatePolicy } = resource.properties;
      if (!isKnown(UpdatePolicy)) return [];
      const { TerminateJobsOnUpdate, JobExecutionTimeoutMinutes } = fields(UpdatePolicy);
      if (flag(TerminateJobsOnUpdate))
        return [trouble(resource, TerminateJobsOnUpdate, 'an update kills the jobs that run')];
      const minutes = JobExecutionTimeoutMinutes === undefined ? 30 : number(JobExecutionTimeoutMinutes);
      return minutes !== undefined && minutes < wanted
        ? [
            trouble(
              resource,
              minutes,
              `an update kills jobs after ${minutes} minutes; they may take ${wanted} or more`,
            ),
          ]
        : [];
    });
  },
};
