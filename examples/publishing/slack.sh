#!/bin/sh
# Run the gate, post to Slack if it did not open, and exit with the gate's exit code. Needs curl and jq.
# SLACK_WEBHOOK_URL is the address of an incoming webhook; it is a secret.
status=0
${CHECKLY_GATE:-checkly-gate} --json-path checkly-gate.json || status=$?
if test "$status" != 0; then
    # The reason contains names from Checkly. &, < and > are escaped, so that Slack does not interpret them.
    jq '{text: "Checkly gate: \(.verdict) (exit code \(.["exit-code"])): \(.reason) \(.["session-link"])"
        | gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;")}' checkly-gate.json |
        curl --silent --show-error --fail --max-time 30 --output /dev/null \
            --header 'Content-Type: application/json' --data @- "$SLACK_WEBHOOK_URL" ||
        echo "The message did not reach Slack." >&2
fi
exit "$status"
