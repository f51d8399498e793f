#!/usr/bin/env bash
# The ordinary aws CLI and boto3, from PyPI, submit rapidtide's copy test to the twin by the contract of rapidtide-cloud.
set -euo pipefail
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}
venv=$cache/clients
if [ ! -x "$venv/bin/aws" ]; then
  command -v python3 >/dev/null || { echo "no python3"; exit 77; }
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check awscli==1.45.11 boto3==1.43.11
fi
. "$ROOT/test/conformance/fresh-twin.sh"
unset AWS_CONFIG_FILE; export AWS_EC2_METADATA_DISABLED=true HOME=$work
aws() { "$venv/bin/aws" "$@"; }
check() { if eval "$2"; then echo "ok      $1"; else echo "FAILED  $1: $2"; exit 1; fi; }

as datasets
keys="{\"accessKeyId\":\"$AWS_ACCESS_KEY_ID\",\"secretAccessKey\":\"$AWS_SECRET_ACCESS_KEY\"}"
echo "$keys" | lab secret set hcp --local
aws s3 cp --recursive --quiet containers/rapidtide/sample/data_in s3://hcp-openaccess/
as members
bucket=$(lab stack-info rapidtide --local --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["outputBucket"])')
printf '100307\r\n\r\n# a comment\r\n 101107 \r\n101309\r\n' | aws s3 cp --quiet - "s3://$bucket/config/participants.txt"
small='resourceRequirements=[{type=VCPU,value=1},{type=MEMORY,value=512}]'
job=$(aws batch submit-job --job-name copy $(lab stack-info rapidtide --local) --array-properties size=3 \
  --container-overrides "command=bash,/cloud/simple-cp-test,ARRAY,$small" --query jobId --output text)
wait_for() { for _ in $(seq 240); do status=$(aws batch describe-jobs --jobs "$1" --query 'jobs[0].status' --output text); case $status in SUCCEEDED|FAILED) return ;; esac; sleep 0.5; done; }
wait_for "$job"
check "aws batch submit-job: three children by array index" '[ "$status" = SUCCEEDED ]'
stream=$(aws batch describe-jobs --jobs "$job:1" --query 'jobs[0].container.logStreamName' --output text)
group=$(lab stack-info rapidtide --local --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["logGroup"])')
text=$(aws logs get-log-events --log-group-name "$group" --log-stream-name "$stream" --query 'events[].message' --output text)
check "child 1 is the second participant of the file" '[[ "$text" == *"COPY 101107"*"COPY PASSED"* ]]'
past=$(aws batch submit-job --job-name past $(lab stack-info rapidtide --local) --array-properties size=4 --container-overrides "command=simple-cp-test,ARRAY,$small" --query jobId --output text)
wait_for "$past"
check "an index past the file fails" '[ "$(aws batch describe-jobs --jobs "$past:3" --query "jobs[0].container.exitCode")" = 65 ]'
check "array size 1 is refused" '! aws batch submit-job --job-name one $(lab stack-info rapidtide --local) --array-properties size=1 2>"$work/err" && grep -q "between 2 and 10000" "$work/err"'
as datasets
aws s3 cp --quiet --recursive "s3://hcp-openaccess/" "$work/down"
as members
check "a member may not read a dataset of keys" '! aws s3 ls s3://hcp-openaccess/ >/dev/null 2>"$work/err" && grep -q "is not authorized to perform: s3:ListBucket" "$work/err"'
check "aws s3 brings back what it took" 'diff -r containers/rapidtide/sample/data_in "$work/down"'

"$venv/bin/python" - "$bucket" <<'PY'
import os, sys, time, boto3, subprocess
from botocore.config import Config
batch, s3 = boto3.client('batch'), boto3.client('s3', config=Config(s3={'addressing_style': 'path'}))
words = subprocess.run(['node', os.environ['ROOT'] + '/bin/lab.ts', 'stack-info', 'rapidtide', '--local'], capture_output=True, text=True, check=True).stdout.split()
job = batch.submit_job(jobName='boto', jobQueue=words[1], jobDefinition=words[3], arrayProperties={'size': 2},
    parameters={'ParticipantArrayFile': 'others.txt'},
    containerOverrides={'command': ['simple-cp-test', 'ARRAY'], 'resourceRequirements': [{'type': 'VCPU', 'value': '1'}, {'type': 'MEMORY', 'value': '512'}]})['jobId'] \
    if s3.put_object(Bucket=sys.argv[1], Key='config/others.txt', Body=b'101410\n101915\n') else None
for _ in range(240):
    found = batch.describe_jobs(jobs=[job])['jobs'][0]
    if found['status'] in ('SUCCEEDED', 'FAILED'): break
    time.sleep(0.5)
assert found['status'] == 'SUCCEEDED', found
assert found['arrayProperties']['statusSummary']['SUCCEEDED'] == 2
print('ok      boto3: the file is chosen by the job’s own parameters')
body = os.urandom(20 * 1024 * 1024)
s3.put_object(Bucket=sys.argv[1], Key='config/å b+c/big', Body=body)
assert s3.get_object(Bucket=sys.argv[1], Key='config/å b+c/big')['Body'].read() == body
print('ok      boto3: 20 MiB there and back')
PY
