#!/usr/bin/env bash
# versitygw 1.8.0 (posix) passes over the ETag that S3's API lets each object of a DeleteObjects request have: an object whose content
# is another by now is deleted, and told as Deleted. On S3 such a key is an Error with PreconditionFailed, and stays. DeleteObject with
# If-Match keeps the condition in the same server (412, and the object stays), so a program that deletes in batches what it has
# copied loses what changed since, and one that deletes key by key does not.
# Seen: Deleted ['a'] and nothing left by DeleteObjects under an ETag of zeros; PreconditionFailed, and still there, by DeleteObject.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/data" "$work/meta"
GOBIN=$work/bin GOFLAGS=-p=2 go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check boto3==1.43.11
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
ROOT_ACCESS_KEY=AKIATEST ROOT_SECRET_KEY=secretsecret "$work/bin/versitygw" --port "127.0.0.1:$port" --quiet posix \
  --sidecar "$work/meta" "$work/data" > "$work/log" 2>&1 & server=$!
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
unset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN
AWS_EC2_METADATA_DISABLED=true "$work/venv/bin/python" - "$port" <<'PY'
import sys
import boto3
from botocore.exceptions import ClientError
s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{sys.argv[1]}", region_name="us-east-1",
                  aws_access_key_id="AKIATEST", aws_secret_access_key="secretsecret")
s3.create_bucket(Bucket="bucket")
keys = lambda: [each["Key"] for each in s3.list_objects_v2(Bucket="bucket").get("Contents", [])]
other = '"' + "0" * 32 + '"'
s3.put_object(Bucket="bucket", Key="a", Body=b"changed since it was copied")
answer = s3.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "a", "ETag": other}]})
deleted = [each["Key"] for each in answer.get("Deleted", [])]
print("DeleteObjects under another ETag: Deleted", deleted, "Errors", answer.get("Errors", []), "left", keys())
assert deleted == ["a"] and keys() == []
s3.put_object(Bucket="bucket", Key="a", Body=b"changed since it was copied")
try:
    s3.delete_object(Bucket="bucket", Key="a", IfMatch=other)
    code = "none"
except ClientError as error:
    code = error.response["Error"]["Code"]
print("DeleteObject under another ETag:", code, "left", keys())
assert code == "PreconditionFailed" and keys() == ["a"]
PY
