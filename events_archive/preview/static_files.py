"""The response to each path, decided from the output folder alone, as GitHub Pages decides it."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote

from msgspec import Struct, field

from events_archive.site.formats import content_type
from events_archive.store.opener import is_file, read_file


class Response(Struct, frozen=True, kw_only=True):
    """An HTTP response."""

    status: HTTPStatus
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_page(self) -> bool:
        """Whether it is HTML."""
        return self.content_type.startswith("text/html")


def respond(folder: Path, prefix: str, target: str) -> Response:
    """Return the response to a request of ``target`` from the site in ``folder`` under ``prefix``.

    ``target`` is a path with or without a query; ``prefix`` begins and ends with a slash. As on
    GitHub Pages, ``/x`` is answered with ``x.html``, a folder without its final slash with a
    redirect, and what does not exist with ``404.html``.
    """
    path = target.partition("?")[0].partition("#")[0]
    if path in ("/", prefix.removesuffix("/")) and path != prefix:
        return _redirect(prefix)
    if not path.startswith(prefix):
        return Response(
            status=HTTPStatus.NOT_FOUND,
            body=f"{path} lies outside {prefix}, where the site is.\n".encode(),
        )
    relative = unquote(path.removeprefix(prefix))
    # The system refuses names that are too long.
    with suppress(OSError):
        if _is_public(folder, relative):
            file = folder / relative
            if not relative or relative.endswith("/"):
                candidates = [file / "index.html"]
            else:
                candidates = [file, folder / f"{relative}.html"]
            for candidate in candidates:
                if is_file(candidate):
                    return _file_response(candidate, HTTPStatus.OK)
            if file.is_dir() and not path.endswith("/"):
                return _redirect(f"{path}/")
    if is_file(page := folder / "404.html"):
        return _file_response(page, HTTPStatus.NOT_FOUND)
    return Response(status=HTTPStatus.NOT_FOUND, body=b"Not found, and there is no 404.html.\n")


def _is_public(folder: Path, relative: str) -> bool:
    """Whether the path stays inside of the folder and has no hidden part."""
    has_hidden_part = any(part.startswith(".") for part in relative.split("/"))
    if "\0" in relative or "\\" in relative or has_hidden_part:
        return False
    return (folder / relative).resolve().is_relative_to(folder.resolve())


def _file_response(file: Path, status: HTTPStatus) -> Response:
    return Response(status=status, body=read_file(file), content_type=content_type(file.name))


def _redirect(path: str) -> Response:
    return Response(
        status=HTTPStatus.MOVED_PERMANENTLY,
        headers={"Location": quote(path, safe="/%")},
    )
