"""Search in plain words: ``spacewalk 2021``, ``crew 10``, ``thomas pesquet``.

`static/events/search.js` has the same steps under the same names, so that a browser finds the
same. It reads the tables of this package, which are published with the data of the query page.
"""
