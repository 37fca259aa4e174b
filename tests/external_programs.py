"""External programs that some tests need."""

import os
import shutil

import pytest


def require_program(*names: str, package: str) -> str:
    """Return the path of the first of the programs that is installed.

    Without one the test is skipped, or fails if `ARCHIVE_REQUIRE_CLIENTS` is set. `package` is the
    Debian package that has the program.
    """
    path = next((path for name in names if (path := shutil.which(name))), None)
    if path:
        return path
    advice = f"no {names[0]} on the PATH; on Debian: apt-get install {package}"
    if os.environ.get("ARCHIVE_REQUIRE_CLIENTS"):
        pytest.fail(advice)
    pytest.skip(advice)
