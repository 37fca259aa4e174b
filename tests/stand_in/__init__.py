"""What the stand-ins for APIs on loopback share: HTTP, faults, a rate limit and a log of requests.

Nothing here knows an API: `tests.ll2_server` and `tests.news_server` do.
"""
