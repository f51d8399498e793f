import { MultipartBody, MultipartUserData } from 'aws-cdk-lib/aws-ec2';
import { scratchSentinel } from '../../spec/env.ts';

/**
 * MIME user data, which Batch requires: mounts the scratch volume before the ECS agent starts, or stops the host. A
 * host without scratch would let jobs fill its root disk in silence.
 */
export function scratchUserData(): MultipartUserData {
  const data = new MultipartUserData({ partsSeparator: '==ARRAYLAB==' });
  data.addPart(
    MultipartBody.fromRawBody({ contentType: 'text/x-shellscript; charset="us-ascii"', body: script }),
  );
  return data;
}

const script = `#!/bin/bash
set -euo pipefail
# Fails closed: no agent, no jobs, no bill.
trap 'systemctl mask --now --no-block ecs; shutdown -h now' ERR
# SIGTERM to SIGKILL: time to keep what is complete.
echo ECS_CONTAINER_STOP_TIMEOUT=110s >> /etc/ecs/ecs.config
for try in $(seq 60); do [ -e /dev/xvdb ] && break; udevadm settle; sleep 1; done
device=$(readlink -f /dev/xvdb)
[ -b "$device" ]
blkid "$device" || mkfs.xfs -q -L scratch "$device"
mkdir -p /scratch
mountpoint -q /scratch || mount -o defaults,noatime "$device" /scratch
chmod 1777 /scratch
mountpoint -q /scratch
touch /scratch/${scratchSentinel}
`;
