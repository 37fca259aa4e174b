"""A site built in many steps is the site that a clean build makes.

``ARCHIVE_CHANGES=60 pytest tests/test_incremental.py`` makes more changes than usual.
"""

import json
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Run, run_build
from tests.ll2_server import generate_records
from tests.ll2_server.sample_images import sample_image

CHANGES = int(os.environ.get("ARCHIVE_CHANGES", "4"))
ARCHIVES = 2
COPIED = ("build.py", "events_archive", "static", "templates")


class EditedArchive:
    """An archive with a copy of the code, and its site."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        self.project, self.cache, self.output = folder / "project", folder / "cache", folder / "out"
        self.today = 15
        self.base_url = "https://example.org/archive/"
        self.project.mkdir()
        for name in COPIED:
            source = PROJECT / name
            if source.is_dir():
                skip = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, self.project / name, ignore=skip)
            else:
                shutil.copy(source, self.project / name)
        self.records = generate_records(40, images=6)
        self.cache.mkdir()
        self.save_records()
        self.settings: dict[str, object] = {"list_limit": 12}
        self.save_settings()
        (self.cache / "originals").mkdir()
        for record in self.records[::3]:
            self.draw_picture(record)

    # Changes, each with its description

    def edit_record(self) -> str:
        record = self.random.choice(self.records)
        year, month = self.random.randint(2019, 2031), self.random.randint(1, 8)
        name, value = self.random.choice(
            [
                ("name", f"Renamed {self.random.randint(1, 9)} & <co>"),
                ("description", f"Rewritten: *{self.random.random()}*"),
                ("location", self.random.choice(["ISS", "Moon", None])),
                ("date", f"{year}-0{month}-15T00:00:00Z"),
                ("type", {"id": 2, "name": self.random.choice(["Docking", "Docked"])}),
                ("agencies", [{"id": 44, "name": "NASA", "abbrev": "NASA", "type": None}]),
                ("last_updated", f"2026-0{month}-01T00:00:00Z"),
                ("image", self.random.choice(self.records)["image"]),
                ("updates", []),
            ]
        )
        record[name] = value
        self.save_records()
        return f"{name} of event {record['id']}"

    def swap_slugs(self) -> str:
        first, second = self.random.sample(self.records, 2)
        first["slug"], second["slug"] = second["slug"], first["slug"]
        self.save_records()
        return f"slugs of {first['id']} and {second['id']}"

    def drop_record(self) -> str:
        record = self.records.pop(self.random.randrange(len(self.records)))
        self.save_records()
        return f"no record {record['id']}"

    def add_record(self) -> str:
        record = dict(self.random.choice(self.records))
        record["id"] = max(record["id"] for record in self.records) + 1
        record["name"] = record["slug"] = f"new-{record['id']}"
        self.records.append(record)
        self.save_records()
        return f"record {record['id']}"

    def end_visit(self) -> str:
        """Add the departure of a craft, or move it if there is one."""
        number = self.random.randint(1, 2)
        ends = [("Docking", 2, "03"), ("Undocking", 8, f"0{self.random.randint(4, 8)}")]
        for offset, (name, type_id, month) in enumerate(ends):
            record = {
                **self.records[0],
                "id": 9000 + 2 * number + offset,
                "name": f"Soyuz MS-{number} {name}",
                "slug": f"soyuz-ms-{number}-{name.lower()}",
                "type": {"id": type_id, "name": name},
                "date": f"2026-{month}-15T10:00:00Z",
                "location": "ISS",
                "spacestations": [],
                "launches": [],
            }
            self.records = [other for other in self.records if other["id"] != record["id"]]
            self.records.append(record)
        self.records.sort(key=lambda record: record["id"])
        self.save_records()
        return f"visit of Soyuz MS-{number}"

    def withdraw(self) -> str:
        event_id = str(self.random.choice(self.records)["id"])
        path = self.cache / "ledger.json"
        ledger = json.loads(path.read_text("utf-8"))
        if ledger["withdrawn"].pop(event_id, None) is None:
            ledger["withdrawn"][event_id] = "2026-01-05"
        path.write_text(json.dumps(ledger), "utf-8")
        return f"withdrawal of {event_id}"

    def add_history(self) -> str:
        event_id = self.random.choice(self.records)["id"]
        line = {
            "observed": "2026-01-05T00:00:00Z",
            "id": event_id,
            "kind": "renamed",
            "field": "name",
            "old": f"Once {self.random.randint(1, 99)}",
            "new": "Now",
            "live": True,
        }
        with (self.cache / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")
        return f"history of {event_id}"

    def edit_articles(self) -> str:
        ids = [record["id"] for record in self.random.sample(self.records, 3)]
        lines = [
            {
                "kind": "article", "id": number, "url": f"https://news.example/{number}",
                "title": f"Title {self.random.randint(1, 3)}", "published_at": f"2026-0{number}-01",
                "events": [{"event_id": id, "provider": "Launch Library 2"} for id in ids[:number]],
            }
            for number in range(1, self.random.randint(2, 4))
        ]  # fmt: skip
        text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
        (self.cache / "articles.jsonl").write_text(text, "utf-8")
        return f"articles about {ids}"

    def lose_links(self) -> str:
        links = [link["url"] for record in self.records for link in record["info_urls"]]
        gone = self.random.sample(links, min(3, len(links)))
        status = {
            "first_seen": "2026-01-01T00:00:00Z", "failing_since": "2026-01-01T00:00:00Z",
            "last_tried": "2026-01-09T00:00:00Z", "fault": "answered 404",
        }  # fmt: skip
        text = json.dumps(dict.fromkeys(gone, status), sort_keys=True)
        (self.cache / "links.json").write_text(text, "utf-8")
        return f"dead links {gone}"

    def edit_template(self) -> str:
        path = self.random.choice(sorted(self.project.glob("templates/pages/*.html")))
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"({% block masthead %})", r"\1!", text, count=1), "utf-8")
        return f"template {path.name}"

    def edit_stylesheet(self) -> str:
        with (self.project / "static/style.css").open("a", encoding="utf-8") as file:
            file.write(f"/* {self.random.random()} */\n")
        return "stylesheet"

    def edit_setting(self) -> str:
        name, value = self.random.choice(
            [
                ("title", f"Title {self.random.randint(1, 9)}"),
                ("list_limit", self.random.choice([5, 12, 200])),
                ("excluded_licences", self.random.choice([[], [1]])),
            ]
        )
        self.settings[name] = value
        self.save_settings()
        return f"{name} = {value}"

    def edit_code(self) -> str:
        path = self.project / "events_archive/pages/event_pages.py"
        number = self.random.randint(1, 6)
        name = "MAX_OTHERS_OF_TYPE"
        before = path.read_text("utf-8")
        text = re.sub(rf"^{name} = \d+", f"{name} = {number}", before, flags=re.M)
        assert name in text
        path.write_text(text, "utf-8")
        return f"code: {number} others"

    def edit_picture(self) -> str:
        record = self.random.choice([record for record in self.records if record["image"]])
        self.draw_picture(record)
        return f"picture of {record['id']}"

    def drop_picture(self) -> str:
        found = sorted((self.cache / "originals").iterdir())
        for path in found[:1]:
            path.unlink()
        return f"no {found[:1]}"

    def another_day(self) -> str:
        self.today = self.random.randint(1, 28)
        return f"day {self.today}"

    def another_base_url(self) -> str:
        self.base_url = self.random.choice(["https://example.org/archive/", "https://example.net/"])
        return self.base_url

    def spoil_output(self) -> str:
        path = self.random.choice(self.files_of_output())
        data = path.read_bytes()
        if self.random.random() < 0.3:
            path.unlink()
        elif self.random.random() < 0.5 and data:
            path.write_bytes(b"?" + data[1:])
        else:
            path.write_bytes(data + b"<!-- mine -->")
        return f"output: {path.relative_to(self.output)}"

    def drop_folder_of_output(self) -> str:
        path = self.random.choice(self.files_of_output()).parent
        if path != self.output:
            shutil.rmtree(path)
        return f"output: {path.relative_to(self.output)}/"

    def forget_ids(self) -> str:
        (self.cache / "published-ids.json").unlink(missing_ok=True)
        return "published ids"

    # Builds

    def files_of_output(self) -> list[Path]:
        return sorted(
            path for path in self.output.rglob("*") if path.is_file() and path.name[0] != "."
        )

    def save_records(self) -> None:
        lines = (json.dumps(r, ensure_ascii=False, sort_keys=True) + "\n" for r in self.records)
        (self.cache / "events.jsonl").write_text("".join(lines), "utf-8")

    def save_settings(self) -> None:
        lines = [f"{name} = {json.dumps(value)}" for name, value in self.settings.items()]
        text = "\n".join(("[tool.events-archive]", *lines))
        (self.project / "pyproject.toml").write_text(text, "utf-8")

    def draw_picture(self, record: dict) -> None:
        if image := record["image"]:
            name = image["image_url"].rpartition("/")[2]
            data = sample_image(
                f"{self.random.random()}.jpg", "photo", self.random.randint(300, 700)
            )
            (self.cache / "originals" / f"{image['id']}-{name}").write_bytes(data)

    def build(self, output: Path, cache: Path) -> Run:
        return run_build(
            "--offline", "--today", f"2026-09-{self.today:02}", "--base-url", self.base_url,
            cache=cache, output=output, project=self.project,
        )  # fmt: skip

    def build_clean(self) -> dict[str, bytes]:
        """Return the site that a build without a manifest makes."""
        cache, output = self.folder / "clean-cache", self.folder / "clean-out"
        for folder in (cache, output):
            shutil.rmtree(folder, ignore_errors=True)
        skip = shutil.ignore_patterns("builds", "*.lock")
        shutil.copytree(self.cache, cache, ignore=skip)
        self.build(output, cache)
        return files(output)


def files(output: Path) -> dict[str, bytes]:
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file()
    }


EDITS: tuple[Callable[[EditedArchive], str], ...] = (
    EditedArchive.edit_record,
    EditedArchive.edit_record,
    EditedArchive.edit_record,
    EditedArchive.swap_slugs,
    EditedArchive.drop_record,
    EditedArchive.add_record,
    EditedArchive.end_visit,
    EditedArchive.end_visit,
    EditedArchive.withdraw,
    EditedArchive.add_history,
    EditedArchive.edit_articles,
    EditedArchive.lose_links,
    EditedArchive.edit_template,
    EditedArchive.edit_stylesheet,
    EditedArchive.edit_setting,
    EditedArchive.edit_code,
    EditedArchive.edit_picture,
    EditedArchive.drop_picture,
    EditedArchive.another_day,
    EditedArchive.another_base_url,
    EditedArchive.spoil_output,
    EditedArchive.drop_folder_of_output,
    EditedArchive.forget_ids,
)


@pytest.mark.parametrize("seed", range(ARCHIVES))
def test_a_site_built_in_steps_is_the_site_of_a_clean_build(seed: int, tmp_path: Path) -> None:
    archive = EditedArchive(tmp_path, seed)
    archive.build(archive.output, archive.cache)
    edits: list[str] = []
    for _ in range(CHANGES):
        number = archive.random.randint(1, 2)
        edits += [edit(archive) for edit in archive.random.sample(EDITS, number)]
        archive.build(archive.output, archive.cache)
        clean, incremental = archive.build_clean(), files(archive.output)
        assert incremental.keys() == clean.keys(), edits
        assert [name for name in clean if clean[name] != incremental[name]] == [], edits
        again = archive.build(archive.output, archive.cache)
        assert "no file written" in again.stderr, (edits, again.stderr)
        assert files(archive.output) == incremental, edits
