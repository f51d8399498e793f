#!/usr/bin/env bash
# gofakes3 1.2.0 (a Go S3 server for tests), an object put by boto3 with its default checksum: a GET of a range of it comes with the checksum
# of the whole object, which S3 leaves out there. boto3 checks the bytes that it got against it and raises FlexibleChecksumError on every
# range; a GET of the whole is fine. A program that reads parts of objects fails against this server as if its bytes were damaged.
# Seen: FlexibleChecksumError for bytes=1-2 and bytes=0-1, b'one' for the whole and for bytes=0-2, b'ne' with response checks "when_required".
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check boto3==1.43.11
mkdir "$work/server"
cd "$work/server"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go http.Serve(listener, gofakes3.New(s3mem.New()).Server())
	time.Sleep(2 * time.Minute)
}
GO
go mod init example.org/server 2> /dev/null
go get github.com/johannesboyne/gofakes3@v1.2.0 2> /dev/null
go mod tidy 2> /dev/null
go build -o server .
./server > address &
server=$!
until [ -s address ]; do sleep 0.1; done
AWS_ACCESS_KEY_ID=AKIATEST AWS_SECRET_ACCESS_KEY=secretsecret AWS_DEFAULT_REGION=us-east-1 "$work/venv/bin/python" - "$(cat address)" <<'PY'
import sys
from importlib.metadata import version

import boto3
from botocore.config import Config
from botocore.exceptions import FlexibleChecksumError

print("gofakes3 1.2.0, boto3", version("boto3"))


def client(**settings):
    return boto3.client("s3", endpoint_url=f"http://{sys.argv[1]}", config=Config(s3={"addressing_style": "path"}, **settings))


def got(s3, **asked):
    try:
        return s3.get_object(Bucket="bucket", Key="key", **asked)["Body"].read()
    except FlexibleChecksumError:
        return "FlexibleChecksumError"


s3 = client()
s3.create_bucket(Bucket="bucket")
s3.put_object(Bucket="bucket", Key="key", Body=b"one")
seen = {
    "whole": got(s3),
    "bytes=0-2": got(s3, Range="bytes=0-2"),
    "bytes=0-1": got(s3, Range="bytes=0-1"),
    "bytes=1-2": got(s3, Range="bytes=1-2"),
    "bytes=1-2, checked where required": got(client(response_checksum_validation="when_required"), Range="bytes=1-2"),
}
print(seen)
wrong = "FlexibleChecksumError"
assert list(seen.values()) == [b"one", b"one", wrong, wrong, b"ne"], "CHANGED: ranges"
PY
echo "as seen before"
