"""The imports of the package follow its layers."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "events_archive"

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"model"}),
    frozenset({"store", "net"}),
    frozenset({"source", "images"}),
    frozenset({"ll2", "snapi"}),
    frozenset({"query", "search"}),
    frozenset({"site"}),
    frozenset({"pages"}),
    frozenset({"render", "export"}),
    frozenset({"output"}),
    frozenset({"check", "preview", "published"}),
    frozenset({"commands"}),
)
"""From the bottom up. A package imports itself and packages of the layers below it."""

SHARED = frozenset(
    {
        "__version__",
        "code_digest",
        "console",
        "errors",
        "load_settings",
        "safe_text",
        "settings",
        "thread_pool",
        "workers",
    }
)
"""Modules that every package may import."""

ONLY_IN = {
    "requests": {"net"},
    "urllib3": {"net"},
    "jinja2": {"render"},
    "markdown": {"render"},
    "markupsafe": {"render"},
    "nh3": {"render"},
    "PIL": {"images"},
    "libzim": {"export"},
    "watchfiles": {"preview"},
}
"""The packages that may import a third-party library."""


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
def test_a_package_imports_only_the_layers_below_it(module: Path) -> None:
    package = module.relative_to(PACKAGE).parts[0]
    level = next((i for i, layer in enumerate(LAYERS) if package in layer), None)
    if level is None:
        return
    allowed = frozenset({package}).union(SHARED, *LAYERS[:level])
    imported = {
        name.split(".")[1] for name in _imports(module) if name.startswith("events_archive.")
    }
    assert imported <= allowed


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_is_imported_by_its_package_only(module: Path) -> None:
    package = module.relative_to(PACKAGE).parts[0]
    for name in _imports(module):
        allowed = ONLY_IN.get(name.split(".")[0])
        assert allowed is None or package in allowed, f"{name} belongs in {allowed}"


def test_the_model_needs_no_library_but_msgspec() -> None:
    for module in (PACKAGE / "model").rglob("*.py"):
        for name in _imports(module):
            top = name.split(".")[0]
            is_allowed = top in {"events_archive", "msgspec", *sys.stdlib_module_names}
            assert is_allowed, f"{module}: {name}"
