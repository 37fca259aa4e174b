"""The settings with which a published site says it was built."""

from argparse import ArgumentTypeError
from collections.abc import Container
from typing import Any

from events_archive.published.files import UnusableFileError
from events_archive.settings import SETTINGS, Settings
from events_archive.site import urls
from events_archive.site.build_info import BuildInfo


def stated_differences(
    info: BuildInfo, settings: Settings, given: Container[str] = ()
) -> dict[str, Any]:
    """Return those of the stated settings that are others than in ``settings``, by name.

    Those with a name in ``given`` are left out.

    Raises `UnusableFileError` for a value that the setting cannot have.
    """
    differences = {}
    for row in SETTINGS:
        if not row.affects_output or row.name not in info.settings or row.name in given:
            continue
        value = info.settings[row.name]
        try:
            assert row.parse
            # What sets nothing is no value that a parser knows.
            parsed = row.default if value in ("", []) else row.parse(value)
        except (ArgumentTypeError, ValueError) as error:
            raise UnusableFileError(f"{urls.BUILD_INFO}, {row.name}: {error}") from error
        if parsed != getattr(settings, row.name):
            differences[row.name] = parsed
    return differences
