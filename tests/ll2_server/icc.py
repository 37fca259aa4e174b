"""An ICC profile with a wide gamut (the primaries of Display P3), which Pillow does not have.

An image with this profile has wrong colours if a program drops the profile without converting.
"""

import struct

# Red, green and blue adapted to D50, and the white point, in XYZ.
_XYZ = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
    b"wtpt": (0.96420, 1.00000, 0.82491),
}


def wide_gamut_profile() -> bytes:
    """Return a matrix profile of ICC version 2."""
    tags = {b"desc": _description(b"Wide gamut"), b"cprt": b"text\0\0\0\0No copyright\0"}
    tags |= {name: _xyz(*values) for name, values in _XYZ.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _gamma(2.2))
    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += content + b"\0" * (-len(content) % 4)
    return _header(offset + len(data)) + table + data


def _header(size: int) -> bytes:
    created = struct.pack(">6H", 2024, 3, 5, 0, 0, 0)
    header = struct.pack(">I", size) + b"\0\0\0\0\x02\x40\0\0mntrRGB XYZ " + created + b"acsp"
    return header.ljust(68, b"\0") + _fixed(*_XYZ[b"wtpt"]) + b"\0" * 48


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256)) + b"\0\0"


def _description(text: bytes) -> bytes:
    text += b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78
