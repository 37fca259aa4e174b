"""Programs of others that some tests need."""

import os
import shutil

import pytest


def require_program(name: str, package: str) -> str:
    """Where the program is; skips the test where it is not, or fails where one is required."""
    path = shutil.which(name)
    if path:
        return path
    advice = f"no {name} on the PATH; on Debian: apt-get install {package}"
    if os.environ.get("ARCHIVE_REQUIRE_CLIENTS"):
        pytest.fail(advice)
    pytest.skip(advice)
