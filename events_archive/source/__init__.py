"""Where it comes from: the Launch Library 2 API and the cache that outlives it."""
