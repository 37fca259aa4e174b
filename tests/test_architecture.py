"""The rooms of the house and who may see whom, read from the imports themselves."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "events_archive"

MAY_SEE = {
    "model": {"model"},
    "source": {"source", "model"},
    "site": {"site", "model"},
    "publish": {"publish", "site", "model"},
    "export": {"export", "site"},
    "checking": {"checking", "source", "site", "model"},
    "preview": {"preview", "site"},
}
SHARED = {
    "code_state",
    "crew",
    "errors",
    "keeping",
    "report",
    "settings",
    "standing",
    "__version__",
}
ONLY_IN = {
    "requests": "source",
    "urllib3": "source",
    "jinja2": "publish",
    "markdown": "publish",
    "markupsafe": "publish",
    "nh3": "publish",
    "PIL": "publish",
    "libzim": "export",
    "watchfiles": "preview",
}


def _imports(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_sees_only_the_rooms_it_may(module: Path) -> None:
    room = module.relative_to(PACKAGE).parts[0]
    if room not in MAY_SEE:
        return
    seen = {name.split(".")[1] for name in _imports(module) if name.startswith("events_archive.")}
    assert seen <= MAY_SEE[room] | SHARED


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_stays_in_its_room(module: Path) -> None:
    room = module.relative_to(PACKAGE).parts[0]
    for name in _imports(module):
        home = ONLY_IN.get(name.split(".")[0])
        assert home in (None, room), f"{name} belongs in {home}"


def test_the_model_needs_nothing_but_the_standard_library() -> None:
    for module in (PACKAGE / "model").rglob("*.py"):
        for name in _imports(module):
            top = name.split(".")[0]
            assert top == "events_archive" or top in sys.stdlib_module_names, f"{module}: {name}"
