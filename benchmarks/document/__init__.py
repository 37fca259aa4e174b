"""The document that Hugo makes pages from, which flatten.py writes."""
