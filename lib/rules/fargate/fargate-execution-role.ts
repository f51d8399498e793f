import { fargateContainers } from '../reading/fargate.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const fargateExecutionRole: Rule = {
  id: 'fargate-execution-role',
  what: 'a job on Fargate has an execution role, which pulls its image and writes its log: Batch refuses the definition without',
  source: batchApi('ContainerProperties'),
  fix: 'ExecutionRoleArn of a role with AmazonECSTaskExecutionRolePolicy',
  check: template =>
    fargateContainers(template).flatMap(({ resource, executionRole }) =>
      executionRole === undefined ? [trouble(resource, undefined, 'no execution role on Fargate')] : [],
    ),
};
