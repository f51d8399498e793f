#!/usr/bin/env bash
# User data taken apart by cloud-init itself, looked at by shellcheck, and run with the real mkfs.xfs, mount, blkid and lsblk on
# loop devices, in a mount namespace of its own. systemctl, shutdown and udevadm are stand-ins.
set -euo pipefail
here=$ROOT/test/conformance/user-data
[ "$(uname)" = Linux ] || { echo "Linux only"; exit 77; }
command -v apt-get >/dev/null || { echo "cloud-init comes as a package of Debian's"; exit 77; }
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/user-data
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
# Taken out of its package and not installed: its services would run at this machine's next boot.
if [ ! -d "$cache/root/usr/lib/python3/dist-packages/cloudinit" ]; then
  mkdir -p "$cache/root" "$cache/debs"
  (cd "$cache/debs" && { apt-get download -q cloud-init shellcheck || { apt-get update -q && apt-get download -q cloud-init shellcheck; }; }) >"$work/apt" 2>&1 \
    || { tail -2 "$work/apt"; echo "no cloud-init to be had"; exit 77; }
  for deb in "$cache"/debs/*.deb; do dpkg -x "$deb" "$cache/root"; done
fi
[ -x "$cache/venv/bin/jsonschema" ] || {
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install -q --disable-pip-version-check pyyaml==6.0.3 configobj==5.0.9 jinja2==3.1.6 jsonpatch==1.33 jsonschema==4.25.1 requests==2.32.5 oauthlib==3.3.1
}
for kind in volume instance-store; do
  node "$here/print.ts" $kind >"$work/$kind.mime"
  script=$(PYTHONPATH=$cache/root/usr/lib/python3/dist-packages "$cache/venv/bin/python" "$here/cloud_init.py" "$work/$kind.mime" "$work/$kind")
  [ -x "$script" ] || { echo "FAILED  cloud-init does not make the script of $kind one that runs"; exit 1; }
  cp "$script" "$work/$kind.sh"
  echo "ok      cloud-init finds the script for $kind beside Batch's own part, as we wrote it"
  "$cache/root/usr/bin/shellcheck" "$work/$kind.sh" && echo "ok      shellcheck finds nothing in the script for $kind"
done

[ "$(id -u)" = 0 ] || { echo "skipped disks: loop devices need root"; exit 0; }
install() { apt-get install -y -q "$@" >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1; apt-get install -y -q "$@" >/dev/null 2>&1; }; }
command -v mkfs.xfs >/dev/null || install xfsprogs || { echo "skipped disks: no xfsprogs to be had"; exit 0; }
command -v sfdisk >/dev/null || install fdisk || { echo "skipped disks: no fdisk to be had"; exit 0; }
losetup -f >/dev/null 2>&1 || { echo "skipped disks: no loop devices here"; exit 0; }
unshare --mount --propagation private bash "$here/disks.sh" "$work"
