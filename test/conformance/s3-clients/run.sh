#!/usr/bin/env bash
# rclone (Debian), s5cmd and minio-go's own functional tests (Go's module proxy), boto3 and aws presign (PyPI): clients of S3
# that we did not write, against the twin's S3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/s3-clients
mkdir -p "$cache"
if ! command -v rclone >/dev/null; then
  apt-get install -y -q rclone >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1; apt-get install -y -q rclone >/dev/null 2>&1; } || { echo "no rclone to be had"; exit 77; }
fi
command -v go >/dev/null || { echo "no go"; exit 77; }
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
# Built from the module's own folder: `go install name@version` asks for the list of versions, which not every proxy has.
module() { (cd "$cache" && { [ -f go.mod ] || go mod init cache >/dev/null 2>&1; }; go mod download -json "$1" | sed -n 's/^\s*"Dir": "\(.*\)",\?$/\1/p'); }
if [ ! -x "$cache/s5cmd" ]; then
  dir=$(module github.com/peak/s5cmd/v2@v2.3.0); [ -n "$dir" ] || { echo "no s5cmd to be had"; exit 77; }
  (cd "$dir" && go build -mod=readonly -o "$cache/s5cmd" .)
fi
if [ ! -x "$cache/minio-functional" ]; then
  dir=$(module github.com/minio/minio-go/v7@v7.0.95); [ -n "$dir" ] || { echo "no minio-go to be had"; exit 77; }
  rm -rf "$cache/minio"; cp -r "$dir" "$cache/minio"; chmod -R u+w "$cache/minio"
  (
    # A program that runs the one test that it is asked for.
    cd "$cache/minio"; mkdir one; mv functional_tests.go one/; sed -i 's/^func main() {/func all() {/' one/functional_tests.go
    {
      printf '//go:build mint\n\npackage main\n\nimport (\n\t"log/slog"\n\t"os"\n)\n\nfunc main() {\n'
      printf '\tslog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))\n\tmap[string]func(){\n'
      sed -nE 's/^func (test[A-Za-z0-9]+)\(\).*/\t\t"\1": \1,/p' one/functional_tests.go
      printf '\t}[os.Args[1]]()\n}\n'
    } > one/main.go
    go build -mod=readonly -tags mint -o "$cache/minio-functional" ./one
  )
fi
if [ ! -x "$cache/venv/bin/aws" ]; then
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install -q --disable-pip-version-check awscli==1.45.11 boto3==1.43.11
fi

work=$(mktemp -d); mkdir "$work/s3" "$work/home"
node "$ROOT/test/twin/s3/serve.ts" "$work/s3" > "$work/port" & twin=$!
trap 'kill $twin 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
host=127.0.0.1:$(cat "$work/port")
export AWS_ACCESS_KEY_ID=AKIATEST AWS_SECRET_ACCESS_KEY=secret AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
unset AWS_CA_BUNDLE AWS_PROFILE AWS_CONFIG_FILE AWS_SESSION_TOKEN
export AWS_EC2_METADATA_DISABLED=true HOME=$work/home AWS_ENDPOINT_URL=http://$host
check() { if eval "$2"; then echo "ok      $1"; else echo "FAILED  $1: $2"; exit 1; fi; }
ahead() { echo "{\"aheadSeconds\": $1}" > "$work/s3/.clock.json"; }

mkdir -p "$work/in/a b/deep/er" "$work/in/é"
printf '' > "$work/in/empty"; echo one > "$work/in/a b/one+1.txt"; echo two > "$work/in/é/ü&<>.txt"
seq 1 2000 > "$work/in/a b/deep/er/numbers"; head -c 23000000 /dev/urandom > "$work/in/big"
for i in $(seq 60); do echo "$i" > "$work/in/a b/deep/$i.txt"; done

echo "--- $(rclone version | head -1)"
export RCLONE_CONFIG=/dev/null RCLONE_CONFIG_TWIN_TYPE=s3 RCLONE_CONFIG_TWIN_PROVIDER=Other RCLONE_CONFIG_TWIN_ENV_AUTH=true
export RCLONE_CONFIG_TWIN_ENDPOINT=http://$host RCLONE_CONFIG_TWIN_REGION=us-east-1
export RCLONE_S3_CHUNK_SIZE=5M RCLONE_S3_UPLOAD_CUTOFF=5M RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1
rclone mkdir twin:data
rclone copy "$work/in" twin:data/tree
check "copy, then check by hash and by download" 'rclone check "$work/in" twin:data/tree 2>/dev/null && rclone check --download "$work/in" twin:data/tree 2>/dev/null'
check "the files are plain in the twin's folder" 'diff -r "$work/in" "$work/s3/data/tree"'
rm "$work/in/a b/deep/1.txt"; echo changed > "$work/in/a b/one+1.txt"
rclone sync "$work/in" twin:data/tree
check "sync takes away and changes" 'rclone check "$work/in" twin:data/tree 2>/dev/null && [ "$(rclone lsf -R --files-only twin:data/tree | wc -l)" = "$(find "$work/in" -type f | wc -l)" ]'
rclone copy twin:data/tree "$work/back"
check "copy brings back what it took" 'diff -r "$work/in" "$work/back"'
check "a range of an object" '[ "$(rclone cat --offset 100 --count 8 "twin:data/tree/a b/deep/er/numbers")" = "$(tail -c +101 "$work/in/a b/deep/er/numbers" | head -c 8)" ]'
seq 100000 | rclone rcat twin:data/stream
check "a stream of unknown length" '[ "$(rclone cat twin:data/stream | sha256sum)" = "$(seq 100000 | sha256sum)" ]'
rclone moveto twin:data/stream twin:data/moved
check "a server-side move" '[ "$(rclone lsf twin:data | tr "\n" " ")" = "moved tree/ " ]'
rclone copyto --s3-copy-cutoff 6M twin:data/tree/big twin:data/copied
check "a server-side copy in parts" 'rclone cat twin:data/copied | cmp - "$work/in/big"'
check "a presigned address" 'curl -fsS "$(rclone link twin:data/moved)" | cmp - <(seq 100000)'
rclone mkdir twin:versions; rclone backend versioning twin:versions Enabled >/dev/null
for text in one two three; do printf %s $text | rclone rcat twin:versions/k; done
rclone deletefile twin:versions/k
check "versions and a delete marker" '[ -z "$(rclone lsf twin:versions)" ] && [ "$(rclone --s3-versions lsf twin:versions | wc -l)" = 3 ]'
rclone backend cleanup-hidden twin:versions >/dev/null 2>&1 || rclone purge twin:versions
RCLONE_CONFIG_TWIN_STORAGE_CLASS=GLACIER rclone copyto "$work/in/é/ü&<>.txt" twin:data/cold/ice
check "an archived object is not read" '! rclone cat twin:data/cold/ice 2>/dev/null'
rclone backend restore twin:data/cold/ -o priority=Standard -o lifetime=1 | grep -q OK
ahead 20000
check "after its restore it is" '[ "$(rclone cat twin:data/cold/ice)" = two ]'
ahead 0
rclone purge twin:data
check "purge leaves nothing" '[ -z "$(rclone lsf twin: | grep data/)" ]'

echo "--- s5cmd $("$cache/s5cmd" version)"
s5() { "$cache/s5cmd" --endpoint-url "http://$host" "$@"; }
s5 mb s3://five >/dev/null
s5 cp --part-size 5 --concurrency 3 "$work/in/" s3://five/tree/ >/dev/null
check "cp of a tree, and du" 's5 du "s3://five/*" | grep -q "in $(find "$work/in" -type f | wc -l) objects"'
s5 cp "s3://five/tree/*" "$work/five/" >/dev/null
check "cp brings back what it took" 'diff -r "$work/in" "$work/five"'
check "wildcards" '[ "$(s5 ls "s3://five/tree/a b/deep/1?.txt" | wc -l)" = 10 ]'
echo extra | s5 pipe s3://five/tree/extra >/dev/null
s5 sync --delete "$work/in/" s3://five/tree/ >/dev/null
check "sync --delete" '! s5 head s3://five/tree/extra 2>/dev/null'
s5 mv s3://five/tree/empty s3://five/moved >/dev/null
check "mv" 's5 head s3://five/moved >/dev/null && ! s5 head s3://five/tree/empty 2>/dev/null'
check "presign" 'curl -fsS "$(s5 presign "s3://five/tree/a b/one+1.txt")" | grep -q changed'
s5 bucket-version --set Enabled s3://five >/dev/null
echo 1 | s5 pipe s3://five/v >/dev/null; echo 2 | s5 pipe s3://five/v >/dev/null; s5 rm s3://five/v >/dev/null
check "ls --all-versions" '[ "$(s5 ls --all-versions s3://five/v | wc -l)" = 3 ]'
id=$(s5 ls --all-versions s3://five/v | awk '$3 == 2 {print $NF}' | tail -1)
check "cat of the oldest version" '[ "$(s5 cat --version-id "$id" s3://five/v)" = 1 ]'
s5 rm --all-versions "s3://five/*" >/dev/null
check "rm --all-versions leaves a bucket that can go" 's5 rb s3://five >/dev/null'

echo "--- boto3"
"$cache/venv/bin/python" "$here/botocore_scenarios.py" "$work/s3/.clock.json"
ahead 0
"$cache/venv/bin/aws" s3 mb s3://presigned >/dev/null
# Left to itself, aws presigns with Signature Version 2, which the twin refuses.
"$cache/venv/bin/aws" configure set default.s3.signature_version s3v4
echo hello | "$cache/venv/bin/aws" s3 cp --quiet - s3://presigned/k
check "aws s3 presign" '[ "$(curl -fsS "$("$cache/venv/bin/aws" s3 presign s3://presigned/k)")" = hello ]'
late=$("$cache/venv/bin/aws" s3 presign --expires-in 1 s3://presigned/k); sleep 2
check "an address that has expired is refused" 'curl -sS "$late" | grep -q "Request has expired"'

echo "--- minio-go's functional tests"
export MINT_MODE=full SERVER_ENDPOINT=$host ACCESS_KEY=AKIATEST SECRET_KEY=secret ENABLE_HTTPS=0 SERVER_REGION=us-east-1
left_out=" $(grep -v '^#' "$here/out-of-scope.txt" | tr '\n' ' ') "
passed=0 skipped=0
for name in $(sed -nE 's/^\t\t"(test[A-Za-z0-9]+)".*/\1/p' "$cache/minio/one/main.go"); do
  case $left_out in *" $name "*) skipped=$((skipped + 1)); continue ;; esac
  if ! (cd "$work" && timeout 120 "$cache/minio-functional" "$name") > "$work/log" 2>&1 || ! grep -q '"status":"PASS"' "$work/log" || grep -qE '"status":"(FAIL|NA)"' "$work/log"; then
    echo "FAILED  $name"; cut -c1-1500 "$work/log" | grep -v '"PASS"' | head -5; exit 1
  fi
  passed=$((passed + 1))
done
echo "ok      $passed pass; $skipped are out of scope (out-of-scope.txt)"
