"""The originals of the pictures: each is downloaded once, and kept for as long as it is wanted.

Pictures are ornament, so nothing about them stops a build: one that is missing or broken costs a
warning. Their addresses come from outside, so every download is bounded in bytes, in time and in
where it may lead (`guard`). The key for the API never gets here.
"""

import queue
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from events_archive.model.event import Image
from events_archive.report import Report
from events_archive.source import strict_json
from events_archive.source.cache import write_atomically

if TYPE_CHECKING:
    import requests

    from events_archive.source.guard import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a download may go."""

    size: int = 25_000_000
    """Bytes."""
    seconds: float = 60
    """For the whole picture, with its redirects."""
    connect: float = 10
    """Seconds until a host has taken the connection."""
    read: float = 20
    """Seconds without a byte."""
    redirects: int = 5
    retry: timedelta = timedelta(days=1)
    """When a picture that was refused is asked for again."""
    retry_soon: timedelta = timedelta(hours=1)
    """The same for a picture whose server had no time for it."""


DEFAULT_BOUNDS = Bounds()

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that speak of the moment and not of the picture."""
_WATCH = 0.1
"""Seconds between two looks at who is late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a run did, as `Image.key` in the order in which the pictures were asked for."""

    new: tuple[str, ...] = ()
    """Downloaded, or downloaded again because they had changed."""
    kept: tuple[str, ...] = ()
    """Were there, and stay in use."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Why it could not be had; may also be in `kept`, when an older copy is there."""


def fetch_pictures(
    images: Iterable[Image],
    *,
    folder: Path,
    api_url: str,
    user_agent: str,
    jobs: int,
    report: Report,
    now: datetime,
    refresh: bool = False,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Fetched:
    """See to it that ``folder`` holds the original of each of ``images``, under `Image.key`.

    What is there is not asked for again, unless ``refresh`` is set; then a server that knows
    conditional requests (RFC 9110, section 13.1) sends only what has changed. What failed is
    remembered, and not tried again before `Bounds.retry` has passed since ``now``.

    Addresses on private networks are refused, except for those of the API's own host.

    Raises `CacheError` where ``folder`` cannot be written to.
    """
    wanted: dict[str, Image] = {}
    for image in images:
        wanted.setdefault(image.key, image)
    present = frozenset(key for key in wanted if (folder / key).is_file())
    memory = _Memory.load(folder / "validators.json")
    held = {} if refresh else memory.held_back(wanted, present, now)
    due = [
        _Task(image=image, path=folder / key, validators=memory.validators_of(key, present))
        for key, image in wanted.items()
        if key not in held and (refresh or key not in present)
    ]
    way = _Way(api_url=api_url, user_agent=user_agent, bounds=bounds)
    results = _download_all(due, way, jobs=jobs, report=report, memory=memory, now=now)
    failed = {key: failure.reason for key, failure in held.items()}
    failed |= {key: result.fault for key, result in results.items() if result.fault}
    new = tuple(key for key in wanted if key in results and results[key].is_new)
    kept = tuple(key for key in wanted if key in present and key not in new)
    for key, image in wanted.items():
        if key in failed:
            report.warn(_warning(image, failed[key], key in present, held.get(key)))
    if due:
        report.say(f"{len(new)} pictures fetched, {len(failed) - len(held)} failed")
    return Fetched(new=new, kept=kept, failed={key: failed[key] for key in wanted if key in failed})


def _warning(image: Image, fault: str, is_present: bool, held: "_Failure | None") -> str:
    """What to say about a picture that could not be had."""
    # Nothing that a terminal would obey.
    url = "".join(c if c.isprintable() else "?" for c in image.url[:300])
    if is_present:
        fault += "; the copy from an earlier run stays in use"
    elif held:
        fault += f"; it will be asked for again after {held.until:%Y-%m-%d %H:%M} UTC"
    return f"picture {image.id} ({url}): {fault}"


# What is remembered from run to run --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """A picture that could not be had."""

    url: str
    """Where it was looked for: at a new address it is looked for at once."""
    reason: str
    at: datetime
    until: datetime
    """Until when it is not asked for again."""

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> "_Failure":
        """The failure that `as_json` wrote; raises what damaged data makes it raise."""
        at, until = (datetime.fromisoformat(fields[name]) for name in ("at", "until"))
        return cls(
            url=str(fields["url"]),
            reason=str(fields["reason"]),
            at=at.astimezone(UTC),
            until=until.astimezone(UTC),
        )

    def as_json(self) -> dict[str, str]:
        return {
            "url": self.url,
            "reason": self.reason,
            "at": self.at.isoformat(),
            "until": self.until.isoformat(),
        }


@dataclass(slots=True, kw_only=True)
class _Memory:
    """``validators.json``: nothing is lost with it but a few requests."""

    path: Path
    validators: dict[str, dict[str, str]]
    """By `Image.key`, the request headers that make the next request conditional."""
    failures: dict[str, _Failure]

    @classmethod
    def load(cls, path: Path) -> "_Memory":
        """What was remembered; nothing where the file is missing or damaged."""
        try:
            document = strict_json.decode(path.read_bytes())
            validators = {
                key: _safe_validators(headers) for key, headers in document["validators"].items()
            }
            failures = {key: _Failure.parse(facts) for key, facts in document["failed"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError):
            return cls(path=path, validators={}, failures={})
        return cls(path=path, validators=validators, failures=failures)

    def save(self) -> None:
        """Write it down, unless it says so already."""
        document = {
            "validators": self.validators,
            "failed": {key: failure.as_json() for key, failure in self.failures.items()},
        }
        write_atomically(self.path, strict_json.encode(document) + b"\n")

    def held_back(
        self, wanted: Mapping[str, Image], present: Collection[str], now: datetime
    ) -> dict[str, _Failure]:
        """The missing pictures that failed so recently that they are not asked for."""
        return {
            key: failure
            for key, failure in self.failures.items()
            if key in wanted
            and key not in present
            and failure.url == wanted[key].url
            # A failure from the future is a clock that was wrong.
            and failure.at <= now < failure.until
        }

    def validators_of(self, key: str, present: Collection[str]) -> Mapping[str, str]:
        """The headers to ask with whether an original has changed; none if it is not there."""
        return self.validators.get(key, {}) if key in present else {}

    def note(self, task: "_Task", result: "_Result", now: datetime) -> None:
        """Remember how it went."""
        key = task.image.key
        self.failures.pop(key, None)
        if result.validators is not None:
            self.validators[key] = _safe_validators(result.validators)
        if result.hold_back:
            until = now + result.hold_back
            self.failures[key] = _Failure(
                url=task.image.url, reason=result.fault, at=now, until=until
            )


def _safe_validators(headers: Mapping[str, str]) -> dict[str, str]:
    """Only what may be sent as a header, of what a server or a damaged file says."""
    return {
        name: headers[name]
        for name in ("If-None-Match", "If-Modified-Since")
        if name in headers and headers[name].isascii() and headers[name].isprintable()
    }


# A few at a time ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One picture to ask for."""

    image: Image
    path: Path
    validators: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """How it went."""

    is_new: bool = False
    """Whether the original in the folder is another one than before."""
    validators: Mapping[str, str] | None = None
    """To ask with the next time; None where the old ones still hold."""
    fault: str = ""
    hold_back: timedelta = timedelta(0)
    """For how long it need not be asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """What all downloads of a run have in common."""

    api_url: str
    user_agent: str
    bounds: Bounds
    unreachable: dict[str, str] = field(default_factory=dict)
    """Hosts that nobody answered for, and why: they are not tried again in this run."""

    def line(self) -> "Line":
        """A thread's own way out."""
        # Requests costs 100 ms to import, which a run without downloads need not pay.
        from events_archive.source.guard import Line, addresses_of  # noqa: PLC0415

        return Line(exempt=frozenset(addresses_of(urlsplit(self.api_url).hostname or "")))


def _download_all(
    tasks: list[_Task], way: _Way, *, jobs: int, report: Report, memory: _Memory, now: datetime
) -> dict[str, _Result]:
    """Download all of ``tasks``, ``jobs`` at a time, and remember how it went."""
    if not tasks:
        return {}
    results = {}
    try:
        with report.progress("pictures", len(tasks)) as progress, _Crew(tasks, way, jobs) as crew:
            for task, result in crew.results():
                results[task.image.key] = result
                memory.note(task, result, now)
                progress.advance()
    finally:
        # Also after Ctrl-C: what has arrived need not be asked for again.
        memory.save()
    return results


class _Crew:
    """Threads that download. They are daemons: no server can hold up the end of the program."""

    def __init__(self, tasks: list[_Task], way: _Way, jobs: int) -> None:
        self._tasks, self._way = tasks, way
        self._todo: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[_Task, _Result | BaseException]] = queue.SimpleQueue()
        for task in tasks:
            self._todo.put(task)
        self._stop = threading.Event()
        self._lines = [way.line() for _ in range(max(1, min(jobs, len(tasks))))]
        self._threads = [
            threading.Thread(target=self._work, args=(line,), name="pictures", daemon=True)
            for line in self._lines
        ]

    def __enter__(self) -> "_Crew":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop at once; when all is done there is nothing to stop."""
        self._stop.set()
        for line in self._lines:
            line.cut()
        for thread in self._threads:
            thread.join(timeout=1)

    def results(self) -> Iterator[tuple[_Task, _Result]]:
        """Each task and how it went, as they come; whoever is late meanwhile is cut off."""
        missing = len(self._tasks)
        while missing:
            for line in self._lines:
                line.cut(only_if_late=True)
            with suppress(queue.Empty):
                task, result = self._done.get(timeout=_WATCH)
                missing -= 1
                if isinstance(result, BaseException):
                    raise result
                yield task, result

    def _work(self, line: "Line") -> None:
        with suppress(queue.Empty):
            while not self._stop.is_set():
                task = self._todo.get_nowait()
                line.begin(self._way.bounds.seconds)
                try:
                    self._done.put((task, _fetch(task, line, self._way, self._stop)))
                except BaseException as error:  # Not ours to handle, and nobody else's here.
                    self._done.put((task, error))
                finally:
                    line.end()
        line.close()


# One picture -------------------------------------------------------------------------------------


class _RefusedError(Exception):
    """Why a picture is not taken, in words, and for how long that is likely to be so."""

    def __init__(self, reason: str, hold_back: timedelta) -> None:
        super().__init__(reason)
        self.hold_back = hold_back


def _fetch(task: _Task, line: "Line", way: _Way, stop: threading.Event) -> _Result:
    """Download one picture into its file; a fault is a result too."""
    try:
        answer = _within_bounds(task, line, way)
    except _RefusedError as refused:
        # An original that is there is not asked for on normal runs anyway.
        hold_back = timedelta(0) if task.path.is_file() else refused.hold_back
        return _Result(fault=str(refused), hold_back=hold_back)
    if answer is None or stop.is_set():
        return _Result()
    data, validators = answer
    # The same bytes again leave the file alone, and with it the thumbnails made from it.
    return _Result(is_new=write_atomically(task.path, data), validators=validators)


def _within_bounds(task: _Task, line: "Line", way: _Way) -> tuple[bytes, Mapping[str, str]] | None:
    """The picture's bytes and its validators, or None when it has not changed.

    Raises `_RefusedError` for everything that can go wrong.
    """
    from events_archive.source.guard import ForbiddenError, UnreachableError  # noqa: PLC0415

    bounds = way.bounds
    too_long = _RefusedError(f"it took longer than {bounds.seconds:g} seconds", bounds.retry_soon)
    try:
        answer = _follow(task, line, way)
    except (_RefusedError, ForbiddenError, UnreachableError, ValueError, OSError) as error:
        raise (too_long if line.is_cut else _refusal(error, bounds)) from error
    if line.is_cut:
        raise too_long
    return answer


def _refusal(error: Exception, bounds: Bounds) -> _RefusedError:
    """What an error of the network means for the picture."""
    from events_archive.source.guard import ForbiddenError, UnreachableError  # noqa: PLC0415

    match error:
        case _RefusedError():
            return error
        case ForbiddenError():
            return _RefusedError(f"{error} is not a public address", bounds.retry)
        case UnreachableError():
            # Often it is this end that has no network: not worth remembering.
            return _RefusedError(str(error), timedelta(0))
        case ValueError():
            return _RefusedError("its address is not valid", bounds.retry)
        case _:
            reason = f"the connection broke off ({type(error).__name__})"
            return _RefusedError(reason, bounds.retry_soon)


def _follow(task: _Task, line: "Line", way: _Way) -> tuple[bytes, Mapping[str, str]] | None:
    """Ask for the picture and follow redirects (RFC 9110, section 15.4) to it, each one checked."""
    url = task.image.url
    for _ in range(way.bounds.redirects + 1):
        with _ask(url, task, line, way) as response:
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                return _answer(response, task, way.bounds)
            # Header fields are read as Latin-1; what servers put there is UTF-8 (RFC 9110, 5.5).
            location = response.headers["Location"].encode("latin-1").decode("utf-8", "replace")
            url = urljoin(url, location)
    raise _RefusedError(
        f"it was redirected more than {way.bounds.redirects} times", way.bounds.retry
    )


def _ask(url: str, task: _Task, line: "Line", way: _Way) -> "requests.Response":
    """Send one request, unless the address is of another kind or its host is known to be away."""
    from events_archive.source.guard import UnreachableError  # noqa: PLC0415

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise _RefusedError("its address is not one of http or https", way.bounds.retry)
    if parts.netloc in way.unreachable:
        raise UnreachableError(way.unreachable[parts.netloc])
    headers = {
        "User-Agent": way.user_agent,
        "Accept": "image/*, */*;q=0.1",
        "Accept-Encoding": "identity",
        **task.validators,
    }
    try:
        return line.get(url, headers, timeout=(way.bounds.connect, way.bounds.read))
    except UnreachableError as error:
        way.unreachable[parts.netloc] = str(error)
        raise


def _answer(
    response: "requests.Response", task: _Task, bounds: Bounds
) -> tuple[bytes, Mapping[str, str]] | None:
    """What the last answer holds, if it is a picture."""
    status = response.status_code
    if status == HTTPStatus.NOT_MODIFIED and task.validators:
        return None
    if status != HTTPStatus.OK:
        passing = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        raise _RefusedError(
            f"the server answered {status} {response.reason or ''}".strip(),
            bounds.retry_soon if passing else bounds.retry,
        )
    data = _body(response, bounds)
    if other := what_else(data):
        raise _RefusedError(f"it is {other}, not a picture", bounds.retry)
    headers = {
        "If-None-Match": response.headers.get("ETag", ""),
        "If-Modified-Since": response.headers.get("Last-Modified", ""),
    }
    return data, {name: value for name, value in headers.items() if value}


def _body(response: "requests.Response", bounds: Bounds) -> bytes:
    """The answer's body, but no more of it than is allowed, whatever the server announces."""
    too_large = _RefusedError(f"it is larger than {bounds.size / 1e6:g} MB", bounds.retry)
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and float(announced) > bounds.size:
        raise too_large
    data = bytearray()
    for chunk in response.iter_content(64 * 1024):
        data += chunk
        if len(data) > bounds.size:
            raise too_large
    is_coded = response.headers.get("Content-Encoding", "identity") != "identity"
    if announced.isdecimal() and not is_coded and len(data) < int(announced):
        # RFC 9112, section 8; urllib3 does not mind before its version 2.
        raise _RefusedError("the connection broke off (before the end)", bounds.retry_soon)
    return bytes(data)


def what_else(data: bytes) -> str:
    """What data is that certainly is no picture: "HTML", "SVG", "text", ...; "" when it may be one.

    SVG is a picture to people; here it is a document that may hold scripts.
    """
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not head:
        return "empty"
    if head.startswith(b"<"):
        if b"<html" in head or b"<!doctype html" in head:
            return "HTML"
        return "SVG" if b"<svg" in head else "HTML or XML"
    if head[:1] in {b"{", b"["}:
        return "JSON"
    # No picture's first bytes are all letters and digits and the like, an error message's are.
    return "text" if all(32 <= byte < 127 or byte in b"\t\r\n" for byte in head) else ""
