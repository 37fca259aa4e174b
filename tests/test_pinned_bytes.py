"""Every byte that is published stays what it is while the code is rewritten.

Three sites are built and every file's digest is compared with `pinned/digests.json`: the ten events
that ship, with and without a base URL, and 150 grown ones with pictures, split lists, renamed,
moved, withdrawn and returned events, built over an older state. So is what `query`, `diff`, `check`
and `export` print or write. ``pytest --update-golden tests/test_pinned_bytes.py`` pins anew.

Digests of the database and of pictures depend on the installed libraries, so that this holds on
one machine at a time only: it goes when the rewrite is done.
"""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import BASE_URL, PROJECT, Run, copy_seed, run_build
from tests.ll2_server import generate_records
from tests.ll2_server.sample_images import sample_image

PINS = Path(__file__).parent / "pinned/digests.json"
COPIED = ("build.py", "events_archive", "static", "templates")
SETTINGS = """[tool.events-archive]
list_limit = 12
cname = "events.example.net"
offer_download = true
excluded_licences = [2]
"""
COMMANDS = {
    "query table": ("query", "type__ids=2,3"),
    "query csv": ("query", "year=2021", "--format", "csv"),
    "query json": ("query", "limit=40&mode=detailed", "--format", "json"),
    "query md": ("query", "search=docking", "--format", "md"),
    "query ics": ("query", "type__ids=3", "--format", "ics"),
    "query rss": ("query", "type__ids=8&ordering=-date", "--format", "rss"),
    "diff": ("diff", "--since", "2026-01-01", "--offline"),
    "check": ("check",),
    "dry run": ("build", "--offline", "--dry-run"),
}
"""What is printed on standard output by each."""


@pytest.fixture(scope="session")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The digests of everything, by the name of the site or of the command."""
    folder = tmp_path_factory.mktemp("pinned")
    return {
        "seed": _seed(folder / "seed", "--base-url", BASE_URL),
        "seed without address": _seed(folder / "plain"),
        **_grown(folder / "grown"),
    }


def test_every_published_byte_is_what_it_was(
    pinned: dict[str, dict[str, str]], request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--update-golden"):
        PINS.parent.mkdir(exist_ok=True)
        PINS.write_text(json.dumps(pinned, indent=0, sort_keys=True) + "\n", "utf-8")
    pins = json.loads(PINS.read_text("utf-8"))
    missing_or_new = {name: pinned[name].keys() ^ files.keys() for name, files in pins.items()}
    assert {name: paths for name, paths in missing_or_new.items() if paths} == {}
    changed = {
        name: [path for path, digest in files.items() if pinned[name][path] != digest]
        for name, files in pins.items()
    }
    assert {name: paths for name, paths in changed.items() if paths} == {}


def _seed(folder: Path, *options: str) -> dict[str, str]:
    copy_seed(folder / "cache")
    run = run_build("--offline", *options, cache=folder / "cache", output=folder / "out")
    return _digests(run)


def _grown(folder: Path) -> dict[str, dict[str, str]]:
    project = folder / "project"
    project.mkdir(parents=True)
    for name in COPIED:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
        copy(PROJECT / name, project / name)
    (project / "pyproject.toml").write_text(SETTINGS, "utf-8")
    folders = {"cache": folder / "cache", "output": folder / "out", "project": project}
    records = generate_records(150, images=24)
    _save(folder / "cache", records)
    run_build("--offline", "--today", "2026-08-30", **folders)
    _change(folder / "cache", records)
    run = run_build("--offline", "--today", "2026-09-15", **folders)
    digests = {"grown": _digests(run)}
    for name, arguments in COMMANDS.items():
        completed = run_build(*arguments, "--today", "2026-09-15", expect=None, **folders)
        digests[name] = {"stdout": _digest(completed.stdout.encode())}
    archive = folder / "site.zip"
    run_build(
        "export", "zip", "--to", str(archive), "--offline", "--today", "2026-09-15", **folders
    )
    digests["export"] = {"zip": _digest(archive.read_bytes())}
    return digests


def _save(cache: Path, records: list[dict]) -> None:
    """Write the records, the ledger of an archive after a refresh, and most of the images."""
    (cache / "originals").mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(r, ensure_ascii=False, sort_keys=True) + "\n" for r in records)
    (cache / "events.jsonl").write_text("".join(lines), "utf-8")
    if not (cache / "ledger.json").exists():
        ledger = {"last_sweep": "2026-08-28T01:00:00Z", "last_delta": "2026-08-29T07:00:00Z"}
        (cache / "ledger.json").write_text(json.dumps(ledger), "utf-8")
    images = {r["image"]["id"]: r["image"]["image_url"] for r in records if r["image"]}
    for image_id, url in sorted(images.items())[:-3]:
        name = url.rpartition("/")[2]
        path = cache / "originals" / f"{image_id}-{name}"
        if not path.exists():
            path.write_bytes(sample_image(f"{image_id}.jpg", "photo", 300 + image_id % 900))


def _change(cache: Path, records: list[dict]) -> None:
    """Rename, move, withdraw and restore events, swap two slugs and remove a record."""
    changes = []

    def add(record: dict, change_type: str, field: str, old: object, new: object) -> None:
        day = 10 + len(changes) % 15
        changes.append(
            {
                "observed": f"2026-09-{day:02}T00:30:00Z", "id": record["id"], "kind": change_type,
                "field": field, "old": old, "new": new, "live": len(changes) % 3 != 0,
            }
        )  # fmt: skip

    for record in records[3:140:9]:
        old = record["name"]
        record["name"], record["slug"] = f"{old} & <again>", f"{record['slug']}-again"
        add(record, "renamed", "name", old, record["name"])
    records[20]["slug"], records[21]["slug"] = records[21]["slug"], records[20]["slug"]
    for record in records[5:140:11]:
        old = {"date": record["date"], "precision": 7}
        record["date"] = f"2026-1{record['id'] % 3}-0{1 + record['id'] % 8}T10:20:00Z"
        precision = (record["date_precision"] or {}).get("id")
        add(record, "moved", "moment", old, {"date": record["date"], "precision": precision})
    for record in records[7:140:23]:
        add(record, "changed", "location", "Moon", record["location"])
        add(record, "added", "", None, record["name"])
    records[50]["type"] = {"id": records[50]["type"]["id"], "name": "Renamed type"}
    records[50]["last_updated"] = "2026-09-01T00:00:00Z"
    removed = records.pop(60)
    _save(cache, records)
    ledger = json.loads((cache / "ledger.json").read_text("utf-8"))
    for record in records[30:34]:
        ledger["withdrawn"][str(record["id"])] = "2026-09-02"
        add(record, "withdrawn", "", record["name"], None)
    add(records[35], "returned", "", None, records[35]["name"])
    add(removed, "renamed", "name", "Former", removed["name"])
    ledger["last_delta"] = "2026-09-26T07:00:00Z"
    (cache / "ledger.json").write_text(json.dumps(ledger), "utf-8")
    changes.sort(key=lambda change: change["observed"])
    lines = (json.dumps(change, sort_keys=True) + "\n" for change in changes)
    (cache / "history.jsonl").write_text("".join(lines), "utf-8")


def _digests(run: Run) -> dict[str, str]:
    """The site, and those files of the cache that are in git."""
    cache = (path for path in run.cache.glob("*.json*") if path.is_file())
    files = {f"content_cache/{path.name}": path for path in cache}
    files |= {
        path.relative_to(run.output).as_posix(): path
        for path in run.output.rglob("*")
        if path.is_file()
    }
    return {name: _digest(path.read_bytes()) for name, path in sorted(files.items())}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
