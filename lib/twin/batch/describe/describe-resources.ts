import type { TwinStack } from '../../template/twin-stack.ts';

type Input = Readonly<Record<string, unknown>>;

/** DescribeJobQueues, DescribeComputeEnvironments and DescribeJobDefinitions: what the stack holds. */
export function resourceActions(resources: TwinStack): Record<string, (input: Input) => unknown> {
  return {
    describejobqueues: input => ({
      jobQueues: resources.queues
        .filter(each => isWanted(input.jobQueues, each))
        .map(queue => ({
          jobQueueName: queue.name,
          jobQueueArn: queue.arn,
          state: queue.state,
          status: 'VALID',
          statusReason: 'JobQueue Healthy',
          priority: queue.priority,
          computeEnvironmentOrder: queue.computeEnvironments.map((computeEnvironment, index) => ({
            order: index + 1,
            computeEnvironment,
          })),
          jobStateTimeLimitActions: (queue.timeLimits ?? []).map(each => ({
            ...each,
            state: 'RUNNABLE',
            action: 'CANCEL',
          })),
        })),
    }),
    describecomputeenvironments: input => ({
      computeEnvironments: resources.computeEnvironments
        .filter(each => isWanted(input.computeEnvironments, each))
        .map(each => ({
          computeEnvironmentName: each.name,
          computeEnvironmentArn: each.arn,
          ecsClusterArn: '',
          type: 'MANAGED',
          state: each.state,
          status: 'VALID',
          statusReason: 'ComputeEnvironment Healthy',
          computeResources: {
            type: each.isSpot ? 'SPOT' : 'EC2',
            maxvCpus: each.maxvCpus,
            minvCpus: 0,
            desiredvCpus: 0,
            instanceTypes: each.instanceTypes,
            subnets: [],
          },
        })),
    }),
    describejobdefinitions: input => ({
      jobDefinitions: (input.status === undefined || input.status === 'ACTIVE'
        ? resources.jobDefinitions
        : []
      )
        .filter(
          each =>
            (isWanted(input.jobDefinitions, each) ||
              (input.jobDefinitions as string[]).includes(`${each.name}:${each.revision}`)) &&
            (input.jobDefinitionName === undefined || input.jobDefinitionName === each.name),
        )
        .map(definitionDetail),
    }),
  };
}

const definitionDetail = (each: TwinStack['jobDefinitions'][number]): unknown => ({
  jobDefinitionName: each.name,
  jobDefinitionArn: each.arn,
  revision: each.revision,
  status: 'ACTIVE',
  type: 'container',
  parameters: each.parameters,
  retryStrategy: { attempts: each.attempts, evaluateOnExit: each.evaluateOnExit },
  ...(each.timeoutSeconds === undefined ? {} : { timeout: { attemptDurationSeconds: each.timeoutSeconds } }),
  platformCapabilities: ['EC2'],
  containerProperties: {
    image: each.image,
    command: each.command,
    environment: Object.entries(each.environment).map(([name, value]) => ({ name, value })),
    privileged: each.privileged,
    resourceRequirements: [
      { type: 'VCPU', value: String(each.vcpus) },
      { type: 'MEMORY', value: String(each.memoryMiB) },
    ],
    logConfiguration: {
      logDriver: 'awslogs',
      options: { 'awslogs-group': each.logGroup, 'awslogs-stream-prefix': each.streamPrefix },
    },
  },
});

/** No list, or an empty one, asks for everything. */
function isWanted(wanted: unknown, each: { readonly name: string; readonly arn: string }): boolean {
  if (wanted === undefined || (wanted as string[]).length === 0) return true;
  return (wanted as string[]).some(text => text === each.name || text === each.arn);
}
