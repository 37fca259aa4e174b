"""A stand-in for Launch Library 2 on loopback: the events API with its quirks, and its images.

    from tests.ll2_server import EventDatabase, Fault, LL2Server

    with LL2Server(EventDatabase.generate(250, images=20), max_image_width=320) as server:
        subprocess.run([sys.executable, "build.py", "--api-url", server.url, ...])
        server.database.rename(7, "Soyuz MS-99 Docking")
        server.faults.add(Fault.SERVER_ERROR, path="offset=100", status=502)
        ...
        assert len(server.requests.api) == 3

- `server.url` is the API's root. It serves what LL2 2.3.0 serves: `events/`, `events/<id>/`,
  `events/upcoming/`, `events/previous/`, `config/...`, `api-throttle/`. With `version="2.4.0"` it
  is what that version's schema says: `events/detailed/` and `events/mini/` instead of `mode`.
- `server.database` holds the events: `add`, `change`, `rename`, `delete`, `restore`, `clock`.
- `server.faults` makes responses fail; `Fault` lists how.
- `server.throttle` counts requests. There is no limit unless `throttled=True` or `limit` is set.
- `server.images` serves an image for every name, and invalid ones on request: use
  `image_record(1, "cmyk--a.jpg")`, or `server.images.serve("a.jpg", "cmyk")`.
- `server.requests` is the log of requests: `.all`, `.api`, `.images`.
- `server.api` has three switches: `stable_ties` (LL2 guarantees none), `has_second_key` of
  `ordering`, and `ignored_parameters`.

On the command line: `python -m tests.ll2_server --events 1071 --pictures 450 --port 8000`.
"""

from tests.ll2_server.database import EventDatabase
from tests.ll2_server.image_records import image_record
from tests.ll2_server.image_store import IMAGE_KINDS
from tests.ll2_server.records import generate_records, plain_record, seed_records
from tests.ll2_server.reference_data import CONFIG, EVENT_TYPES, NET_PRECISIONS, Record
from tests.ll2_server.server import LL2Server
from tests.stand_in.faults import Fault
from tests.stand_in.request_log import LoggedRequest

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
