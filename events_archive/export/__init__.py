"""``build.py export``: the built site as one ZIP or ZIM file."""
