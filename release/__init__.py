"""The release of a version: the checks before it, and the commit to which its tag points afterwards."""
