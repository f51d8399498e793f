import { MultipartBody, MultipartUserData } from 'aws-cdk-lib/aws-ec2';
import { scratchPath, scratchSentinel } from '../../contract/workload/env.ts';
import { instanceStoreDisk, volumeDisk } from './user-data-disks.ts';

/**
 * MIME user data, which Batch requires: gives the host its scratch before the ECS agent starts, or stops the host. A host
 * without scratch would let jobs fill its root disk in silence. Why a host was stopped is on its console, in lines that
 * start with `arraylab:`, where lab doctor finds it. `dockerOnScratch`: images, and what containers write outside of /scratch, are
 * on its disk too, and not on the root volume.
 */
export function scratchUserData(
  kind: 'volume' | 'instance-store',
  dockerOnScratch = false,
): MultipartUserData {
  const data = new MultipartUserData({ partsSeparator: '==ARRAYLAB==' });
  data.addPart(
    MultipartBody.fromRawBody({
      contentType: 'text/x-shellscript; charset="us-ascii"',
      body: [
        start,
        kind === 'volume' ? volumeDisk : instanceStoreDisk,
        scratch,
        dockerOnScratch ? dockerStorage : '',
      ].join(''),
    }),
  );
  return data;
}

// cloud-init runs it once, in its last stage, which both docker and ecs wait for; a copy runs so at every later boot.
const start = `#!/bin/bash
set -Eeuo pipefail
say() { echo "arraylab: $*"; echo "arraylab: $*" > /dev/console || true; }
# Fails closed: no agent, no jobs, no bill.
reason='the script ended early'
trap 'reason="line $LINENO: $BASH_COMMAND"' ERR
trap '[ $? -eq 0 ] || stop' EXIT
fail() { reason=$*; exit 1; }
stop() {
  say "this host has no scratch and takes no jobs: $reason" || true
  systemctl mask --now --no-block ecs || true
  shutdown -h now
}
again=/var/lib/cloud/scripts/per-boot/arraylab-scratch
[ "$0" -ef "$again" ] || install -D -m 700 "$0" "$again"
# SIGTERM to SIGKILL: time to keep what is complete.
grep -qs '^ECS_CONTAINER_STOP_TIMEOUT=' /etc/ecs/ecs.config ||
  echo ECS_CONTAINER_STOP_TIMEOUT=110s >> /etc/ecs/ecs.config
# A spot host that has its notice takes no more: a job that made way would come back to it at once, and use up its attempts.
grep -qs '^ECS_ENABLE_SPOT_INSTANCE_DRAINING=' /etc/ecs/ecs.config ||
  echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config
`;

const scratch = `
mkdir -p ${scratchPath}
if ! mountpoint -q ${scratchPath}; then
  find_disk
  [ -n "$(lsblk -ndo NAME "$device")" ] || fail "$device is no disk"
  kept='' status=0
  facts=$(blkid -p -o export "$device") || status=$?
  case $status in
    # Only what is empty is formatted: an image may bring data of its own.
    2) mkfs.xfs -q -K -L scratch "$device" || fail "$device cannot be formatted" ;;
    0)
      kept=$(sed -n 's/^TYPE=//p' <<< "$facts")
      [ -n "$kept" ] || fail "$device has partitions, and no file system of its own"
      ;;
    *) fail "what is on $device cannot be told (blkid: $status)" ;;
  esac
  mount -o defaults,noatime "$device" ${scratchPath} || fail "$device cannot be mounted\${kept:+ ($kept)}"
  # Of a snapshot that is smaller than the volume.
  case $kept in
    xfs) xfs_growfs ${scratchPath} || say "the file system on $device cannot grow" ;;
    ext?) resize2fs "$device" || say "the file system on $device cannot grow" ;;
  esac
fi
mountpoint -q ${scratchPath} || fail '${scratchPath} is not mounted'
chmod 1777 ${scratchPath}
touch ${scratchPath}/${scratchSentinel} || fail '${scratchPath} cannot be written'
`;

// Docker has not started yet: it waits for cloud-init. Jobs see /scratch with all that is mounted below it, and so not Docker's own.
const dockerStorage = `
# Images that were baked into this host's image are on its root disk, and Docker finds them where they are.
if [ ! -e /opt/arraylab/images-on-root ] && ! mountpoint -q /var/lib/docker; then
  mkdir -p ${scratchPath}/.docker /var/lib/docker
  chmod 710 ${scratchPath}/.docker
  mount --bind ${scratchPath}/.docker /var/lib/docker || fail 'Docker cannot have its storage on scratch'
  mount -t tmpfs -o ro,size=4k,mode=000 none ${scratchPath}/.docker || fail 'the storage of Docker cannot be kept from jobs'
fi
`;
