"""What was compiled, kept for the next start as Python keeps its own: a help, and no more."""

import marshal
import os
from contextlib import suppress
from pathlib import Path
from typing import Any


def load_kept(file: Path, state: str | bytes) -> dict[str, Any]:
    """What was kept in ``file`` in the same ``state``; nothing where it is another or damaged."""
    try:
        was, kept = marshal.loads(file.read_bytes())
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return dict(kept) if was == state else {}


def keep(file: Path, state: str | bytes, kept: dict[str, Any]) -> bool:
    """Keep it whole, whoever else does so at the same time; whether that could be done."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(marshal.dumps((state, kept)))
        temporary.replace(file)
        return True
    return False
