import { longestUpdateMinutes } from '../../contract/hosts/update-time.ts';
import { counted } from '../../contract/workload/number-text.ts';
import { isFargate, jobDefinitions } from '../reading/containers.ts';
import { ec2Environments } from '../reading/environments.ts';
import type { RuleResource, RuleTemplate } from '../reading/template.ts';
import { fields, flag, isKnown, number } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

const most = longestUpdateMinutes('');
const byDefault = 30;

export const updatePolicy: Rule = {
  id: 'update-policy',
  what: 'an update of the environment waits for its jobs: by default it kills them after 30 minutes',
  source: batchApi('UpdatePolicy'),
  fix: `UpdatePolicy: { "TerminateJobsOnUpdate": false, "JobExecutionTimeoutMinutes": ${most} } (at most ${longestUpdateMinutes('cn-')} in China), and drain the queue before an update`,
  check: template => {
    const wanted = longestJob(template);
    return ec2Environments(template).flatMap(({ resource }) => {
      const { UpdatePolicy } = resource.properties;
      if (!isKnown(UpdatePolicy) || !isUpdated(resource)) return [];
      const { TerminateJobsOnUpdate, JobExecutionTimeoutMinutes: written } = fields(UpdatePolicy);
      if (flag(TerminateJobsOnUpdate))
        return [trouble(resource, TerminateJobsOnUpdate, 'an update kills the jobs that run')];
      const minutes = written === undefined ? byDefault : number(written);
      if (minutes === undefined || (wanted === undefined ? minutes > byDefault : minutes >= wanted))
        return [];
      const take =
        wanted === undefined ? 'their definitions are not in this template' : `they may take ${wanted}`;
      return [
        trouble(resource, written, `an update kills jobs after ${counted(minutes, 'minute')}; ${take}`),
      ];
    });
  },
};

/** Whether the environment is updated in place: CloudFormation makes another one for each change otherwise, and no policy is asked. */
const isUpdated = ({ properties }: RuleResource): boolean =>
  flag(properties.ReplaceComputeEnvironment) === false;

/** Minutes that the longest job of the template may take; undefined where it has no definition that could tell. */
function longestJob(template: RuleTemplate): number | undefined {
  const definitions = jobDefinitions(template).filter(each => !isFargate(each));
  if (definitions.length === 0) return jobDefinitions(template).length > 0 ? 0 : undefined;
  const minutes = definitions.map(({ properties: { Timeout } }) => {
    if (!isKnown(Timeout)) return 0;
    // Without a limit, or with one that is not known, it may be any time: what was ample is said of neither.
    const seconds = number(fields(Timeout).AttemptDurationSeconds);
    return seconds === undefined ? 360 : Math.ceil(seconds / 60);
  });
  return Math.min(most, Math.max(...minutes));
}
