"""Queries in the parameters of the Launch Library 2 API: parsing, filtering, ordering, paging."""
