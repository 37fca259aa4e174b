"""Spaceflight News API: fetching, reading and merging articles about events."""
