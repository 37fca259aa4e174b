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
    """Return the packages of a lock file by name."""
    text = (PROJECT / lock).read_text("utf-8").replace("\\\n", "")
    packages: dict[str, list[Pin]] = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement = Requirement(line.partition("--hash=")[0].strip())
            (version,) = (clause.version for clause in requirement.specifier)
            pin = Pin(version, requirement.marker, line.count("--hash=sha256:"))
            packages.setdefault(_canonical(requirement.name), []).append(pin)
    return packages


def ranges(extras: set[str]) -> Iterator[Requirement]:
    """Yield the requirements of the project itself and of some optional dependencies."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][name] for name in extras)]
    for requirement in map(Requirement, (text for names in lists for text in names)):
        if requirement.name != project["name"]:
            yield requirement


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked_at_a_version_that_it_allows(lock: str, python: str) -> None:
    locked = pins(lock)
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    for requirement in ranges(LOCKS[lock]):
        if requirement.marker and not requirement.marker.evaluate(environment):
            continue
        installed = [
            pin.version
            for pin in locked.get(_canonical(requirement.name), ())
            if pin.marker is None or pin.marker.evaluate(environment)
        ]
        assert len(installed) == 1, f"run make lock: {requirement.name} is pinned to {installed}"
        assert requirement.specifier.contains(installed[0]), f"run make lock: {requirement}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes_and_no_lock_names_an_index(lock: str) -> None:
    assert all(pin.hashes for versions in pins(lock).values() for pin in versions)
    text = (PROJECT / lock).read_text("utf-8")
    assert "://" not in text
    assert "index" not in text


def test_both_locks_pin_the_same_versions() -> None:
    development = pins("requirements-dev.txt")
    for name, versions in pins("requirements.txt").items():
        assert {pin.version for pin in versions} == {pin.version for pin in development[name]}


DISTRIBUTIONS = {
    "PIL": "pillow",
    "axe_playwright_python": "axe-playwright-python",
    "dateutil": "python-dateutil",
    "markupsafe": "jinja2",
    "ruamel": "ruamel-yaml",
}
"""Modules whose package has another name; MarkupSafe is a dependency of Jinja."""


def imported_libraries(folder: str) -> set[str]:
    """Return the packages that the modules in a folder import, without those of this project."""
    modules = list(PROJECT.joinpath(folder).rglob("*.py"))
    own = {"events_archive", "tests", *(path.stem for path in PROJECT.joinpath(folder).iterdir())}
    imported = {
        name.partition(".")[0]
        for module in modules
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        for name in _imported_modules(node)
    }
    return {DISTRIBUTIONS.get(name, name) for name in imported - sys.stdlib_module_names - own}


def test_every_library_that_the_package_imports_is_declared_and_no_other() -> None:
    declared = {_canonical(requirement.name) for requirement in ranges({"zim"})}
    assert imported_libraries("events_archive") == declared


@pytest.mark.parametrize("folder", ["tests", "benchmarks", "tools", ".github/scripts"])
def test_every_library_that_tests_and_tools_import_is_declared(folder: str) -> None:
    declared = {_canonical(requirement.name) for requirement in ranges({"zim", "test"})}
    assert imported_libraries(folder) <= declared


def _imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
