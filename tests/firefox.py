"""A headless Firefox, driven through Marionette, the protocol that it has built in."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.external_programs import require_program

_PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Firefox:
    """One tab of a running Firefox."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._file = self._socket.makefile("rb")
        self._receive()
        self._send("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})

    def goto(self, url: str) -> None:
        """Open a page and wait until it is loaded."""
        self._send("WebDriver:Navigate", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """Return what a function body returns in the page, whose policy does not apply to it."""
        parameters = {"script": script, "args": arguments}
        return self._send("WebDriver:ExecuteScript", parameters)["value"]

    def wait_for(self, script: str, *arguments: object) -> Any:
        """Return what the script returns as soon as it is true."""
        deadline = time.monotonic() + 20
        while not (value := self.run(script, *arguments)):
            assert time.monotonic() < deadline, script
            time.sleep(0.05)
        return value

    def close(self) -> None:
        """End the browser."""
        self._send("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._file.close()
        self._socket.close()

    def _send(self, command: str, parameters: dict[str, Any]) -> Any:
        message = json.dumps([0, 1, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._receive()
        assert error is None, error
        return result

    def _receive(self) -> Any:
        size = b""
        while (byte := self._file.read(1)) != b":":
            assert byte, "Firefox has closed the connection"
            size += byte
        return json.loads(self._file.read(int(size)))


@contextmanager
def launch_firefox(
    profile: Path, preferences: Mapping[str, object] | None = None
) -> Iterator[Firefox]:
    """Yield a headless Firefox with a new ``profile``; skips the test if none is installed."""
    program = require_program("firefox-esr", "firefox", package="firefox-esr")
    profile.mkdir()
    values = {**_PREFERENCES, **(preferences or {})}
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in values.items())
    (profile / "user.js").write_text("\n".join(lines))
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    # Without an address of a display or a session bus it starts nothing else.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        firefox = Firefox(_port(profile, process))
        yield firefox
        firefox.close()
        process.wait(20)
    finally:
        process.kill()
        process.wait()


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    file = profile / "MarionetteActivePort"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if file.is_file() and (text := file.read_text()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError("Firefox does not start")
