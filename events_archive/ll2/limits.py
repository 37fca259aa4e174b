"""The terms on which Launch Library 2 answers, and what it is when it does not.

Here and not in ``api.py``, since most runs only need to know them: what asks is imported by those
who ask. Documentation: https://ll.thespacedevs.com/docs/.
"""

FREE_REQUESTS_PER_HOUR = 15
MAX_PAGE_SIZE = 100
"""LL2 clamps a larger ``limit`` silently."""
