"""The domain model: events, dates and their precision, changes. Standard library only."""
