import { ec2Environments } from '../reading/environments.ts';
import { number } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const idleHosts: Rule = {
  id: 'idle-hosts',
  what: 'an environment without jobs has no hosts: minvCpus is paid for day and night, even while the environment is DISABLED',
  source: batchApi('ComputeResource'),
  fix: 'MinvCpus: 0',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) =>
      (number(compute.MinvCpus) ?? 0) > 0
        ? [trouble(resource, compute.MinvCpus, 'vCPUs that run, and cost, without a job')]
        : [],
    ),
};
