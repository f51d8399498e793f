import { environmentOf, jobContainers, secretNames } from '../reading/containers.ts';
import { type Rule, trouble } from '../rule.ts';

const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

export const keysOverRole: Rule = {
  id: 'keys-over-role',
  what: 'access keys are not in a job’s AWS_ACCESS_KEY_ID: they come before the job role, so every other call is made as a third party',
  source: 'https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html',
  fix: 'a profile of their own, for the one mount that needs them',
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) =>
      [...environmentOf(container).map(each => each.name), ...secretNames(container)]
        .filter(name => names.includes(name))
        .map(name => trouble(resource, name, 'comes before the job role in every call')),
    ),
};
