"""A stand-in for Launch Library 2 on loopback: the events API with its quirks, and its pictures.

    from tests.ll2_server import Fault, LL2Server, EventDatabase

    with LL2Server(EventDatabase.generate(250, images=20), max_image_width=320) as server:
        subprocess.run([sys.executable, "build.py", "--api-url", server.url, ...])
        server.database.rename(7, "Soyuz MS-99 Docking")
        server.faults.add(Fault.SERVER_ERROR, path="offset=100", status=502)
        ...
        assert len(server.requests.api) == 3

- `server.url` is the API's root; it answers as LL2 2.3.0 does: `events/`, `events/<id>/`,
  `events/upcoming/`, `events/previous/`, `config/...`, `api-throttle/`.
- `server.database` is what upstream knows: `add`, `change`, `rename`, `delete`, `restore`, `clock`.
- `server.faults` makes things go wrong; see `Fault` for what can.
- `server.throttle` counts requests; there is no limit unless `throttled=True` or `limit` is set.
- `server.pictures` serves a picture for every name, and broken ones: use
  `image_record(1, "cmyk--a.jpg")`, or `server.pictures.serve("a.jpg", "cmyk")`.
- `server.requests` is the log of what was asked: `.all`, `.api`, `.pictures`.
- `server.api` has two switches: `stable_ties` (LL2 promises none) and `unknown` (parameters that
  this server ignores).

By hand: `python -m tests.ll2_server --events 1071 --pictures 450 --port 8000`.
"""

from tests.ll2_server.database import EventDatabase
from tests.ll2_server.faults import Fault
from tests.ll2_server.image_records import image_record
from tests.ll2_server.image_store import IMAGE_KINDS as IMAGE_KINDS
from tests.ll2_server.records import generate_records, plain_record, seed_records
from tests.ll2_server.reference_data import CONFIG, EVENT_TYPES, NET_PRECISIONS, Record
from tests.ll2_server.request_log import LoggedRequest
from tests.ll2_server.server import LL2Server

__all__ = [
    "CONFIG",
    "EVENT_TYPES",
    "IMAGE_KINDS",
    "NET_PRECISIONS",
    "EventDatabase",
    "Fault",
    "LL2Server",
    "LoggedRequest",
    "Record",
    "generate_records",
    "image_record",
    "plain_record",
    "seed_records",
]
