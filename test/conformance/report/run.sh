#!/usr/bin/env bash
# The report's page in a real browser: it draws, loads nothing, is used by keyboard, printed, in the dark and without scripts.
set -euo pipefail
here=$ROOT/test/conformance/report
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/report
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
install() { apt-get install -y -q "$@" >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1; apt-get install -y -q "$@" >/dev/null 2>&1; }; }
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && install chromium; } || { echo "no Chromium to be had"; exit 77; }
  chromium=$(command -v chromium)
fi
[ -d "$cache/node_modules/puppeteer-core" ] || {
  mkdir -p "$cache"
  (cd "$cache" && echo '{"private":true}' >package.json && npm install --silent --no-audit --no-fund --save-exact puppeteer-core@25.16.0)
}
"$chromium" --version
node "$here/pages.ts" "$work"
HOME=$work timeout 240 node "$here/look.mjs" "$work" "$cache" "$chromium"
