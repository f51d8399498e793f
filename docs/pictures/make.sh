#!/usr/bin/env bash
# Makes the README's pictures of a rehearsal: what the terminal showed, and the page. Needs script(1) and Chromium.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH" TERM=xterm-256color LAB_TWIN_FOLDER
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
LAB_TWIN_FOLDER=$work/twin
npm run --silent bundle
arguments=(rapidtide --participants sub-001..sub-240 --vcpus 2 --duration 20m..3h --memory-peak '20GiB..66GiB' --failure-rate 0.02 --seed 12)
COLUMNS=104 LINES=50 script -qec "stty cols 104 rows 50; node bin/lab.ts rehearse ${arguments[*]}" "$work/typescript" >/dev/null || [ $? -eq 4 ]
node docs/pictures/terminal.mjs "npx lab rehearse ${arguments[*]}" \
  < <(grep -v "^the report is in" "$work/typescript") >"$work/terminal.html"
shot() { # FILE PICTURE WIDTH,HEIGHT
  HOME=$work chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size="$3" --virtual-time-budget=4000 \
    --screenshot="$2" "file://$1" >/dev/null 2>&1
}
shot "$work/terminal.html" docs/pictures/watch.png 940,560
shot "$(ls "$work"/rehearsals/*/report.html)" docs/pictures/report.png 1100,1250
ls -l docs/pictures/*.png
