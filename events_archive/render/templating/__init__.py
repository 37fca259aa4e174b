"""Jinja's language, compiled for a site of tens of thousands of pages."""
