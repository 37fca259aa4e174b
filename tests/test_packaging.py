"""The lock files and the version ranges in `pyproject.toml` agree, on every Python."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from tests.conftest import PROJECT

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOCKS = {"requirements.txt": set(), "requirements-dev.txt": {"dev", "test", "zim"}}
"""The optional dependencies in each lock file."""


@dataclass(frozen=True)
class Pin:
    """One package of a lock file."""

    version: str
    marker: Marker | None
    hashes: int


def pins(lock: str) -> dict[str, list[Pin]]:
    """The packages of a lock file by name."""
    text = (PROJECT / lock).read_text("utf-8").replace("\\\n", "")
    found: dict[str, list[Pin]] = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            wanted = Requirement(line.partition("--hash=")[0].strip())
            (version,) = (clause.version for clause in wanted.specifier)
            pin = Pin(version, wanted.marker, line.count("--hash=sha256:"))
            found.setdefault(_canonical(wanted.name), []).append(pin)
    return found


def ranges(extras: set[str]) -> Iterator[Requirement]:
    """The requirements of the project itself and of these optional dependencies."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][name] for name in extras)]
    for requirement in map(Requirement, (text for names in lists for text in names)):
        if requirement.name != project["name"]:
            yield requirement


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked_at_a_version_that_it_admits(lock: str, python: str) -> None:
    locked = pins(lock)
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    for wanted in ranges(LOCKS[lock]):
        if wanted.marker and not wanted.marker.evaluate(environment):
            continue
        installed = [
            pin.version
            for pin in locked.get(_canonical(wanted.name), ())
            if pin.marker is None or pin.marker.evaluate(environment)
        ]
        assert len(installed) == 1, f"run make lock: {wanted.name} is pinned to {installed}"
        assert wanted.specifier.contains(installed[0]), f"run make lock: {wanted}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes_and_comes_from_no_named_index(lock: str) -> None:
    assert all(pin.hashes for found in pins(lock).values() for pin in found)
    text = (PROJECT / lock).read_text("utf-8")
    assert "://" not in text
    assert "index" not in text


def test_both_locks_pin_the_same_versions() -> None:
    every = pins("requirements-dev.txt")
    for name, found in pins("requirements.txt").items():
        assert {pin.version for pin in found} == {pin.version for pin in every[name]}


DISTRIBUTIONS = {"PIL": "pillow", "markupsafe": "jinja2"}
"""The packages whose modules have another name; Jinja re-exports MarkupSafe."""


def test_every_library_that_the_package_imports_is_declared() -> None:
    imported = {
        name.partition(".")[0]
        for module in PROJECT.joinpath("events_archive").rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        for name in _imported_modules(node)
    }
    libraries = imported - sys.stdlib_module_names - {"events_archive"}
    declared = {_canonical(wanted.name) for wanted in ranges({"zim"})}
    assert {DISTRIBUTIONS.get(name, name) for name in libraries} == declared


def _imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
