#!/bin/sh
# Sends the report to Datadog's Test Optimization, and leaves with the gate's own exit code.
# DATADOG_API_KEY (or DD_API_KEY) opens it. Arguments are passed on, for instance --dry-run.
status=0
${CHECKLY_GATE:-checkly-gate} || status=$?
${DATADOG_CI:-npx @datadog/datadog-ci@5} junit upload --service checkly "$@" test-results/checkly-junit.xml ||
    echo "The report did not reach Datadog." >&2
exit "$status"
