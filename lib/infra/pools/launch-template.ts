import { Tags } from 'aws-cdk-lib';
import {
  type BlockDevice,
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Pool, ScratchVolume } from '../../contract/workload/config.ts';
import { scratchDevice } from '../../contract/workload/env.ts';
import { scratchUserData } from './user-data.ts';

export interface PoolLaunchTemplateProps {
  readonly pool: Pool;
  readonly lab: string;
  /** Of volumes. @default - EBS's own key */
  readonly encryptionKey?: IKey;
}

/** What every host of a pool starts with: its disks, the user data that mounts scratch, metadata by token only. */
export function poolLaunchTemplate(
  scope: Construct,
  id: string,
  { pool, lab, encryptionKey }: PoolLaunchTemplateProps,
): LaunchTemplate {
  const common = {
    encrypted: true,
    deleteOnTermination: true,
    ...(encryptionKey ? { kmsKey: encryptionKey } : {}),
  };
  const root: BlockDevice = {
    deviceName: '/dev/xvda',
    volume: BlockDeviceVolume.ebs(pool.rootGiB, { ...common, volumeType: EbsDeviceVolumeType.GP3 }),
  };
  const { scratch } = pool;
  const template = new LaunchTemplate(scope, id, {
    requireImdsv2: true,
    httpTokens: LaunchTemplateHttpTokens.REQUIRED,
    userData: scratchUserData(scratch === 'instance-store' ? scratch : 'volume', pool.dockerOnScratch),
    // Disks of the instance type's own need no mapping, and are encrypted by the host.
    blockDevices: scratch === 'instance-store' ? [root] : [root, scratchVolume(scratch, common)],
  });
  Tags.of(template).add('arraylab:lab', lab);
  return template;
}

function scratchVolume(
  scratch: ScratchVolume,
  common: { encrypted: boolean; deleteOnTermination: boolean; kmsKey?: IKey },
): BlockDevice {
  const { sizeGiB, iops } = scratch;
  const speed =
    scratch.type === 'gp3'
      ? { volumeType: EbsDeviceVolumeType.GP3, iops, throughput: scratch.throughputMiBps }
      : { volumeType: EbsDeviceVolumeType.IO2, iops };
  return { deviceName: scratchDevice, volume: BlockDeviceVolume.ebs(sizeGiB, { ...common, ...speed }) };
}
