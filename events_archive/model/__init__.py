"""The domain model: events, dates and their precision, changes. No library but msgspec."""
