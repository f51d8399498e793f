#!/usr/bin/env bash
# s3fs 2026.9.0 and cloudpathlib 0.24.0: a program that opens an object for writing in a with statement, writes half of it and raises
# leaves the half as the object: the exception passes through the end of the with, which uploads what is there. A whole object that
# was there before is replaced by it. smart_open 9.0.2, in the same lines, leaves no object and the old one as it was. Who
# goes by what is there takes the half for done. (Against moto's server on 127.0.0.1; what is uploaded is the client's choice.)
# Seen: 4 bytes under both keys by s3fs and cloudpathlib; nothing and the 1,000 bytes by smart_open.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check s3fs==2026.9.0 'cloudpathlib[s3]==0.24.0' 'smart_open[s3]==9.0.2' 'moto[s3,server]==5.2.5'
cd "$work"
unset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN
AWS_ACCESS_KEY_ID=AKIATEST AWS_SECRET_ACCESS_KEY=secretsecret AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true \
  venv/bin/python - 2> log <<'PY' || { tail -n 20 log; exit 1; }
from importlib.metadata import version

import boto3
import s3fs
import smart_open
from cloudpathlib import S3Client
from moto.server import ThreadedMotoServer

for name in ("s3fs", "cloudpathlib", "smart_open"):
    print(name, version(name))
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
endpoint = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
client = boto3.client("s3", endpoint_url=endpoint)
client.create_bucket(Bucket="bucket")
fs, cloud = s3fs.S3FileSystem(endpoint_url=endpoint), S3Client(endpoint_url=endpoint)
openers = {
    "s3fs": lambda url: fs.open(url, "wb"),
    "cloudpathlib": lambda url: cloud.S3Path(url).open("wb", force_overwrite_to_cloud=True),
    "smart_open": lambda url: smart_open.open(url, "wb", transport_params={"client": client}),
}
for name, opener in openers.items():
    client.put_object(Bucket="bucket", Key=f"{name}/old", Body=b"x" * 1000)
    for key in ("new", "old"):
        try:
            with opener(f"s3://bucket/{name}/{key}") as file:
                file.write(b"half")
                raise RuntimeError("the rest cannot be computed")
        except RuntimeError:
            pass
    found = {each["Key"].split("/")[1]: each["Size"] for each in client.list_objects_v2(Bucket="bucket", Prefix=f"{name}/")["Contents"]}
    print(name, "leaves", found)
    assert found == ({"old": 1000} if name == "smart_open" else {"new": 4, "old": 4}), "CHANGED"
server.stop()
PY
echo "as seen before"
