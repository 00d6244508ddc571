"""The job summary in GitHub's Markdown."""
