"""The table of synonyms, and the words that stand for days, months and years.

Phrases are compared as `words.words` makes them, so case, accents and endings do not matter.
"""

SYNONYMS: tuple[tuple[str, ...], ...] = (
    # What happens.
    ("EVA", "spacewalk", "extravehicular activity", "spacewalker"),
    ("docking", "arrival"),
    ("undocking", "departure"),
    ("landing", "touchdown", "return to Earth", "reentry"),
    ("launch", "liftoff", "blastoff"),
    ("static fire", "hot fire"),
    ("wet dress rehearsal", "WDR", "countdown rehearsal"),
    ("cryoproof test", "cryo test", "cryogenic proof"),
    ("press event", "press conference", "news conference", "media briefing", "briefing", "presser",
     "teleconference"),
    ("change of command", "handover of command", "command handover"),
    ("flyby", "gravity assist", "swingby"),
    ("orbital insertion", "orbit insertion"),
    ("satellite deployment", "cubesat deployment", "deployment of satellites"),
    ("relocation", "port relocation", "moves to another port"),
    ("cargo", "resupply"),
    ("astronaut", "cosmonaut", "taikonaut"),
    ("robotic arm", "Canadarm", "mechanical arm"),
    ("uncrewed", "unmanned"),
    # Where.
    ("ISS", "International Space Station"),
    ("Tiangong", "CSS", "Chinese Space Station", "China Space Station"),
    ("Moon", "lunar"),
    ("Mars", "Martian", "red planet"),
    ("French Guiana", "Guyane", "Guyane française", "Kourou", "Guiana Space Centre", "CSG"),
    ("Vandenberg", "VSFB", "VAFB"),
    # Who.
    ("NASA", "National Aeronautics and Space Administration"),
    ("Roscosmos", "Russian Federal Space Agency", "RFSA", "Russian space agency"),
    ("ESA", "European Space Agency"),
    ("JAXA", "Japan Aerospace Exploration Agency"),
    ("CNSA", "China National Space Administration"),
    ("CMSA", "China Manned Space Agency"),
    ("ISRO", "Indian Space Research Organisation", "Indian Space Research Organization"),
    ("CSA", "Canadian Space Agency"),
    ("ULA", "United Launch Alliance"),
    ("FAA", "Federal Aviation Administration"),
    # What flies.
    ("Ingenuity", "helicopter"),
    ("Perseverance", "Percy"),
    ("Webb", "JWST", "James Webb Space Telescope"),
    ("Hubble", "HST"),
    ("SLS", "Space Launch System"),
    ("Falcon 9", "F9"),
    ("Falcon Heavy", "FH"),
    ("Axiom Mission", "Ax"),
    ("Starliner", "CST-100"),
    ("CFT", "Crew Flight Test"),
    ("OFT", "Orbital Flight Test"),
    ("Juice", "Jupiter Icy Moons Explorer"),
    ("DART", "Double Asteroid Redirection Test"),
)  # fmt: skip
"""Phrases that mean the same, the one that is shown first."""

BROADER: dict[str, tuple[str, ...]] = {
    "splashdown": (
        "splash down", "landing ocean", "landing Pacific", "landing Atlantic", "landing Gulf",
    ),
    "telescope": ("Webb", "Hubble"),
    "rover": ("Perseverance", "Zhurong", "Pragyan", "Yutu"),
    "asteroid": ("Bennu", "Ryugu", "Didymos", "Apophis"),
}  # fmt: skip
"""Phrases by a phrase that means more than each of them."""

MONTHS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip

TIMES: dict[str, tuple[str, int]] = {
    "yesterday": ("day", -1), "today": ("day", 0), "tomorrow": ("day", 1),
    "last week": ("week", -1), "this week": ("week", 0), "next week": ("week", 1),
    "last month": ("month", -1), "this month": ("month", 0), "next month": ("month", 1),
    "last year": ("year", -1), "this year": ("year", 0), "next year": ("year", 1),
    **dict.fromkeys(
        ("next", "upcoming", "coming", "coming up", "future", "soon"),
        ("upcoming", 0),
    ),
    **dict.fromkeys(("last", "past", "previous", "latest", "recent", "recently"), ("past", 0)),
}  # fmt: skip
"""Phrases of time as a unit, and the number of units from the present one."""

DATE_PATTERNS = ("DMY", "MDY", "YmD", "MY", "YM", "Ym", "DM", "MD", "Y", "M")
"""Dates as sequences of words, the longest first: a day, the name of a month, its number (m), a
year."""

PHRASES: dict[str, tuple[str, ...]] = {
    **{phrase: group for group in SYNONYMS for phrase in group},
    **BROADER,
}
"""What may stand in place of each phrase that has synonyms."""


def shown_as(phrase: str) -> str:
    """Return the synonym of a phrase that is shown; ``""`` if each of them means less."""
    return "" if phrase in BROADER else PHRASES[phrase][0]
