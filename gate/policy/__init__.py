"""What is allowed: thresholds, the policy file, and what it means for one check."""
