"""What `dataclass` writes is compiled once, and classes are what they are without that."""

import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from events_archive.kept_methods import KeptMethods
from tests.conftest import PROJECT

_PROGRAM = """
import builtins, sys
from pathlib import Path
compiled = []
real = builtins.compile
builtins.compile = lambda *given, **named: compiled.append(given[0]) or real(*given, **named)
import dataclasses
from events_archive.kept_methods import KeptMethods
methods = KeptMethods(Path(sys.argv[1]))
vars(dataclasses)["exec"] = methods.execute

@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Craft:
    name: str
    crew: int = 3
    log: list = dataclasses.field(default_factory=list, compare=False)

one, other = Craft(name="Soyuz"), Craft(name="Dragon", crew=4)
assert (one < other, one == other, hash(one) == hash(Craft(name="Soyuz"))) == (False, False, True)
try:
    one.crew = 5
except dataclasses.FrozenInstanceError:
    print(one, dataclasses.replace(other, crew=2), len(compiled))
methods.keep()
"""


def _told(file: Path) -> tuple[str, int]:
    """What the program says of its class, and how much it had to compile."""
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM, file],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    said, _, compiled = run.stdout.strip().rpartition(" ")
    return said, int(compiled)


EXPECTED = "Craft(name='Soyuz', crew=3, log=[]) Craft(name='Dragon', crew=2, log=[])"


def test_a_second_start_compiles_no_method_and_has_the_same_classes(tmp_path: Path) -> None:
    file = tmp_path / "new" / "methods.bin"
    said, compiled = _told(file)
    assert (said, compiled > 5) == (EXPECTED, True)
    assert _told(file) == (EXPECTED, 0)


@pytest.mark.parametrize(
    "content", [b"", b"torn", marshal.dumps(5), marshal.dumps(("another Python", {}))]
)
def test_what_was_not_kept_by_this_python_is_compiled_again(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "methods.bin"
    file.write_bytes(content)
    assert _told(file)[1] > 5
    assert _told(file) == (EXPECTED, 0)


def test_where_it_cannot_be_kept_every_start_compiles(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file stands in the way")
    for _ in range(2):
        said, compiled = _told(tmp_path / "folder" / "methods.bin")
        assert (said, compiled > 5) == (EXPECTED, True)


def test_nothing_is_written_where_nothing_is_new(tmp_path: Path) -> None:
    methods, file = KeptMethods(tmp_path / "methods.bin"), tmp_path / "methods.bin"
    methods.keep()
    assert not file.exists()
    there: dict[str, int] = {}
    methods.execute("answer = 42", {}, there)
    methods.keep()
    assert there == {"answer": 42}
    before = file.stat().st_mtime_ns
    again = KeptMethods(file)
    again.execute("answer = 42", {}, there)
    again.keep()
    assert file.stat().st_mtime_ns == before
