import { container, environment, found, job, launch, launched, queue } from './by-hand.ts';

describe('what is one, however it is said', () => {
  it('in containers of EcsProperties and of a node range', () => {
    const task = { Containers: [container({ Environment: [{ Name: 'AWS_BATCH_X', Value: '1' }] })] };
    const Timeout = { AttemptDurationSeconds: 600 };
    expect(
      found({
        Tasks: {
          Type: 'AWS::Batch::JobDefinition',
          Properties: { Timeout, EcsProperties: { TaskProperties: [task] } },
        },
        Nodes: {
          Type: 'AWS::Batch::JobDefinition',
          Properties: {
            Timeout,
            NodeProperties: {
              NodeRangeProperties: [
                { Container: task.Containers[0] },
                { EcsProperties: { TaskProperties: [task] } },
              ],
            },
          },
        },
      }),
    ).toEqual({ 'batch-environment': ['Tasks', 'Nodes'] });
  });

  it('with the older Memory and Vcpus', () => {
    const { ResourceRequirements: _, ...older } = container({ Memory: 2, Vcpus: 1 });
    const Job = {
      Type: 'AWS::Batch::JobDefinition',
      Properties: { ContainerProperties: older, Timeout: { AttemptDurationSeconds: 60 } },
    };
    expect(found({ Job })).toEqual({ 'resources-missing': ['Job'] });
  });

  it('by the default of a parameter, by a mapping, by Sub, Join, Select and Split', () => {
    const types = (InstanceTypes: unknown): Record<string, string[]> =>
      found(
        { Env: environment({ InstanceTypes }) },
        {
          Parameters: {
            Types: { Type: 'CommaDelimitedList', Default: 'm7g.large, m6i.large' },
            Family: { Type: 'String', Default: 'm7g' },
            Asked: { Type: 'CommaDelimitedList' },
          },
          Mappings: { Hosts: { arm: { type: 'm7g.large' } } },
        },
      );
    const mixed = { 'one-architecture': ['Env'] };
    expect(types({ Ref: 'Types' })).toEqual(mixed);
    expect(types(['m6i.large', { 'Fn::Sub': '${Family}.large' }])).toEqual(mixed);
    expect(types(['m6i.large', { 'Fn::Join': ['.', [{ Ref: 'Family' }, 'large']] }])).toEqual(mixed);
    expect(types(['m6i.large', { 'Fn::FindInMap': ['Hosts', 'arm', 'type'] }])).toEqual(mixed);
    expect(types(['m6i.large', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/m7g.large'] }] }])).toEqual(mixed);
    expect(types({ 'Fn::If': ['Arm', ['m7g.large', 'm6i.large'], ['m7g.large', 'm6i.large']] })).toEqual(
      mixed,
    );
    expect(types({ Ref: 'Asked' })).toEqual({});
    expect(types({ 'Fn::If': ['Arm', ['m7g.large'], ['m6i.large']] })).toEqual({});
  });

  it('what stands for no value is absent', () => {
    const NoValue = { Ref: 'AWS::NoValue' };
    expect(found({ Env: environment({ Ec2Configuration: NoValue }) })).toEqual({ 'image-type': ['Env'] });
  });

  it('a launch template and an environment by their names', () => {
    expect(
      found({
        Hosts: launch({ UserData: Buffer.from('#!/bin/bash\n').toString('base64') }),
        Env: environment(launched),
      }),
    ).toEqual({ 'user-data-mime': ['Hosts'] });
    expect(
      found({
        A: environment({}, { ComputeEnvironmentName: 'a' }),
        B: environment({ InstanceTypes: ['m7g.large'] }, { ComputeEnvironmentName: 'b' }),
        Queue: queue('a', 'arn:aws:batch:us-east-1:111122223333:compute-environment/b'),
      }),
    ).toEqual({ 'environment-named': ['A', 'B'], 'queue-architecture': ['Queue'] });
  });

  it('an image that fits no host of the template', () => {
    const Job = job({
      Image: { 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/arm64v8/tool:1' },
    });
    expect(found({ Env: environment(), Job })).toEqual({ 'image-architecture': ['Job'] });
  });
});
