"""Reference data of Launch Library 2: event types, precisions, licences, types of links."""

import json
from pathlib import Path
from typing import Any

Record = dict[str, Any]

# The database has URLs of the real hosts, which are replaced in responses. So a record that a test
# reads from an `EventDatabase` is what the archive would cache from the real API.
API_ROOT = "https://ll.thespacedevs.com/2.3.0/"
MEDIA_ROOT = "https://thespacedevs-prod.nyc3.digitaloceanspaces.com/media/"

TEXTS: dict[str, Any] = json.loads(
    Path(__file__).with_name("texts.json").read_text(encoding="utf-8")
)

# id → (name, events of this type in a thousand). It is not known which of the names of 10 and 18
# belongs to which id; the names of 27 and 29 are invented.
_EVENT_TYPES = {
    1: ("Unknown", 2),
    2: ("Docking", 140),
    3: ("EVA", 120),
    4: ("Spacecraft Berthing", 15),
    5: ("Static Fire", 50),
    6: ("Spacecraft Event", 40),
    7: ("Moon Landing", 12),
    8: ("Spacecraft Undocking", 80),
    9: ("Spacecraft Landing", 60),
    10: ("Abort Test", 3),
    11: ("Celestial Event", 6),
    12: ("Hatch Opening", 12),
    13: ("Spacecraft Release", 15),
    14: ("Test Flight", 35),
    15: ("Change of Command", 18),
    16: ("Orbital Insertion", 12),
    17: ("Farewell Ceremony", 8),
    18: ("Rehearsal", 4),
    19: ("Ambient Pressure Test", 5),
    20: ("Press Event", 260),
    21: ("Cryoproof Test", 8),
    22: ("Wet Dress Rehearsal", 6),
    23: ("Flyby", 30),
    24: ("Launch", 12),
    25: ("Spacecraft Relocation", 12),
    26: ("Satellite Deployment", 20),
    27: ("Public Exhibition", 2),
    28: ("Public Hearing", 3),
    29: ("Museum Display", 2),
    30: ("Vehicle Testing", 8),
}
EVENT_TYPES: dict[int, Record] = {
    number: {"id": number, "name": name} for number, (name, _) in _EVENT_TYPES.items()
}
EVENT_TYPE_WEIGHTS = [weight for _, weight in _EVENT_TYPES.values()]


def _precision(number: int, name: str, abbrev: str, description: str) -> Record:
    return {"id": number, "name": name, "abbrev": abbrev, "description": description}


def _in_the(period: str) -> str:
    return f"The T-0 is expected in the given {period}."


NET_PRECISIONS: dict[int, Record] = {
    entry["id"]: entry
    for entry in (
        _precision(0, "Second", "SEC", "The T-0 is accurate to the second."),
        _precision(1, "Minute", "MIN", "The T-0 is accurate to the minute."),
        _precision(2, "Hour", "HR", "The T-0 is accurate to the hour."),
        _precision(3, "Morning (local)", "AM", "The T-0 is expected in the local morning."),
        _precision(4, "Afternoon (local)", "PM", "The T-0 is expected in the local afternoon."),
        _precision(5, "Day", "DAY", "The T-0 is expected on the given day."),
        _precision(6, "Week", "WK", _in_the("week")),
        _precision(7, "Month", "M", _in_the("month")),
        *(_precision(7 + q, f"Quarter {q}", f"Q{q}", _in_the("quarter")) for q in (1, 2, 3, 4)),
        *(_precision(11 + h, f"Half {h}", f"H{h}", _in_the("half")) for h in (1, 2)),
        _precision(14, "Year", "Y", _in_the("year")),
        _precision(15, "Fiscal Year", "FY", _in_the("fiscal year")),
        _precision(16, "Decade", "DEC", _in_the("decade")),
    )
}


def _licence(number: int, name: str, priority: int, link: str | None) -> Record:
    return {"id": number, "name": name, "priority": priority, "link": link}


_ESA_TERMS = (
    "https://www.esa.int/ESA_Multimedia/"
    "Terms_and_conditions_of_use_of_images_and_videos_available_on_the_esa_website"
)

# 1 to 6 and 24 are real; 30 and 31 are invented, for licences that the archive does not know.
IMAGE_LICENCES: dict[int, Record] = {
    entry["id"]: entry
    for entry in (
        _licence(1, "Unknown", 9, None),
        _licence(2, "ESA Standard Licence", 2, _ESA_TERMS),
        _licence(3, "JPL Image Use Policy", 1, "https://www.jpl.nasa.gov/jpl-image-use-policy"),
        _licence(
            4,
            "NASA Image and Media Guidelines",
            0,
            "https://www.nasa.gov/nasa-brand-center/images-and-media/",
        ),
        _licence(5, "CC BY-NC 2.0", 3, "https://creativecommons.org/licenses/by-nc/2.0/"),
        _licence(6, "Axiom Space Licence", 4, "https://www.axiomspace.com/terms"),
        _licence(24, "Intuitive Machines Gallery", 5, "https://www.intuitivemachines.com/gallery"),
        _licence(30, "CC BY-SA 4.0", 3, "https://creativecommons.org/licenses/by-sa/4.0/"),
        _licence(31, "Public Domain & alike", 0, None),
    )
}
INFO_TYPES: dict[int, Record] = {1: {"id": 1, "name": "Official Page"}}
VIDEO_TYPES: dict[int, Record] = {
    1: {"id": 1, "name": "Official Webcast"},
    3: {"id": 3, "name": "Unofficial Webcast"},
}
# LL2 has this language for every link, whatever its real language.
ENGLISH: Record = {"id": 1, "name": "English", "code": "en"}

CONFIG: dict[str, dict[int, Record]] = {
    "event_types": EVENT_TYPES,
    "image_licenses": IMAGE_LICENCES,
    "infourl_types": INFO_TYPES,
    "net_precisions": NET_PRECISIONS,
    "vidurl_types": VIDEO_TYPES,
}
