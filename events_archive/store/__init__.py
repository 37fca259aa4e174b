"""The files of ``content_cache/``: records, state, history; atomic writes and the lock."""
