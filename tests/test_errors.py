"""The exceptions of the package."""

import importlib
import pkgutil

import events_archive
from events_archive.errors import ArchiveError


def _exceptions() -> set[type[BaseException]]:
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(events_archive.__path__, "events_archive.")
    ]
    return {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, BaseException)
        and value.__module__.startswith("events_archive.")
    }


def test_an_exception_is_an_archive_error_or_private_to_its_module() -> None:
    names = {error.__name__ for error in _exceptions()}
    assert "ArchiveError" in names
    assert [name for name in names if not name.endswith("Error")] == []
    others = {error.__name__ for error in _exceptions() if not issubclass(error, ArchiveError)}
    # An `OSError` for those who expect one, with a better reason.
    assert {name for name in others if not name.startswith("_")} == {"NotAFileError"}


def test_each_exception_has_the_exit_status_of_a_failure_or_of_wrong_usage() -> None:
    for error in _exceptions():
        if issubclass(error, ArchiveError):
            assert error.exit_status in (1, 2), error
