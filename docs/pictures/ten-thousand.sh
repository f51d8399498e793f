#!/usr/bin/env bash
# A run of 10,000 participants from its price to its page, rehearsed (docs/reports.md): a script that is broken meets its canary; the mended
# one meets reclaimed hosts, too little memory and tools that fail, is retried by cause, and is read again when Batch has forgotten it.
# ten-thousand.sh FOLDER: everything stays there. Some ten minutes on two processors; the pictures need Chromium.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1" && cd "$1"
export PATH="$repository/node_modules/.bin:$PATH" NO_COLOR=1 TIMEFORMAT='   (%R s, %U + %S s of CPU)'
git clone -q "$repository" lab && cp -al "$repository/node_modules" lab/
# Spot hosts first, those on demand for what lost its host again.
sed -i "s|rapidtide: { datasets: { '/data_in': 'hcp' } },|rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['arm64-spot', 'arm64-ondemand'] },|" lab/lab.config.ts
printf '#!/bin/bash\nset -e\nrapidtide "/data_in/$1" /data_out/result\n' >my.sh
cat >faults.json <<'JSON'
{ "containers": [
  { "fault": "spot-reclaim", "probability": 0.03, "afterMs": [0, 3600000], "noticeSeconds": 120 },
  { "fault": "spot-reclaim", "probability": 0.005, "afterMs": [0, 3600000], "noticeSeconds": 0 } ] }
JSON
(cd lab && npm run --silent bundle >/dev/null)
tool=$PWD/lab
lab() { echo; echo "\$ npx lab $*"; time node "$tool/bin/lab.ts" "$@" 2>&1 || echo "   (exit code $?)"; }
submission=(rapidtide --participants sub-00001..sub-10000 --do script --script my.sh --vcpus 2 --memory 56GiB --canary)
standIn=(--duration 20m..3h --memory-peak 20GiB..57GiB --faults faults.json --seed 17)
# Of the bar that is told line by line, its last state before something else is said.
bars() { awk '/^[█▒░]/ { bar = $0; next } { if (bar) print bar; bar = ""; print } END { if (bar) print bar }'; }

export LAB_TWIN_FOLDER=$PWD/first/twin
lab rehearse "${submission[@]}" --dry-run
lab rehearse "${submission[@]}" "${standIn[@]}" --failure-rate 1 | bars
export LAB_TWIN_FOLDER=$PWD/run/twin
lab rehearse "${submission[@]}" "${standIn[@]}" --failure-rate 0.01 --retry --keep | bars

export LAB_TWIN_FOLDER=$(echo "$PWD"/run/rehearsals/*)
lab runs --local
lab why --local
lab report --local --out now.html
lab report --local --json >now.json
# The next submission is reckoned by what this one took: a twin of its own data.
mkdir -p "$LAB_TWIN_FOLDER/state/s3/hcp-openaccess" && echo x >"$LAB_TWIN_FOLDER/state/s3/hcp-openaccess/sub-00001"
lab secret set hcp --local
lab submit "${submission[@]}" --dry-run --local
echo '{"aheadSeconds": 5184000}' >"$LAB_TWIN_FOLDER/state/batch/.clock.json"
lab report --local --json >later.json
facts() { grep '^{"run"' "$1"; }
cmp <(facts now.json) <(facts later.json) && echo "   two months later, when Batch has forgotten every job, the report is the same"
[ -n "$(facts now.json)" ]

chromium=$(command -v chromium || command -v google-chrome) || exit 0
HOME=$PWD "$chromium" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size=1100,1330 --virtual-time-budget=4000 \
  --screenshot=ten-thousand.png "file://$LAB_TWIN_FOLDER/report.html" >/dev/null 2>&1
