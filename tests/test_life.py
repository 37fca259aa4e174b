"""The life of an archive under a clock of its own: random edits upstream, refreshes and builds.

``ARCHIVE_EDITS=10000 pytest -s tests/test_life.py`` makes more edits than the usual thousand. What
is published is compared with what was published before, as subscribers and readers get it.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from html import unescape
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from msgspec import Struct

from events_archive.commands.build import publish
from events_archive.commands.fetch import load_site
from events_archive.console import Console
from events_archive.pages import change_entries
from events_archive.settings import Settings
from events_archive.site.site import Site
from tests.ll2.archives import ROOT, Upstream
from tests.ll2_server import EventDatabase
from tests.ll2_server.dates import format_utc
from tests.ll2_server.image_records import image_record
from tests.ll2_server.reference_data import EVENT_TYPES, NET_PRECISIONS
from tests.ll2_server.sample_images import sample_image

EDITS = int(os.environ.get("ARCHIVE_EDITS", "1000"))
EVENTS = 24
BASE_URL = "https://example.org/"
PERMANENT = (".html", ".ics", ".rss", ".atom")
STATED = ("*.rss", "*.atom", "*.ics", "sitemap.xml", "feed.json", "changes.json", "events/*.html")
"""What must not change a byte without a change of an event."""

NAVIGATION = '<div class="event-navigation'
NO_CONTENT = re.compile(
    r'<div class="event-actions".*?</div>|<details class="facts record">.*?</details>|'
    # What other events tell of this one.
    r'<section class="(?:story|presence)".*?</section>|</?div\b[^>]*>|'
    r'<a href="\.\./[^"]*"[^>]*>|</a>',
    re.DOTALL,
)
ENTRY_DATES = re.compile(r"<(published|updated)>[^<]*</\1>|<link rel=\"alternate\"[^>]*>")
REVISION = re.compile(r"^(?:DTSTAMP|LAST-MODIFIED|SEQUENCE):.*\r\n", re.MULTILINE)


class Shown(Struct, frozen=True, kw_only=True):
    """What the site states of an event, and how it dates it."""

    page: str
    log: tuple[str, ...]
    """The recorded changes, each with its time."""
    component: str
    sequence: int | None
    modified: str
    entry: str
    published: str
    updated: str


def difference(before: Shown, shown: Shown) -> list[str]:
    return list(unified_diff(before.page.splitlines(), shown.page.splitlines(), n=0))[2:]


class Client:
    """A reader of ``changes.atom`` which fetches an archive document only once (RFC 5005)."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self._documents: set[str] = set()

    def poll(self, output: Path) -> None:
        path = "changes.atom"
        while path and path not in self._documents:
            text = (output / path).read_text("utf-8")
            self.known |= {id: title for id, title, _ in entries_of(text)}
            if path != "changes.atom":
                self._documents.add(path)
            link = re.search(r'rel="prev-archive"[^>]*href="([^"]*)"', text)
            path = link[1].removeprefix(BASE_URL) if link else ""


def entries_of(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield id, title and source text of each entry of an Atom document."""
    for entry in re.findall(r"<entry>\n(.*?)</entry>", text, re.DOTALL):
        id, title = re.search(r"<id>(.*?)</id>\n<title>(.*?)</title>", entry, re.DOTALL).groups()
        yield id, title, entry


class Life:
    """An archive, its upstream, and everything that it has ever published."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.database = EventDatabase.generate(EVENTS, images=4)
        self.upstream = Upstream(self.database)
        self.now = datetime(2026, 9, 1, 12, tzinfo=UTC)
        self.settings = Settings(
            cache=folder / "cache", output=folder / "output", api_url=ROOT, base_url=BASE_URL,
            pictures=False, jobs=1, max_age=timedelta(), accept_withdrawals=True,
        )  # fmt: skip
        self.output = self.settings.output
        self.counts: Counter[str] = Counter()
        self.deleted: list[int] = []
        self.former = {id: [self.database[id]] for id in self.database.ids}
        self.shown: dict[int, Shown] = {}
        self.paths: set[str] = set()
        self.entry_ids: set[str] = set()
        self.feed_dates: dict[str, str] = {}
        self.frequent, self.rare = Client(), Client()
        self.next_rare = self.now

    # --- upstream

    def edit(self) -> None:
        """Change something in the database, with or without a new ``last_updated``."""
        self.counts["edits"] += 1
        kind = self.random.choice((*self.EDITS, "delete", "restore", "add", "reuse", "revert"))
        number = self.random.choice(self.database.ids)
        match kind:
            case "delete" if len(self.database) > EVENTS - 4:
                self.deleted.append(number)
                self.database.delete(number)
            case "restore" if self.deleted:
                self.database.restore(self.deleted.pop(self.random.randrange(len(self.deleted))))
            case "add" if len(self.database) < EVENTS + 8:
                added = self.database.add(name=f"Event of day {self.now:%j}")
                self.former[added["id"]] = [added]
            case "reuse":
                slug = self.database[number]["slug"]
                self.database.rename(number, f"Other {self.random.randrange(99)}")
                self.database.change(self.random.choice(self.database.ids), slug=slug)
            case "revert":
                self.revert(number)
            case _ if kind in self.EDITS:
                fields = self.EDITS[kind](self, self.database[number])
                is_silent = self.random.random() < 0.3
                self.database.change(number, silently=is_silent, **fields)
                self.former[number].append(self.database[number])

    def revert(self, number: int) -> None:
        record = self.random.choice(self.former[number])
        unchanged = {"id", "url", "slug", *(["last_updated"] * self.random.randint(0, 1))}
        fields = {name: value for name, value in record.items() if name not in unchanged}
        self.database.change(number, **fields | {"slug": self.database[number]["slug"]})

    def noise(self) -> None:
        """Move stamps, hosts and states of streams, which no page shows."""
        for number in self.database.ids:
            record = self.database[number]
            if record["image"]:
                host = f"https://{self.random.choice('ab')}.example/media/"
                image = record["image"] | {"thumbnail_url": host, "variants": []}
                url = re.sub(r"^https?://[^/]+", "https://c.example", image["image_url"])
                self.database.change(number, image=image | {"image_url": url})
            self.database.change(number, webcast_live=self.random.random() < 0.5)

    def word(self, *words: str) -> str:
        return f"{self.random.choice(words)} {self.random.randrange(9)}"

    def moved(self, record: dict[str, Any]) -> dict[str, Any]:
        when = self.now + timedelta(minutes=self.random.randrange(-500_000, 500_000, 15))
        precision = self.random.choice([*NET_PRECISIONS.values(), None])
        return {"date": format_utc(when), "date_precision": precision}

    def noted(self, record: dict[str, Any]) -> dict[str, Any]:
        note = {
            "id": self.random.randrange(10**6), "profile_image": None, "info_url": None,
            "comment": self.word("Slipped", "Added", "Go"), "created_by": "x",
            "created_on": format_utc(self.now - timedelta(hours=self.random.randrange(99))),
        }  # fmt: skip
        kept = [one for one in record["updates"] if self.random.random() < 0.7]
        return {"updates": [*kept, note][self.random.randint(0, 1) :]}

    def pictured(self, record: dict[str, Any]) -> dict[str, Any]:
        choice, number = self.random.choice, self.random.randrange(9, 12)
        image = image_record(
            number, "a.jpg", credit=choice(("NASA", "ESA")), licence=choice((1, 4, 5))
        )
        return {"image": choice((image, image, None))}

    def credited(self, record: dict[str, Any]) -> dict[str, Any]:
        return {"image": record["image"] and record["image"] | {"credit": self.word("By", "From")}}

    def linked(self, record: dict[str, Any]) -> dict[str, Any]:
        name = self.random.choice(("info_urls", "vid_urls"))
        links = [link | {"title": self.word("Read", "See")} for link in record[name]]
        return {name: self.random.choice((links, links[1:], links[::-1]))}

    def staffed(self, record: dict[str, Any]) -> dict[str, Any]:
        name = self.random.choice(("agencies", "program", "astronauts", "launches"))
        members = [dict(member) for member in record[name] or ()]
        for member in members[:1]:
            key = self.random.choice(("name", "abbrev" if name == "agencies" else "name"))
            member[key] = self.word("Crew", "Team")
        return {name: self.random.choice((members, members[1:], members))}

    EDITS: ClassVar[dict[str, Callable[["Life", dict[str, Any]], dict[str, Any]]]] = {
        "rename": lambda life, record: {"name": life.word("Docking", "US EVA-7", "Landing")},
        "move": moved,
        "describe": lambda life, record: {"description": life.word("They work.", "They rest.")},
        "place": lambda life, record: {"location": life.word("Moon", "Pad")},
        "type": lambda life, record: {"type": life.random.choice(list(EVENT_TYPES.values()))},
        "note": noted,
        "picture": pictured,
        "credit": credited,
        "links": linked,
        "people": staffed,
        "duration": lambda life, record: {"duration": f"PT{life.random.randint(1, 3)}H"},
        "stamp": lambda life, record: {},
        "live": lambda life, record: {"webcast_live": not record["webcast_live"]},
    }

    # --- the archive

    def look(self, *, hours: float | None = None) -> Site:
        """Refresh and build; with ``hours``, fetch everything after so many."""
        self.counts["builds"] += 1
        self.now += timedelta(hours=hours or self.random.choice((6, 6, 30, 200)))
        self.database.clock = self.now
        is_full = hours is not None or self.random.random() < 0.5
        settings = replace(self.settings, full=is_full)
        console = Console(quiet=True)
        site = load_site(settings, console, now=self.now, connect=self.upstream.connect)
        for image in site.catalogue.images:
            original = settings.cache / "originals" / image.key
            if not original.exists():
                original.parent.mkdir(exist_ok=True)
                original.write_bytes(sample_image(image.key, "", 32))
        return publish(site, console, None)

    def read(self, site: Site) -> dict[int, Shown]:
        """Return what the site shows of each event."""
        entries = {}
        for path in (self.output / "feed.atom", *self.output.glob("feed/*.atom")):
            entries |= {id: entry for id, _, entry in entries_of(path.read_text("utf-8"))}
        found = {}
        for event in site.catalogue.all_events:
            html = (self.output / site.urls.event(event)).read_text("utf-8")
            body = html.partition('<div class="event-header">')[2]
            body, _, log = body.partition('<section aria-labelledby="history">')
            component = (self.output / f"id/{event.id}.ics").read_bytes().decode()
            component = component[component.find("BEGIN:VEVENT") :] if event.date.utc else ""
            sequence = re.search(r"^SEQUENCE:(\d+)", component, re.MULTILINE)
            entry = entries.get(f"tag:thespacedevs.com,2020:ll2:event:{event.id}", "")
            words = NO_CONTENT.sub("", body.partition(NAVIGATION)[0]).split()
            # A programme that is called like the station is not shown beside it, but stated in all
            # files of data.
            words += [program.name for program in event.programs]
            found[event.id] = Shown(
                page="\n".join(words),
                log=tuple(
                    re.findall(
                        r'<li>\n\s*<p class="update-date"><time datetime="(.*?)</li>', log, re.S
                    )
                ),
                component=REVISION.sub("", component),
                sequence=int(sequence[1]) if sequence else None,
                modified="".join(re.findall(r"^LAST-MODIFIED:(.*)\r$", component, re.MULTILINE)),
                entry=ENTRY_DATES.sub("", entry),
                published="".join(re.findall("<published>(.*)</published>", entry)),
                updated="".join(re.findall("<updated>(.*)</updated>", entry)),
            )
        return found

    def check(self, site: Site) -> None:
        """Compare what is published with what was published before."""
        now, found = format_utc(self.now), self.read(site)
        told = self.told()
        for id, shown in found.items():
            before = self.shown.get(id)
            if before is None:
                assert told[id] <= 1
                continue
            is_told = before.page != shown.page
            if before.entry and shown.entry:
                assert (before.entry != shown.entry) <= is_told, id
            is_changed = is_told or (before.component != shown.component)
            self.counts["differences"] += is_told
            self.counts["revisions"] += is_changed
            assert told[id] == is_told, f"{id} {told[id]} {difference(before, shown)}"
            new_log = [line for line in shown.log if line.startswith(now)]
            assert bool(new_log) == is_told, (id, new_log)
            assert len(set(new_log)) == len(new_log)
            assert set(before.log) <= set(shown.log)
            self.check_dates(before, shown, now if is_changed else None)
        self.shown |= found
        self.check_permanence(site)

    def check_dates(self, before: Shown, shown: Shown, changed: str | None) -> None:
        if before.sequence is not None and shown.sequence is not None:
            assert shown.sequence == before.sequence + bool(changed)
            basic = changed and changed.replace("-", "").replace(":", "")
            assert shown.modified == (basic or before.modified)
        if before.entry and shown.entry:
            assert shown.published == before.published
            assert shown.updated == (changed or before.updated)

    def told(self) -> Counter[int]:
        """Return how often the feed of changes tells of each event, of the last look."""
        found: Counter[int] = Counter()
        for path in (self.output / "changes.atom", *self.output.glob("changes/*.atom")):
            for id, _, entry in entries_of(path.read_text("utf-8")):
                if id not in self.entry_ids and f"{self.now:%Y%m%dT%H%M%SZ}" in id:
                    links = re.findall(
                        r"<li><a href=\"[^\"]*id/(\d+)\.html", unescape(unescape(entry))
                    )
                    found.update(map(int, links or re.findall(r":change:(\d+):", id)))
        return found

    def check_permanence(self, site: Site) -> None:
        """Check that no path, id, link or date is lost or falls."""
        files = {path.relative_to(self.output).as_posix() for path in self.output.rglob("*.*")}
        paths = {path for path in files if path.endswith(PERMANENT)}
        assert self.paths <= paths, sorted(self.paths - paths)
        self.paths |= paths
        ids = set()
        for path in (path for path in paths if path.endswith(".atom")):
            text = (self.output / path).read_text("utf-8")
            if path.startswith("changes"):
                ids |= {id for id, _, _ in entries_of(text)}
            date = re.search("<updated>(.*)</updated>", text)[1]
            assert self.feed_dates.get(path, "") <= date, path
            self.feed_dates[path] = date
        assert self.entry_ids <= ids
        self.entry_ids |= ids
        for id in self.shown:
            target = re.search(
                r'url=\.\./([^"]*)"', (self.output / f"id/{id}.html").read_text("utf-8")
            )
            assert f"Event {id}</a></dd>" in (self.output / target[1]).read_text("utf-8")
            own = (self.output / f"id/{id}.ics").read_bytes()
            assert (b"UID:ll2-event-%d@events-archive\r\n" % id in own) == (b"VEVENT" in own)
        self.frequent.poll(self.output)
        if self.now >= self.next_rare:
            self.counts["rare polls"] += 1
            self.next_rare = self.now + timedelta(days=40)
            self.rare.poll(self.output)

    def stated(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for name in STATED for path in self.output.rglob(name)}


def test_over_random_edits_statements_change_with_what_they_state_and_nothing_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_entries, "MANY", 8)
    life = Life(tmp_path, seed=1)
    life.check(life.look())
    while life.counts["edits"] < EDITS:
        for _ in range(life.random.randint(15, 60)):
            life.edit()
        life.check(life.look())
        if life.counts["builds"] % 10 == 0:
            life.check(life.look(hours=24 - life.now.hour))
            before = life.stated()
            life.noise()
            life.check(life.look(hours=1))
            assert life.stated() == before
    life.rare.poll(life.output)
    assert life.rare.known == life.frequent.known
    assert life.frequent.known.keys() == life.entry_ids
    life.counts["entries"] = len(life.entry_ids)
    life.counts["paths"] = len(life.paths)
    print(dict(life.counts), "days", (life.now - datetime(2026, 9, 1, tzinfo=UTC)).days)
    assert life.counts["revisions"] > EDITS / 4
