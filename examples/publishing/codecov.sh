#!/bin/sh
# Run the gate, send its report to Codecov's Test Analytics, and exit with the gate's exit code.
# Needs CODECOV_TOKEN. Arguments are passed to Codecov's CLI, for instance --dry-run.
status=0
${CHECKLY_GATE:-checkly-gate} || status=$?
${CODECOV_CLI:-codecovcli} do-upload --report-type test_results --disable-search \
    --file test-results/checkly-junit.xml "$@" ||
    echo "The report did not reach Codecov." >&2
exit "$status"
