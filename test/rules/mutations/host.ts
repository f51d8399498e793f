import { addLine, type Mutation, remove, script, set } from './changes.ts';

/** Launch templates of the default template, each broken in one way, which one rule tells. */
export const hostMutations: readonly Mutation[] = [
  {
    title: 'a plain script',
    rule: 'user-data-mime',
    mutate: p =>
      script(p, text => text.slice(text.indexOf('#!/bin/bash'), text.lastIndexOf('--==ARRAYLAB==--'))),
  },
  {
    title: 'no MIME version',
    rule: 'user-data-mime',
    mutate: p => script(p, text => text.replace('MIME-Version: 1.0\n', '')),
  },
  {
    title: 'a boundary that no part has',
    rule: 'user-data-mime',
    mutate: p => script(p, text => text.replace('boundary="==ARRAYLAB=="', 'boundary="==OTHER=="')),
  },
  {
    title: 'plain user data in Base64',
    rule: 'user-data-mime',
    mutate: p =>
      set(p.launch, { UserData: Buffer.from('#!/bin/bash\nmkdir -p /scratch\n').toString('base64') }),
  },
  {
    title: 'user data that starts docker',
    rule: 'user-data-deadlock',
    mutate: p => addLine(p, 'systemctl restart docker'),
  },
  {
    title: 'user data that starts the agent',
    rule: 'user-data-deadlock',
    mutate: p => addLine(p, 'systemctl enable --now ecs'),
  },
  {
    title: 'the agent’s configuration overwritten',
    rule: 'ecs-config-overwritten',
    mutate: p => script(p, text => text.replace('>> /etc/ecs/ecs.config', '> /etc/ecs/ecs.config')),
  },
  {
    title: 'the agent’s configuration overwritten by tee',
    rule: 'ecs-config-overwritten',
    mutate: p => addLine(p, 'echo ECS_LOGLEVEL=debug | tee /etc/ecs/ecs.config'),
  },
  {
    title: 'an NVMe disk by number',
    rule: 'nvme-device',
    mutate: p => addLine(p, 'blockdev --setra 4096 /dev/nvme1n1'),
  },
  {
    title: 'scratch under another name than its mapping’s',
    rule: 'device-mapping',
    mutate: p => script(p, text => text.replaceAll('/dev/xvdb', '/dev/xvdf')),
  },
  { title: 'no scratch volume', rule: 'device-mapping', mutate: p => p.launch.BlockDeviceMappings.pop() },
  {
    title: 'gp2',
    rule: 'volume-type',
    mutate: p => {
      set(p.scratch, { VolumeType: 'gp2' });
      remove(p.scratch, 'Iops');
      remove(p.scratch, 'Throughput');
    },
  },
  { title: 'no volume type', rule: 'volume-type', mutate: p => remove(p.scratch, 'VolumeType') },
  {
    title: 'a plain scratch volume',
    rule: 'volume-encrypted',
    mutate: p => set(p.scratch, { Encrypted: false }),
  },
  { title: 'a plain root volume', rule: 'volume-encrypted', mutate: p => remove(p.root, 'Encrypted') },
  {
    title: 'a scratch volume that stays',
    rule: 'volume-kept',
    mutate: p => set(p.scratch, { DeleteOnTermination: false }),
  },
  {
    title: 'a scratch volume that may stay',
    rule: 'volume-kept',
    mutate: p => remove(p.scratch, 'DeleteOnTermination'),
  },
  {
    title: 'a throughput that the IOPS do not carry',
    rule: 'volume-limits',
    mutate: p => set(p.scratch, { Throughput: 1000 }),
  },
  {
    title: 'IOPS that the size does not carry',
    rule: 'volume-limits',
    mutate: p => set(p.scratch, { VolumeSize: 10, Iops: 10_000 }),
  },
  {
    title: 'more throughput than any volume has',
    rule: 'volume-limits',
    mutate: p => set(p.scratch, { VolumeSize: 500, Iops: 16_000, Throughput: 2500 }),
  },
  {
    title: 'more IOPS than any volume has',
    rule: 'volume-limits',
    mutate: p => set(p.scratch, { VolumeSize: 500, Iops: 100_000 }),
  },
  {
    title: 'io2 with more IOPS than its size carries',
    rule: 'volume-limits',
    mutate: p => {
      set(p.scratch, { VolumeType: 'io2', VolumeSize: 20, Iops: 50_000 });
      remove(p.scratch, 'Throughput');
    },
  },
  {
    title: 'a volume larger than there are',
    rule: 'volume-limits',
    mutate: p => set(p.scratch, { VolumeSize: 70_000 }),
  },
  { title: 'too few IOPS', rule: 'volume-limits', mutate: p => set(p.scratch, { Iops: 100 }) },
  {
    title: 'metadata without a token',
    rule: 'imdsv1',
    mutate: p => set(p.launch.MetadataOptions, { HttpTokens: 'optional' }),
  },
  {
    title: 'a role in the launch template',
    rule: 'launch-template-ignored',
    mutate: p => set(p.launch, { IamInstanceProfile: { Name: 'x' } }),
  },
  {
    title: 'an instance type in the launch template',
    rule: 'launch-template-ignored',
    mutate: p => set(p.launch, { InstanceType: 'm7g.large' }),
  },
];
