"""The policy: thresholds, the policy file, and the effective policy for one check."""
