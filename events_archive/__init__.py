"""The Spaceflight Events Archive: from the Launch Library 2 API to a static site.

``ARCHITECTURE.md`` draws the packages as layers; each sees only those below it.
"""

__version__ = "1.0.0"
