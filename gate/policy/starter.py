"""The policy file that `policy init` writes: the defaults, and an example of everything else as a comment."""

from __future__ import annotations

STARTER = """\
# The policy of the gate on Checkly sessions. `checkly-gate policy check` validates this file and explains it.
# A threshold is a number (1) or a share (25%) of the counted locations; in a test session, of the checks.

degraded-threshold: 0 # degraded locations that still pass
failed-threshold: 0 # failed, errored and aborted locations that still pass
missing: fail # or pass: a location without a result in a finished session
cancelled: fail # or pass

# To use one of the following, remove the "# " before it.

# flaky-threshold: 2 # locations that passed after a failed attempt; without this line any number passes
# response-time: 3s # a green location that took longer counts as degraded

# locations:
#   required: [eu-central-1] # must be passed or flaky, whatever the thresholds allow
#   ignore: [sa-east-1] # reported as skipped, not counted

# quarantine: # known problems: reported as skipped until the day is over (UTC)
#   - {check: "Checkout*", location: ap-south-1, until: YYYY-MM-DD, reason: "INC-4711"}

# checks: # limits for some checks; the first match wins; match by name (a glob), id or type
#   - match: {name: "Checkout *"}
#     degraded-threshold: 0
"""
