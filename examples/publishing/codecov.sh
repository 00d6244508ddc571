#!/bin/sh
# Sends the report to Codecov's Test Analytics, and leaves with the gate's own exit code.
# CODECOV_TOKEN opens it. Arguments are passed on, for instance --dry-run.
status=0
${CHECKLY_GATE:-checkly-gate} || status=$?
${CODECOV_CLI:-codecovcli} do-upload --report-type test_results --disable-search \
    --file test-results/checkly-junit.xml "$@" ||
    echo "The report did not reach Codecov." >&2
exit "$status"
