import { counted } from '../../contract/workload/number-text.ts';
import { jobDefinitions } from '../reading/containers.ts';
import { fields, flag } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const tagCount: Rule = {
  id: 'tag-count',
  what: 'tags that go to tasks are 50 at most, the job’s own among them: with more the job fails',
  source: batchApi('RegisterJobDefinition'),
  fix: 'fewer tags, or PropagateTags: false',
  check: template =>
    jobDefinitions(template).flatMap(resource => {
      const { PropagateTags, Tags } = resource.properties;
      const count = Object.keys(fields(Tags)).length;
      return flag(PropagateTags) && count > 50
        ? [trouble(resource, `${counted(count, 'tag')}`, 'more than a task may have')]
        : [];
    }),
};
