"""HTTP with limits on time, size and destination, for trusted and untrusted URLs."""
