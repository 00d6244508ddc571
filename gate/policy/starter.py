"""The policy file that `policy init` writes: the defaults, and commented-out examples of everything else."""

from __future__ import annotations

STARTER = """\
# The policy of the gate on Checkly sessions. `checkly-gate policy check` validates this file and explains it.
# A threshold is a number (1) or a share (25%) of the counted locations; in a test session, of the checks.

degraded-threshold: 0 # how many degraded locations are allowed
failed-threshold: 0 # how many failed, errored and aborted locations are allowed together
missing: fail # or pass; a location is missing if a finished session has no result from it
cancelled: fail # or pass

# To use one of the following, remove the "# " before it.

# flaky-threshold: 2 # how many locations may pass only after a failed attempt; by default any number
# response-time: 3s # a green location that took longer counts as degraded

# locations:
#   required: [eu-central-1] # must be passed or flaky, whatever the thresholds allow
#   ignore: [sa-east-1] # reported as skipped, not counted

# quarantine: # known problems: reported as skipped until the end of that day (UTC)
#   - {check: "Checkout*", location: ap-south-1, until: YYYY-MM-DD, reason: "INC-4711"}

# checks: # limits for some checks; the first match wins; match by name (a glob), id or type
#   - match: {name: "Checkout *"}
#     degraded-threshold: 0
"""
