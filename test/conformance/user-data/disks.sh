#!/usr/bin/env bash
# The scripts in <folder> on disks that are loop devices under the names of a host's. Every path but those of programs is
# below the folder of a host.
set -euo pipefail
work=$1
mkdir "$work/images"
loops=()
finish() {
  for each in "$work"/host-*/scratch; do umount "$each" 2>/dev/null || true; done
  for each in "${loops[@]}"; do losetup -d "$each" 2>/dev/null || true; done
}
trap finish EXIT
check() { if eval "$2"; then echo "ok      $1"; else echo "FAILED  $1: $2"; cat "$host/log"; sort "$host/calls" | uniq -c; exit 1; fi; }

# host KIND: a host without disks.
hosts=0
host() {
  host=$work/host-$((++hosts)) kind=$1
  mkdir -p "$host"/{dev,etc/ecs,sys/block,var/lib/cloud/scripts/per-boot,bin}
  mount -t tmpfs -o dev,mode=755 tmpfs "$host/dev"
  mknod "$host/dev/null" c 1 3
  echo ECS_CLUSTER=batch >"$host/etc/ecs/ecs.config"
  for each in systemctl shutdown udevadm; do
    printf '#!/bin/sh\necho %s "$@" >> %s/calls\n' $each "$host" >"$host/bin/$each"
  done
  printf '#!/bin/sh\nexec /bin/sleep 0.01\n' >"$host/bin/sleep"
  chmod +x "$host"/bin/*
  sed -E "s#(^|[^[:alnum:]_.*}\$-])/(dev|sys|etc|var|scratch)\b#\1$host/\2#g" "$work/$kind.sh" >"$host/part-002"
}
# disk NAME MODEL IMAGE [LINK]: a loop device as that disk.
disk() {
  local loop; loop=$(losetup --show -P -f ${readonly:+-r} "$3"); loops+=("$loop")
  mknod "$host/dev/$1" b "0x$(stat -c %t "$loop")" "0x$(stat -c %T "$loop")"
  mkdir -p "$host/sys/block/$1/device"; printf '%-40s\n' "$2" >"$host/sys/block/$1/device/model"
  [ -z "${4:-}" ] || ln -s "$host/dev/$1" "$host/dev/$4"
}
ebs='Amazon Elastic Block Store' store='Amazon EC2 NVMe Instance Storage'
image() { truncate -s "$2" "$work/images/$1"; echo "$work/images/$1"; }
boot() { : >"$host/calls"; : >"$host/dev/console"; PATH=$host/bin:$PATH bash "${1:-$host/part-002}" >"$host/log" 2>&1 || true; }
again() { umount "$host/scratch" 2>/dev/null || true; boot "$host/var/lib/cloud/scripts/per-boot/arraylab-scratch"; }
starts() { ! grep -q '^systemctl mask --now --no-block ecs$' "$host/calls" && mountpoint -q "$host/scratch" && [ -e "$host/scratch/.arraylab-scratch" ]; }
stopped() { grep -q '^systemctl mask --now --no-block ecs$' "$host/calls" && grep -q '^shutdown -h now$' "$host/calls" && ! mountpoint -q "$host/scratch" && grep -q "^arraylab: .*$1" "$host/dev/console"; }
type_of() { blkid -p -s TYPE -o value "$host/dev/$1"; }

has_resource() { (( 0x$(sed -n 's/^CapEff:\s*//p' /proc/self/status) >> 24 & 1 )); }

for gib in 8 200 1746; do
  host volume; disk nvme1n1 "$ebs" "$(image blank-$gib ${gib}G)" xvdb; boot
  check "a blank volume of $gib GiB is an XFS at /scratch" 'starts && [ "$(type_of nvme1n1)" = xfs ]'
  free=$(df --output=avail -B1M "$host/scratch" | tail -1)
  echo "        free at first: $(python3 -c "print(f'{100 * $free / 1024 / $gib:.2f} % of $gib GiB')")"
  check "of which 98 % are free at least" '[ $((free * 100)) -ge $((gib * 1024 * 98)) ]'
done
echo kept >"$host/scratch/file"; again
check "a second boot mounts it again, with what is on it" 'starts && [ "$(cat "$host/scratch/file")" = kept ]'
check "and says the agent's setting once" '[ "$(grep -c STOP_TIMEOUT "$host/etc/ecs/ecs.config")" = 1 ] && [ "$(head -1 "$host/etc/ecs/ecs.config")" = ECS_CLUSTER=batch ]'

for type in xfs ext4; do
  host volume; small=$(image reference-$type 1G)
  mkfs.$type -q "$small"; mkdir "$host/made"; mount -o loop "$small" "$host/made"; echo reference >"$host/made/genome"; umount "$host/made"
  truncate -s 4G "$small"; disk nvme1n1 "$ebs" "$small" xvdb; boot
  check "an image's own $type is kept" 'starts && [ "$(type_of nvme1n1)" = $type ] && [ "$(cat "$host/scratch/genome")" = reference ]'
  if [ $type = ext4 ] && ! has_resource; then echo "skipped growth of ext4: no CAP_SYS_RESOURCE here"; continue; fi
  check "and is as large as the volume" '[ "$(df --output=size -B1M "$host/scratch" | tail -1)" -gt 3800 ]'
done

host volume; parts=$(image parts 1G); printf 'label: gpt\n,,L\n' | sfdisk -q "$parts"; before=$(sha256sum <"$parts")
disk nvme1n1 "$ebs" "$parts" xvdb; boot
check "a volume with partitions stops the host, untouched" 'stopped "has partitions" && [ "$(sha256sum <"$parts")" = "$before" ]'

host volume; swap=$(image swap 1G); mkswap "$swap" >/dev/null 2>&1; disk nvme1n1 "$ebs" "$swap" xvdb; boot
check "a volume with swap on it stops the host" 'stopped "cannot be mounted (swap)" && [ "$(type_of nvme1n1)" = swap ]'

host volume; readonly=yes disk nvme1n1 "$ebs" "$(image readonly 1G)" xvdb; boot
check "a volume that cannot be written stops the host" 'stopped "cannot be formatted"'

host volume; boot
check "no volume stops the host" 'stopped "no volume .*/dev/xvdb after 60 s"'

host volume; disk nvme0n1 "$ebs" "$parts"; disk nvme1n1 "$store" "$(image own 1G)"; disk nvme2n1 "$ebs" "$(image nameless 1G)"
boot
check "a volume without its link is found beside other disks" 'starts && [ "$(type_of nvme2n1)" = xfs ] && ! type_of nvme1n1'

host instance-store; disk nvme0n1 "$ebs" "$(image other 1G)"; disk nvme1n1 "$store" "$(image single 8G)"; boot
check "the one disk of the type's own is scratch, and the volume is left alone" 'starts && [ "$(type_of nvme1n1)" = xfs ] && ! type_of nvme0n1'
again
check "and so at a second boot" starts

if [ -e /proc/mdstat ] || modprobe raid0 2>/dev/null; then
  command -v mdadm >/dev/null || apt-get install -y -q mdadm >/dev/null 2>&1 || true
fi
if [ -e /proc/mdstat ] && command -v mdadm >/dev/null; then
  host instance-store; for n in 1 2 3; do disk nvme${n}n1 "$store" "$(image raid-$n 8G)"; done; boot
  check "three disks of the type's own are one of 24 GiB" 'starts && [ "$(df --output=size -B1G "$host/scratch" | tail -1)" -ge 23 ]'
  mdadm --stop /dev/md/arraylab >/dev/null 2>&1 || true
else
  echo "skipped RAID 0: this kernel has no md"
fi
