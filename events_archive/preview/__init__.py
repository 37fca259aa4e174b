"""``build.py serve``: a local server that rebuilds and reloads on every edit."""
