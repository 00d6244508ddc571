"""One report, and a reporter for each kind of reader. None of them decides anything."""
