"""The document that the peers make pages from, which flatten.py writes."""
