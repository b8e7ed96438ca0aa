"""The report, and how it is shown."""
