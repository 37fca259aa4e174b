"""``build.py check``: checks of the built site before it is published."""
