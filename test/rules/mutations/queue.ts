import { type Mutation, set } from './changes.ts';

/** Queues of the default template, each broken in one way, which one rule tells. */
export const queueMutations: readonly Mutation[] = [
  {
    title: 'x86 behind Graviton in a queue',
    rule: 'queue-architecture',
    mutate: p => {
      p.queue.ComputeEnvironmentOrder.push({ ...p.x86.queue.ComputeEnvironmentOrder[0], Order: 2 });
      // An image that was built for either would be the image rule's.
      set(p.container, { Image: 'public.ecr.aws/lab/tool:1.2' });
    },
  },
  {
    title: 'four environments in a queue',
    rule: 'queue-length',
    mutate: p => {
      for (const Order of [2, 3, 4])
        p.queue.ComputeEnvironmentOrder.push({ ...p.queue.ComputeEnvironmentOrder[0], Order });
    },
  },
  {
    title: 'Fargate behind EC2 in a queue',
    rule: 'queue-compute',
    mutate: p => {
      set(p.resources, {
        Fargate: {
          Type: 'AWS::Batch::ComputeEnvironment',
          Properties: {
            Type: 'managed',
            ComputeResources: { Type: 'FARGATE', MaxvCpus: 8, Subnets: [], SecurityGroupIds: [] },
          },
        },
      });
      p.queue.ComputeEnvironmentOrder.push({ ComputeEnvironment: { Ref: 'Fargate' }, Order: 2 });
    },
  },
  { title: 'a disabled queue', rule: 'disabled', mutate: p => set(p.queue, { State: 'DISABLED' }) },
  {
    title: 'a disabled environment',
    rule: 'disabled',
    mutate: p => set(p.environment, { State: 'DISABLED' }),
  },
  {
    title: 'jobs that wait are terminated',
    rule: 'time-limit-action',
    mutate: p => set(p.queue.JobStateTimeLimitActions[0], { Action: 'TERMINATE' }),
  },
  {
    title: 'a time limit on running jobs',
    rule: 'time-limit-action',
    mutate: p => set(p.queue.JobStateTimeLimitActions[0], { State: 'RUNNING' }),
  },
  {
    title: 'a reason that Batch does not give',
    rule: 'time-limit-reason',
    mutate: p => set(p.queue.JobStateTimeLimitActions[0], { Reason: 'waited too long' }),
  },
  {
    title: 'a time limit of a minute',
    rule: 'time-limit-seconds',
    mutate: p => set(p.queue.JobStateTimeLimitActions[0], { MaxTimeSeconds: 60 }),
  },
];
