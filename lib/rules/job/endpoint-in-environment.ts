import { environmentOf, jobContainers } from '../reading/containers.ts';
import { type Rule, trouble } from '../rule.ts';

export const endpointInEnvironment: Rule = {
  id: 'endpoint-in-environment',
  what: 'no endpoint of AWS is in a job’s environment: SDKs, aws and mount-s3 then all go there, left over from a test',
  source: 'https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html',
  fix: 'leave AWS_ENDPOINT_URL out of job definitions',
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) =>
      environmentOf(container)
        .filter(({ name }) => /^AWS_ENDPOINT_URL(_|$)/.test(name))
        .map(({ name, value }) => trouble(resource, value, `${name} sends every call elsewhere`)),
    ),
};
