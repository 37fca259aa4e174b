"""The Spaceflight Events Archive: rooms between the Launch Library 2 API and a finished site.

``source`` (network and cache) hands records to ``model`` (what we know), ``site`` plans what will
exist, and ``publish`` puts it on disk; ``export``, ``checking`` and ``preview`` carry it away, look
it over and show it. ``build.py`` beside this package is the story that joins them.
"""

__version__ = "1.0.0"
