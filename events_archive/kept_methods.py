"""The methods that `dataclass` writes, compiled once and kept as Python keeps its modules.

`dataclass` puts the methods of a class together as text and has it compiled, whenever a program
starts: for the hundred classes of the archive that was two fifths of all imports. The same text is
the same code, so what was compiled lies in ``__pycache__`` by its text, and nothing else about the
classes changes. Import this before any module that has one.

It hangs on a habit of Python's own `dataclasses`, as of 3.11: it calls ``exec`` by name. Where one
does otherwise, it compiles as ever.
"""

import dataclasses
import sys
from pathlib import Path
from types import CodeType
from typing import Any

from events_archive.keeping import keep, load_kept

_FILE = Path(__file__).with_name("__pycache__") / f"methods.{sys.implementation.cache_tag}.bin"


class KeptMethods:
    """Compiled methods by their text, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: dict[str, CodeType] = load_kept(file, sys.version)
        self._was_kept = len(self._kept)

    def execute(self, text: str, namespace: dict[str, Any], local: dict[str, Any]) -> None:
        """What ``exec`` does with them."""
        code = self._kept.get(text)
        if code is None:
            code = self._kept[text] = compile(text, "<string>", "exec", dont_inherit=True)
        exec(code, namespace, local)

    def keep(self) -> None:
        """Keep what is new for the next start; where that cannot be, it is compiled again."""
        if len(self._kept) > self._was_kept and keep(self._file, sys.version, self._kept):
            self._was_kept = len(self._kept)


METHODS = KeptMethods(_FILE)
vars(dataclasses)["exec"] = METHODS.execute
