"""Seeded mutations of JSON values and of bytes, for the fuzz test."""

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

Json = Any

STRINGS = (
    "", " ", "x", "0", "-1", "null", "index", "con", "ISS", "__proto__", "constructor",
    "../../x", "/etc/passwd", "a/b\\c", "%s %n {0} {{ 7*7 }} {% raw %}", "=1+1", '"', "'", "\\",
    ";,\\n:", "<script>alert(1)</script>", "<!--", "]]>", "&amp;lt;", "&#x202e;&#2;&#xd800;",
    "&#" + "9" * 4301, "\x00\x1b[31m\x7f\x85", "\ud800", "\udfff\ud800", "\u202e\u2066",
    "\u2028\u2029", "\ufeff\ufffe", "\u200b\u2060\u3164", "\U000e0041", "שלום عليكم", "２０２１٣",
    "\U0001f468\u200d\U0001f680", "ﷺ" * 50, "e" + "\u0301\u0316" * 3000, "\r\n\r \n" * 50,
    "a" * 3000, "word " * 9000, "x" * 300_000, "Soyuz MS-" + "9" * 4301, "Soyuz MS-0009",
    "US EVA-" + "9" * 30, "US EVA-١", "Expedition 9 Change of Command", "9" * 5000,
    "[" * 2000, "](" * 900, "[a](" * 900, "*a* " * 4000, "*_" * 2000, "`" * 999 + "a" * 9,
    "- " * 500 + "a", "- " * 15 + "a", "> " * 900, "1. " * 400, "1. a\n- b\n> c\n\n" * 90,
    "[nasa.gov](https://evil.example/)", "[x](//evil.example/)", "[a][b]\n\n[b]: javascript:x",
    "![x](https://x.example/)", "https://nasa.gov@evil.example/", "https:\\\\evil.example\\share",
    "https://[::1", "https://x.example:99999/", "http://" + "a" * 3000, "javascript:alert(1)",
    "https://x.example/" + ")" * 3000, "HTTPS://X.EXAMPLE/%zz?a=1&format=json#x", "http://./",
    "https://xn--a.example/\u202e", "http://1.2.3.4.5/", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00", "2999-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "2024-02-29",
    "2024-02-29T24:00:00Z", "2021-07-04T00:11:00.123456789+05:45", "P999999999D", "PT0S",
    "P" + "9" * 500 + "W",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 20, 255, 2**31, 2**53 - 1, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**400,
    0.5, -0.0, 1e308, 5e-324,
)  # fmt: skip
MARKERS = (b"<<<<<<< HEAD", b"=======", b">>>>>>> x", b"\xff")


def nested(levels: int, *, in_objects: bool = False) -> Json:
    """Return a value of so many levels."""
    value: Json = 0
    for _ in range(levels):
        value = {"a": value} if in_objects else [value]
    return value


class Mutator:
    """Mutates values and bytes; the same seed makes the same mutations."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def value(self, value: Json, others: list[Json]) -> Json:
        """Return a copy of an object or list with a few mutations; ``others`` lend their parts."""
        value = copy.deepcopy(value)
        for _ in range(self.random.choice((1, 2, 5, 10))):
            self._mutate(value, others)
        return value

    def _mutate(self, root: Json, others: list[Json]) -> None:
        container, key = self._place(root)
        if container is None:
            return
        present = container[key]
        if self.random.random() < 0.5:
            # A value of the same type gets further than others do.
            container[key] = self._of_type(present)
            return
        actions: list[Callable[[], Json]] = [
            lambda: self.random.choice(STRINGS),
            lambda: self.random.choice(NUMBERS),
            lambda: self.random.choice((None, True, False, [], {}, [None], [[]], {"": None})),
            lambda: nested(
                self.random.choice((3, 63, 64, 65, 200)), in_objects=self.random.random() < 0.5
            ),
            lambda: self._part_of(self.random.choice(others)),
            lambda: [copy.deepcopy(present)] * self.random.choice((1, 2, 300)),
            lambda: {self.random.choice(STRINGS)[:300]: present},
        ]
        if self.random.random() < 0.1:
            del container[key]
        elif isinstance(container, dict) and self.random.random() < 0.1:
            container[self.random.choice(STRINGS)[:300]] = present
        elif isinstance(container, list) and self.random.random() < 0.2:
            container.append(copy.deepcopy(present))
        else:
            container[key] = self.random.choice(actions)()

    def _of_type(self, value: Json) -> Json:
        if isinstance(value, str) or value is None:
            text = value or ""
            at = self.random.randint(0, len(text))
            odd = self.random.choice(STRINGS)
            return self.random.choice((odd, text[:at] + odd + text[at:], text[:at], text + odd))
        if isinstance(value, int) and not isinstance(value, bool):
            return self.random.choice((*NUMBERS, value + 1, value - 1, value + 1000))
        if isinstance(value, list) and value:
            return self.random.sample(value, len(value)) + value[:1]
        return str(value)

    def _place(self, root: Json) -> tuple[Any, Any]:
        """Return a container in ``root`` and one of its keys, often but not always a deep one."""
        container, key = None, None
        value = root
        while isinstance(value, dict | list) and value and len(json.dumps(value)) < 10**6:
            container = value
            keys = list(value) if isinstance(value, dict) else range(len(value))
            key = self.random.choice(keys)
            value = container[key]
            if self.random.random() < 0.3:
                break
        return container, key

    def _part_of(self, root: Json) -> Json:
        container, key = self._place(root)
        return copy.deepcopy(container[key]) if container else None

    def bytes(self, data: bytes) -> bytes:
        """Return ``data`` with a few bytes flipped, cut, repeated or inserted."""
        for _ in range(self.random.choice((1, 1, 2, 5))):
            size = len(data)
            start = self.random.randint(0, size)
            end = min(size, start + self.random.choice((1, 2, 8, 100, 2000)))
            piece, lines = data[start:end], data.split(b"\n")
            match self.random.randrange(7):
                case 0 if piece:
                    flipped = piece[0] ^ 1 << self.random.randrange(8)
                    data = data[:start] + bytes((flipped,)) + data[start + 1 :]
                case 1:
                    data = data[:start] + data[end:]
                case 2:
                    data = data[:end] + piece * self.random.choice((1, 1, 50)) + data[end:]
                case 3:
                    odd = self.random.choice(STRINGS)[:5000].encode(errors="surrogatepass")
                    data = data[:start] + odd + data[start:]
                case 4:
                    data = b"\n".join(self.random.sample(lines, len(lines)) + lines[:1])
                case 5:
                    marker = self.random.choice(
                        (b"<<<<<<< HEAD", b"=======", b">>>>>>> x", b"\xff")
                    )
                    at = self.random.randrange(len(lines))
                    data = b"\n".join((*lines[:at], marker, *lines[at:]))
                case _:
                    number = str(self.random.choice(NUMBERS)).encode()
                    data = data[:start] + number + data[end:]
        return data
