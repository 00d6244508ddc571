#!/bin/sh
# Take the pictures docs/summary.png (the job summary of a demo, as GitHub shows it) and docs/page.png (the web page).
# This needs node, npm, chromium and an emoji font.
set -eu
cd "$(dirname "$0")/../.."
gate=$PWD/.venv/bin/python
shot=$(mktemp -d)
trap 'rm -rf "$shot"' EXIT

take() { # page picture height
  chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$shot/profile" --hide-scrollbars \
    --window-size="1044,$3" --virtual-time-budget=10000 --screenshot="$shot/$2" "file://$shot/$1" 2> "$shot/log"
  mv "$shot/$2" "docs/$2"
}

npm ci --prefix docs/screenshot --ignore-scripts --no-audit --no-fund --silent
touch "$shot/summary.md" "$shot/output"
GITHUB_ACTIONS=true GITHUB_WORKSPACE="$shot" GITHUB_OUTPUT="$shot/output" GITHUB_STEP_SUMMARY="$shot/summary.md" \
  "$gate" entrypoint.py demo worldwide --api-version v2 --junit-path "$shot/junit.xml" --html-path "$shot/page.html" \
  > "$shot/log" || test "$?" = 1
node docs/screenshot/render.mjs < "$shot/summary.md" > "$shot/summary.html"
take summary.html summary.png 1370
take page.html page.png 1430
