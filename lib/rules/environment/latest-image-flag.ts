import { ec2Environments } from '../reading/environments.ts';
import { flag } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const latestImageFlag: Rule = {
  id: 'latest-image-flag',
  what: 'UpdateToLatestImageVersion is of updates: an environment that is made with it is refused (aws-cdk#27054)',
  source: batchApi('ComputeResourceUpdate'),
  fix: 'no UpdateToLatestImageVersion in the template; another ImageType or image updates hosts as well',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute: { UpdateToLatestImageVersion } }) =>
      flag(UpdateToLatestImageVersion)
        ? [trouble(resource, UpdateToLatestImageVersion, 'refused where the environment is created')]
        : [],
    ),
};
