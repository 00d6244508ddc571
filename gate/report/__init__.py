"""One report, and a reporter for each kind of reader. Reporters make no decisions."""
