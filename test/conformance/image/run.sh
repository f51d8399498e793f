#!/usr/bin/env bash
# rapidtide's Dockerfile built by a real Docker engine, its smoke test, and its contract in real containers: FUSE mounts of a
# dataset and of nothing else, against the twin. No image can be pulled here: a Debian root with Rapidtide from PyPI stands
# for the published base, so what is in the published one is not seen by this.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "needs root for a Docker engine of its own"; exit 77; }
[ -e /dev/fuse ] || { echo "no /dev/fuse"; exit 77; }
install() { apt-get install -y -q "$@" >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1; apt-get install -y -q "$@" >/dev/null 2>&1; }; }
command -v dockerd >/dev/null || install docker.io || { echo "no dockerd to be had"; exit 77; }
command -v debootstrap >/dev/null || install debootstrap || { echo "no debootstrap to be had"; exit 77; }
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/image
mkdir -p "$cache"
work=$(mktemp -d)
export LAB_TWIN_FOLDER=$work/twin
export DOCKER_HOST=unix://$work/docker.sock DOCKER_BUILDKIT=0
cd "$ROOT"
lab() { node "$ROOT/bin/lab.ts" "$@"; }
/usr/sbin/dockerd --iptables=false --bridge=none -H "$DOCKER_HOST" --data-root "$cache/docker" --exec-root "$work/exec" \
  --pidfile "$work/docker.pid" >"$work/dockerd.log" 2>&1 &
daemon=$!
finish() {
  lab twin down 2>/dev/null || true
  kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null || true
  # The engine leaves a namespace mounted behind it.
  umount -l "$work"/exec/netns/* 2>/dev/null || true
  rm -rf "$work" || true
}
trap finish EXIT
docker=$(ls /usr/bin/docker 2>/dev/null || command -v docker)
docker() { "$docker" "$@"; }
for _ in $(seq 60); do docker info >/dev/null 2>&1 && break; kill -0 "$daemon" 2>/dev/null || break; sleep 0.5; done
docker info >/dev/null 2>&1 || { tail -3 "$work/dockerd.log"; echo "no Docker engine can be started here"; exit 77; }
check() { if eval "$2"; then echo "ok      $1"; else echo "FAILED  $1: $2"; exit 1; fi; }

base=docker.io/fredericklab/rapidtide:v3.2.0
node_image=public.ecr.aws/docker/library/node:24-bookworm-slim
if ! docker image inspect "$base" >/dev/null 2>&1; then
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$work/root" >"$work/debootstrap.log" 2>&1 \
    || { tail -3 "$work/debootstrap.log"; echo "no Debian root to be had"; exit 77; }
  # Whoever stands between this machine and the registries is trusted in the containers too.
  cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
  tar -C "$work/root" -c . | docker import - debian-root >/dev/null
  rm -rf "$work/root"
  mkdir -p "$work/base"
  cat > "$work/base/Dockerfile" <<'D'
FROM debian-root
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
RUN python3 -m venv /opt/science && /opt/science/bin/pip install -q --no-cache-dir numpy==2.4.6 scipy==1.17.1 nibabel==5.4.2 \
 pandas==3.1.1 scikit-learn==1.9.1 scikit-image==0.26.0 statsmodels==0.15.0 nilearn==0.14.1 matplotlib==3.11.2 pyFFTW==0.15.1 \
 PyWavelets==1.9.0 tqdm==4.70.1 requests==2.34.2 && /opt/science/bin/pip install -q --no-cache-dir --no-deps rapidtide==3.2.0
RUN useradd --create-home --shell /bin/bash rapidtide && mkdir -p /src/rapidtide/cloud && ln -s /src/rapidtide/cloud /cloud
ENV PATH=/opt/science/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/home/rapidtide
USER rapidtide
WORKDIR /tmp
D
  docker build -q --network host -t "$base" "$work/base" >/dev/null
fi
mkdir -p "$work/node"
cp "$(node -p process.execPath)" "$work/node/node"
printf 'FROM debian-root\nCOPY node /usr/local/bin/node\n' > "$work/node/Dockerfile"
docker build -q -t "$node_image" "$work/node" >/dev/null

npm run --silent bundle
# The context as the stack sends it to a build in the cloud; no Docker is asked for to make it.
echo '{"imageBuild":"codebuild","datasets":{"d":{"bucket":"some-bucket","access":"keys"}},"workloads":{"rapidtide":{"datasets":{"/data_in":"d"}}}}' > "$work/lab.json"
CDK_DOCKER=/bin/false node node_modules/aws-cdk/bin/cdk synth --quiet --no-notices -o "$work/cdk" -c "config=$work/lab.json" >"$work/synth.log" 2>&1 \
  || { cat "$work/synth.log"; exit 1; }
cp -r "$(dirname "$(ls -d "$work"/cdk/asset.*/containers)")" "$work/context"
# Mountpoint's download is not in any registry, so the image mounts by s3fs.
docker build --network host --build-arg MOUNTPOINT_VERSION= -t arraylab-rapidtide -f "$work/context/containers/rapidtide/Dockerfile" \
  "$work/context" >"$work/build.log" 2>&1 || { tail -30 "$work/build.log"; exit 1; }
echo "ok      the Dockerfile builds"
PATH="$(dirname "$docker"):$PATH" bash containers/rapidtide/smoke.sh arraylab-rapidtide --network host

lab twin up 2>/dev/null
eval "$(lab twin env --as deployer)"
printf '{"accessKeyId":"%s","secretAccessKey":"%s"}' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" | lab secret set hcp --local 2>/dev/null
cp -r containers/rapidtide/sample/data_in/. $LAB_TWIN_FOLDER/state/s3/hcp-openaccess/
bucket=$(lab stack-info rapidtide --local --json | node -p 'JSON.parse(require("fs").readFileSync(0)).outputBucket')
mkdir -p "$LAB_TWIN_FOLDER/state/s3/$bucket/config" "$work/scratch"
printf '100307\n101107\n' > "$LAB_TWIN_FOLDER/state/s3/$bucket/config/participants.txt"
touch "$work/scratch/.arraylab-scratch"
mounts='{"/data_in":{"bucket":"hcp-openaccess","region":"us-east-1","prefix":"","access":"keys","secretId":"arraylab/lab/hcp"}}'
container() {
  docker run --rm --network host --cap-add SYS_ADMIN --device /dev/fuse --security-opt apparmor=unconfined \
    -v "$work/scratch:/scratch" -e AWS_ENDPOINT_URL -e AWS_REGION -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY \
    -e AWS_EC2_METADATA_DISABLED=true -e INPUT_BUCKET=hcp-openaccess -e OUTPUT_BUCKET="$bucket" -e LAB_MOUNTS="$mounts" \
    -e LAB_SCRATCH_GIB=0 -e AWS_BATCH_JOB_ID=0b0c -e AWS_BATCH_JOB_ATTEMPT=1 "$@"
}
code=0; text=$(container -e AWS_BATCH_JOB_ARRAY_INDEX=1 arraylab-rapidtide bash /cloud/simple-cp-test ARRAY 2>&1) || code=$?
check "the copy test passes over an s3fs mount, by array index" '[ $code -eq 0 ] && [[ "$text" == *"COPY 101107"*"COPY PASSED"* ]] || { echo "$text"; false; }'
mounted=$(container arraylab-rapidtide sh -c 'grep -c " /data_in fuse.s3fs ro" /proc/mounts; env' 2>&1) || true
check "the tool sees a read-only mount and none of the keys" 'grep -qx 1 <<<"$mounted" && [[ "$mounted" != *"$AWS_SECRET_ACCESS_KEY"* ]] || { echo "$mounted"; false; }'
code=0; container arraylab-rapidtide sh -c 'echo made > /data_out/made-in-a-container.txt' >/dev/null 2>&1 || code=$?
check "what the tool wrote is in the output bucket" '[ $code -eq 0 ] && [ "$(cat "$LAB_TWIN_FOLDER/state/s3/$bucket/made-in-a-container.txt")" = made ]'
code=0; container arraylab-rapidtide bash /cloud/simple-cp-test 999999 >/dev/null 2>&1 || code=$?
check "a copy test that fails says so by its exit code" '[ $code -eq 65 ]'
mounts=${mounts/hcp\"\}/nope\"\}}
code=0; text=$(container arraylab-rapidtide true 2>&1) || code=$?
check "a secret that is not there is a failed mount" '[ $code -eq 67 ] || { echo "$code $text"; false; }'
check "no container left anything on the scratch volume" '[ "$(find "$work/scratch" -type f | wc -l)" = 1 ]'
