"""What the preview answers to an address, decided from the folder alone, as GitHub Pages does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote

from events_archive.site.formats import content_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer."""

    status: HTTPStatus
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_page(self) -> bool:
        """Whether a browser shows it as a page."""
        return self.media_type.startswith("text/html")


def respond(folder: Path, prefix: str, target: str) -> Response:
    """The answer to ``target``, the path of a request, for the site in ``folder`` under ``prefix``.

    ``prefix`` begins and ends with a slash. As on GitHub Pages ``/x`` is answered by ``x.html``,
    a folder without its slash by a redirect, and what is not there by ``404.html``.
    """
    path = target.partition("?")[0].partition("#")[0]
    if path in ("/", prefix.removesuffix("/")) and path != prefix:
        return _redirect(prefix)
    if not path.startswith(prefix):
        return Response(
            status=HTTPStatus.NOT_FOUND,
            body=f"{path} lies outside {prefix}, where the site is.\n".encode(),
        )
    inside = unquote(path.removeprefix(prefix))
    if (file := _file(folder, inside)) is not None:
        return _with_file(file, HTTPStatus.OK)
    if not path.endswith("/") and _folder(folder, inside):
        return _redirect(f"{path}/")
    return _not_found(folder)


def _file(folder: Path, inside: str) -> Path | None:
    """The file that answers to ``inside``, if it is one of the site's own."""
    if not _is_public(folder, inside):
        return None
    if not inside or inside.endswith("/"):
        choices = [folder / inside / "index.html"]
    else:
        choices = [folder / inside, folder / f"{inside}.html"]
    return next((path for path in choices if path.is_file()), None)


def _folder(folder: Path, inside: str) -> bool:
    return _is_public(folder, inside) and (folder / inside).is_dir()


def _is_public(folder: Path, inside: str) -> bool:
    """Whether the path stays inside the folder and away from the build's own hidden files."""
    if "\0" in inside or "\\" in inside or any(p.startswith(".") for p in inside.split("/")):
        return False
    return (folder / inside).resolve().is_relative_to(folder.resolve())


def _with_file(file: Path, status: HTTPStatus) -> Response:
    return Response(status=status, body=file.read_bytes(), media_type=content_type(file.name))


def _not_found(folder: Path) -> Response:
    page = folder / "404.html"
    if page.is_file():
        return _with_file(page, HTTPStatus.NOT_FOUND)
    return Response(status=HTTPStatus.NOT_FOUND, body=b"Not found, and there is no 404.html.\n")


def _redirect(path: str) -> Response:
    return Response(
        status=HTTPStatus.MOVED_PERMANENTLY,
        headers={"Location": quote(path, safe="/%")},
    )
