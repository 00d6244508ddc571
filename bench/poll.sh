#!/bin/sh
# A typical polling loop in a pipeline: poll.sh SESSION-ID. POLL_S is the pause between two requests.
set -eu
while :; do
  status=$(curl --silent --show-error --fail \
    --header "Authorization: Bearer $CHECKLY_API_KEY" --header "X-Checkly-Account: $CHECKLY_ACCOUNT_ID" \
    "$CHECKLY_API_URL/v1/check-sessions/$1" | jq --raw-output .status)
  case $status in
    PASSED | DEGRADED) exit 0 ;;
    FAILED | TIMED_OUT | CANCELLED) exit 1 ;;
  esac
  sleep "${POLL_S:-5}"
done
