"""The commands of ``build.py``: each module has a function ``run(options, console)``."""
