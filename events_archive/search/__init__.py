"""Search in plain words: ``spacewalk 2021``, ``crew 10``, ``thomas pesquet``.

`static/search.js` has the same steps under the same names, so that a browser finds the same. Both
read the tables of `synonyms` and `scores`, which are published with the data of the query page.
"""
