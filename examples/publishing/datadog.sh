#!/bin/sh
# Run the gate, send its report to Datadog's Test Optimization, and exit with the gate's exit code.
# Needs DATADOG_API_KEY (or DD_API_KEY). Arguments are passed to Datadog's CLI, for instance --dry-run.
status=0
${CHECKLY_GATE:-checkly-gate} || status=$?
${DATADOG_CI:-npx @datadog/datadog-ci@5} junit upload --service checkly "$@" test-results/checkly-junit.xml ||
    echo "The report did not reach Datadog." >&2
exit "$status"
