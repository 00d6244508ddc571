"""The outcomes of sessions, their judgement under the policy, and the exit code."""
