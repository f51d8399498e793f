import { scratchDevice } from '../../contract/workload/env.ts';

// Shell that finds the disk of scratch, as `find_disk`, which sets $device. Names of NVMe disks are never written down:
// their order differs from boot to boot. Source: docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes.html.

const disksOf = `
# NVMe disks of a model.
disks_of() {
  local model disk
  for model in /sys/block/nvme*/device/model; do
    grep -qs "^$1" "$model" || continue
    disk=\${model%/device/model}
    echo "/dev/\${disk##*/}"
  done
}
`;

/** The volume that the launch template calls so. */
export const volumeDisk = `${disksOf}
# Neither mounted nor in parts.
is_unused() {
  [ "$(lsblk -nro NAME "$1" | wc -l)" -eq 1 ] && [ -z "$(lsblk -ndro MOUNTPOINT "$1" | tr -d ' ')" ] &&
    [ -z "$(blkid -p -s PTTYPE -o value "$1")" ]
}
find_disk() {
  local disk unused=()
  # A link that udev makes once the volume is attached, which may be after the boot.
  for _ in $(seq 60); do
    [ -e ${scratchDevice} ] && { device=$(readlink -f ${scratchDevice}); return; }
    udevadm settle --timeout=5 || true
    sleep 1
  done
  # An image without EBS's rules for udev has no link: then it is the one volume that nothing uses.
  for disk in $(disks_of 'Amazon Elastic Block Store'); do is_unused "$disk" && unused+=("$disk"); done
  [ \${#unused[@]} -ne 0 ] || fail 'no volume ${scratchDevice} after 60 s'
  [ \${#unused[@]} -eq 1 ] || fail "no volume ${scratchDevice} after 60 s, and \${unused[*]} could each be it"
  device=\${unused[0]}
}
`;

/** All disks that the instance type has of its own. */
export const instanceStoreDisk = `${disksOf}
# The RAID that a disk is part of.
raid_of() { lsblk -nrpo NAME,TYPE "$1" | sed -n 's/ raid0$//p' | head -n 1; }
find_disk() {
  local disk status disks=()
  udevadm settle --timeout=30 || true
  mapfile -t disks < <(disks_of 'Amazon EC2 NVMe Instance Storage')
  [ \${#disks[@]} -ne 0 ] || fail 'this instance type has no instance store'
  device=\${disks[0]}
  [ \${#disks[@]} -ne 1 ] || return 0
  if [ -z "$(raid_of "$device")" ]; then
    # From Amazon Linux's repository, which is in S3: a gateway endpoint has to let it through.
    for _ in 1 2 3; do command -v mdadm > /dev/null || dnf install -y -q mdadm || sleep 5; done
    command -v mdadm > /dev/null || fail 'mdadm is not installed, and cannot be'
    if [ "$(blkid -p -s TYPE -o value "$device")" = linux_raid_member ]; then
      mdadm --assemble /dev/md/arraylab "\${disks[@]}" || fail "\${disks[*]} cannot be joined again"
    else
      for disk in "\${disks[@]}"; do
        status=0; blkid -p "$disk" > /dev/null || status=$?
        [ $status -eq 2 ] || fail "$disk is not empty"
      done
      mdadm --create /dev/md/arraylab --run --level=0 "--raid-devices=\${#disks[@]}" "\${disks[@]}" ||
        fail "\${disks[*]} cannot be joined"
    fi
    udevadm settle --timeout=30 || true
  fi
  device=$(raid_of "\${disks[0]}")
  [ -n "$device" ] || fail "\${disks[*]} are not joined"
}
`;
