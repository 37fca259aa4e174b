"""The methods that `dataclass` writes, compiled once and kept as Python keeps its modules.

`dataclass` puts the methods of a class together as text and has it compiled, whenever a program
starts: for the hundred classes of the archive that is as long as half of all imports. The same text
is the same code, so what was compiled lies in ``__pycache__`` by its text, and nothing else about
the classes changes. Import this before any module that has one.

It hangs on one habit of Python's own `dataclasses`, in 3.11 to 3.14: it calls ``exec`` by name. A
Python that does otherwise compiles as ever.
"""

import dataclasses
import marshal
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import Any

_FILE = Path(__file__).with_name("__pycache__") / f"methods.{sys.implementation.cache_tag}.bin"


class KeptMethods:
    """Compiled methods by their text, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept = self._load()
        self._was_kept = len(self._kept)

    def execute(self, text: str, namespace: dict[str, Any], local: dict[str, Any]) -> None:
        """What ``exec`` does with them."""
        code = self._kept.get(text)
        if code is None:
            code = self._kept[text] = compile(text, "<string>", "exec", dont_inherit=True)
        exec(code, namespace, local)

    def keep(self) -> None:
        """Keep what is new for the next start; where that cannot be, it is compiled again."""
        if len(self._kept) == self._was_kept:
            return
        temporary = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with suppress(OSError):
            self._file.parent.mkdir(exist_ok=True)
            temporary.write_bytes(marshal.dumps((sys.version, self._kept)))
            temporary.replace(self._file)
            self._was_kept = len(self._kept)

    def _load(self) -> dict[str, CodeType]:
        try:
            version, kept = marshal.loads(self._file.read_bytes())
        except (OSError, ValueError, EOFError, TypeError):
            return {}
        return dict(kept) if version == sys.version else {}


METHODS = KeptMethods(_FILE)
vars(dataclasses)["exec"] = METHODS.execute
