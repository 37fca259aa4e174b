"""The Launch Library 2 API: fetching, paginating, parsing and merging its records."""
