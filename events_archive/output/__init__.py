"""The ``output/`` folder: incremental builds, atomic writes, the audit of published ids."""
