#!/bin/sh
# Posts to Slack if the gate did not open, and leaves with the gate's own exit code. Needs curl and jq.
# SLACK_WEBHOOK_URL is the address of an incoming webhook; it is a secret.
status=0
${CHECKLY_GATE:-checkly-gate} --json-path checkly-gate.json || status=$?
if test "$status" != 0; then
    # Names from Checkly stand in the reason. Slack reads none of &, < and > in them.
    jq '{text: "Checkly gate: \(.verdict) (exit code \(.["exit-code"])): \(.reason) \(.["session-link"])"
        | gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;")}' checkly-gate.json |
        curl --silent --show-error --fail --max-time 30 --output /dev/null \
            --header 'Content-Type: application/json' --data @- "$SLACK_WEBHOOK_URL" ||
        echo "The message did not reach Slack." >&2
fi
exit "$status"
