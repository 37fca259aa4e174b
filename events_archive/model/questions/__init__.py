"""Questions to the archive, in the words of Launch Library 2's API, and their answers.

One table (``parameters.py``) says what can be asked. The page's script answers the same questions
from the same table; what it has to know is written beside the events it loads.
"""
