"""How the maintainer looks at it at home: a server that behaves as GitHub Pages does."""
