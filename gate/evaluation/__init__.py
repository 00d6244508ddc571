"""What happened, what it means under the policy, and the exit code."""
