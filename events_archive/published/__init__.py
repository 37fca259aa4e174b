"""A published site, read to restore the cache from it or to compare it with a build."""
