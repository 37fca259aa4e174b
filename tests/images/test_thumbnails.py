"""Thumbnails of all kinds of images, intact and damaged, built from real files."""

import hashlib
import io
import json
import os
import pickle
import random
import re
import signal
import struct
import subprocess
import sys
import textwrap
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from PIL import Image as Pictures
from PIL import ImageChops, ImageCms, ImageStat

from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.images import build_thumbnails as build_module
from events_archive.images import resize as resize_module
from events_archive.images import thumbnail_store
from events_archive.images.resize import resize
from events_archive.images.thumbnail_store import MANIFEST, SETTINGS_KEY, read_records
from events_archive.images.thumbnails import Thumbnail, Thumbnails, make_thumbnails
from events_archive.model.event import Image, Licence
from tests.conftest import clean_environment
from tests.plants import flip_each_bit

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 40), (30, 40, 220), (255, 255, 255)


class Studio:
    """Two folders, a way to add originals, and the messages about them."""

    def __init__(self, folder: Path) -> None:
        self.originals, self.folder = folder / "originals", folder / "thumbnails"
        self.originals.mkdir()
        self.output = ""
        self.warnings: list[str] = []

    def put(self, name: str, data: bytes | Pictures.Image, id: int = 7, **options: Any) -> Image:
        image = Image(
            id=id,
            name="",
            url=f"https://images.example/{name}",
            credit="",
            licence=Licence(id=1, name="Unknown", url=""),
        )
        if isinstance(data, Pictures.Image):
            data = as_file(data, **options)
        (self.originals / image.key).write_bytes(data)
        return image

    def make(self, *images: Image, jobs: int = 2, excluded: Collection[int] = ()) -> Thumbnails:
        stream = io.StringIO()
        console = Console(stream=stream)
        try:
            return make_thumbnails(
                images,
                originals=self.originals,
                folder=self.folder,
                jobs=jobs,
                console=console,
                excluded_licences=excluded,
            )
        finally:
            self.output, self.warnings = stream.getvalue(), console.warnings

    def one(self, data: bytes | Pictures.Image, name: str = "a.png", **options: Any) -> Thumbnail:
        """Return the thumbnail of one intact image."""
        image = self.put(name, data, **options)
        thumbnail = self.make(image).of(image)
        assert self.warnings == []
        assert thumbnail
        return thumbnail

    def shown(self, data: bytes | Pictures.Image, **options: Any) -> Pictures.Image:
        """Return the widest thumbnail of one image, as a browser shows it."""
        thumbnail = self.one(data, **options)
        return self.opened(thumbnail, thumbnail.width)

    def opened(self, thumbnail: Thumbnail, width: int) -> Pictures.Image:
        with Pictures.open(self.folder / f"{thumbnail.name}-{width}.webp") as opened:
            assert opened.format == "WEBP"
            opened.load()
            return opened

    def fault(self, data: bytes | Pictures.Image, **options: Any) -> str:
        """Return the only warning that a damaged image causes, without its start."""
        image = self.put("a.png", data, **options)
        made = self.make(image)
        assert made.of(image) is None
        assert list(made.files()) == []
        [warning] = self.warnings
        start = "picture 7 (https://images.example/a.png): "
        assert warning.startswith(start)
        return warning.removeprefix(start)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each original that was decoded, in bytes."""
    calls: list[int] = []

    def counting(file: BinaryIO, **options: Any) -> list[tuple[int, int, bytes]]:
        calls.append(file.seek(0, io.SEEK_END))
        return resize(file, **options)

    monkeypatch.setattr(build_module, "resize", counting)
    return calls


def as_file(picture: Pictures.Image, format: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def plain(width: int = 400, height: int = 300, colour: Any = RED, mode: str = "RGB") -> Any:
    return Pictures.new(mode, (width, height), colour)


def photo(width: int = 700, height: int = 500, seed: int = 1) -> Pictures.Image:
    """Return an image that does not compress well."""
    noise = random.Random(seed).randbytes(60 * 40 * 3)
    return Pictures.frombytes("RGB", (60, 40), noise).resize((width, height))


def halves(left: Any, right: Any, mode: str = "RGB") -> Pictures.Image:
    picture = Pictures.new(mode, (400, 300), left)
    picture.paste(Pictures.new(mode, (200, 300), right), (200, 0))
    return picture


def close(colour: Any, expected: tuple[int, ...], by: int = 12) -> bool:
    return len(colour) == len(expected) and all(
        abs(a - b) <= by for a, b in zip(colour, expected, strict=True)
    )


def edges(picture: Pictures.Image) -> tuple[Any, Any]:
    """A pixel near the left edge and one near the right."""
    middle = picture.height // 2
    return picture.getpixel((20, middle)), picture.getpixel((picture.width - 20, middle))


# Sizes and names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1920, 1080), ((320, 180), (640, 360), (1280, 720))),
        ((1280, 853), ((320, 213), (640, 426), (1280, 853))),
        ((1000, 500), ((320, 160), (640, 320), (1000, 500))),
        ((640, 640), ((320, 320), (640, 640))),
        ((500, 400), ((320, 256), (500, 400))),
        ((320, 200), ((320, 200),)),
        ((200, 100), ((200, 100),)),
        ((1, 1), ((1, 1),)),
        ((3000, 2), ((320, 1), (640, 1), (1280, 1))),
    ],
)
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_no_thumbnail_is_wider_than_its_original(
    studio: Studio, size: tuple[int, int], expected: tuple[tuple[int, int], ...], format: str
) -> None:
    thumbnail = studio.one(plain(*size), format=format)
    assert thumbnail.sizes == expected
    assert (thumbnail.width, thumbnail.height) == expected[-1]
    for width, height in expected:
        assert studio.opened(thumbnail, width).size == (width, height)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((5001, 2813), (1280, 720)),
        ((2561, 1000), (1280, 500)),
        ((2813, 5001), (1280, 2276)),
        ((9001, 700), (1280, 100)),
    ],
)
def test_a_large_jpeg_decoded_small_keeps_its_proportions(
    studio: Studio, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert studio.one(plain(*size), format="JPEG").sizes[-1] == expected


def test_a_thumbnail_has_the_paths_for_an_img_element() -> None:
    thumbnail = Thumbnail(name="7-0123456789", sizes=((320, 213), (640, 426), (1280, 853)))
    assert thumbnail.file(320) == "pictures/7-0123456789-320.webp"
    assert thumbnail.src == "pictures/7-0123456789-640.webp"
    assert thumbnail.srcset("../") == (
        "../pictures/7-0123456789-320.webp 320w, "
        "../pictures/7-0123456789-640.webp 640w, "
        "../pictures/7-0123456789-1280.webp 1280w"
    )


@pytest.mark.parametrize(
    ("widths", "expected"), [((320, 500), 500), ((200,), 200), ((320, 640, 700), 640)]
)
def test_src_is_640_pixels_wide_or_the_next_below(widths: tuple[int, ...], expected: int) -> None:
    thumbnail = Thumbnail(name="7-0", sizes=tuple((width, 9) for width in widths))
    assert thumbnail.src == thumbnail.file(expected)


def test_each_file_is_listed_once_in_order(studio: Studio) -> None:
    b, a = studio.put("b.png", plain(200), 8), studio.put("a.png", plain(330), 7)
    twin = studio.put("other-name.png", plain(330), 7)
    made = studio.make(b, a, a, twin)
    files = list(made.files())
    assert [re.sub("-[0-9a-f]{10}-", "-#-", address) for address, _, _ in files] == [
        "pictures/7-#-320.webp",
        "pictures/7-#-330.webp",
        "pictures/8-#-200.webp",
    ]
    assert all(path.is_file() and address.endswith(path.name) for address, path, _ in files)
    assert made.of(a) == made.of(twin)


def test_names_depend_on_the_content_and_files_are_reproducible(
    studio: Studio, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    other = Studio(tmp_path / "second")
    first, again = studio.one(photo()), other.one(photo())
    assert first == again
    assert re.fullmatch(r"7-[0-9a-f]{10}", first.name)
    for width, _ in first.sizes:
        name = f"{first.name}-{width}.webp"
        assert (studio.folder / name).read_bytes() == (other.folder / name).read_bytes()
    assert studio.one(photo(seed=2)).name != first.name


def test_other_settings_give_other_names(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    first = studio.one(photo())
    monkeypatch.setattr(thumbnail_store, "SETTINGS_KEY", "another")
    assert studio.one(photo()).name != first.name


# Which images are shown --------------------------------------------------------------------------


def test_a_thumbnail_is_a_value() -> None:
    one, same = (Thumbnail(name="7-0", sizes=((320, 213), (640, 426))) for _ in "12")
    assert pickle.loads(pickle.dumps(one)) == one == same
    assert len({one, same}) == 1
    assert one != Thumbnail(name="7-0", sizes=((320, 213),))


def test_no_image_has_no_thumbnail(studio: Studio) -> None:
    assert studio.make().of(None) is None


def test_a_missing_original_causes_no_message(studio: Studio) -> None:
    image = studio.put("a.png", plain())
    (studio.originals / image.key).unlink()
    assert studio.make(image).of(image) is None
    assert studio.output == ""


def test_images_with_an_excluded_licence_are_neither_built_nor_shown(
    studio: Studio, decoded: list[int]
) -> None:
    image = studio.put("a.png", plain())
    made = studio.make(image, excluded={1})
    assert made.of(image) is None
    assert list(made.files()) == []
    assert decoded == []
    assert studio.make(image, excluded={2}).of(image)


def test_an_image_that_is_no_longer_used_remains_in_the_cache_but_not_on_the_site(
    studio: Studio, decoded: list[int]
) -> None:
    first, second = studio.put("a.png", plain(), 7), studio.put("b.png", plain(), 8)
    studio.make(first, second)
    made = studio.make(second)
    assert {path.name[0] for _, path, _ in made.files()} == {"8"}
    assert len(list(studio.folder.glob("7-*.webp"))) == 2
    studio.make(first, second)
    assert len(decoded) == 2


# Kinds of images ---------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_orientation_of_the_camera_is_applied(
    studio: Studio, orientation: int, format: str
) -> None:
    exif = Pictures.Exif()
    exif[0x0112] = orientation
    picture = halves(RED, BLUE)
    picture.paste(Pictures.new("RGB", (60, 60), GREEN), (0, 0))  # upper left as stored
    shown = studio.shown(picture, format=format, exif=exif)
    assert shown.size == ((400, 300) if orientation < 5 else (300, 400))
    right, bottom = shown.width - 25, shown.height - 25
    corner = [(25, 25), (right, 25), (right, bottom), (25, bottom)]
    where = {1: 0, 2: 1, 3: 2, 4: 3, 5: 0, 6: 1, 7: 2, 8: 3}[orientation]
    assert close(shown.getpixel(corner[where]), GREEN, 30)
    along = {1: 3, 2: 2, 3: 1, 4: 0, 5: 1, 6: 0, 7: 3, 8: 2}[orientation]
    assert close(shown.getpixel(corner[along]), RED, 30)


def test_a_large_rotated_jpeg_is_as_wide_as_allowed(studio: Studio) -> None:
    exif = Pictures.Exif()
    exif[0x0112] = 6
    assert studio.one(plain(4000, 3000), format="JPEG", exif=exif).sizes[-1] == (1280, 1707)


def test_metadata_is_removed(studio: Studio) -> None:
    exif = Pictures.Exif()
    exif[0x010E] = "secret place"
    exif.get_ifd(0x8825)[1] = "N"
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    shown = studio.shown(photo(), format="JPEG", exif=exif, icc_profile=srgb, comment=b"secret")
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(shown.info)
    for file in studio.folder.glob("*.webp"):
        assert b"secret" not in file.read_bytes()
        assert not any(mark in file.read_bytes() for mark in (b"EXIF", b"ICCP", b"XMP "))


def swapped_profile() -> bytes:
    """A profile for colours whose red is what sRGB calls green, and the other way round."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for entry in range(132, 132 + 12 * struct.unpack(">I", data[128:132])[0], 12):
        if bytes(data[entry : entry + 4]) in {b"rXYZ", b"gXYZ"}:
            data[entry : entry + 1] = b"g" if data[entry : entry + 1] == b"r" else b"r"
    return bytes(data)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_colours_of_another_profile_become_srgb(studio: Studio, format: str) -> None:
    left, right = edges(
        studio.shown(halves(RED, BLUE), format=format, icc_profile=swapped_profile())
    )
    assert close(left, (30, 220, 30))
    assert close(right, (40, 30, 220))


def test_a_converted_image_has_no_profile(studio: Studio) -> None:
    shown = studio.shown(plain(), format="JPEG", icc_profile=swapped_profile())
    assert "icc_profile" not in shown.info


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_an_image_with_an_srgb_profile_is_not_converted(mode: str) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = photo().convert(mode)
    if mode == "RGBA":
        picture.putpixel((9, 9), (0, 0, 0, 0))
    with_profile, without = as_file(picture, icc_profile=srgb), as_file(picture)
    assert resize(io.BytesIO(with_profile)) == resize(io.BytesIO(without))


def test_a_profile_does_not_affect_transparency(studio: Studio) -> None:
    picture = halves((*RED, 255), (*RED, 0), "RGBA")
    shown = studio.shown(picture, icc_profile=swapped_profile())
    left, right = edges(shown)
    assert close(left, (30, 220, 30, 255))
    assert right[3] == 0


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200])
def test_a_broken_profile_is_ignored(studio: Studio, profile: bytes) -> None:
    left, right = edges(studio.shown(halves(RED, BLUE), format="JPEG", icc_profile=profile))
    assert close(left, RED)
    assert close(right, BLUE)


def test_a_profile_for_other_colours_is_ignored(studio: Studio) -> None:
    shown = studio.shown(plain(colour=128, mode="L"), icc_profile=swapped_profile())
    assert close(shown.getpixel((9, 9)), (128, 128, 128))


def test_cmyk_is_converted(studio: Studio) -> None:
    picture = halves((0, 255, 255, 0), (255, 255, 0, 0), "CMYK")
    left, right = edges(studio.shown(picture, format="JPEG"))
    assert close(left, (255, 0, 0), 20)
    assert close(right, (0, 0, 255), 20)


@pytest.mark.parametrize("mode", ["L", "1"])
def test_greyscale_and_black_and_white(studio: Studio, mode: str) -> None:
    left, right = edges(studio.shown(halves(0, 255, mode)))
    assert close(left, (0, 0, 0))
    assert close(right, WHITE)


def test_more_than_eight_bits_are_scaled_and_not_clipped(studio: Studio) -> None:
    left, right = edges(studio.shown(halves(32896, 65535, "I;16")))
    assert close(left, (128, 128, 128))
    assert close(right, WHITE)


def test_sixteen_bits_of_colour(studio: Studio) -> None:
    rows = b"".join(b"\0" + struct.pack(">HHH", 65535, 32896, 0) * 400 for _ in range(300))
    shown = studio.shown(png(400, 300, 16, 2, rows))
    assert close(shown.getpixel((9, 9)), (255, 128, 0))


def test_transparency_is_preserved(studio: Studio) -> None:
    left, right = edges(studio.shown(halves((*RED, 255), (*BLUE, 0), "RGBA")))
    assert close(left, (*RED, 255))
    assert right[3] == 0


def test_transparent_pixels_do_not_colour_their_surroundings(studio: Studio) -> None:
    picture = halves((*WHITE, 255), (0, 0, 0, 0), "RGBA").resize((2000, 1500))
    shown = studio.shown(picture)
    along_the_edge: list[Any] = [shown.getpixel((x, 9)) for x in range(600, 680)]
    assert all(close(pixel, (*WHITE, 255)) for pixel in along_the_edge if pixel[3] == 255)


def test_grey_with_transparency(studio: Studio) -> None:
    left, right = edges(studio.shown(halves((200, 255), (10, 0), "LA")))
    assert close(left, (200, 200, 200, 255))
    assert right[3] == 0


def test_an_opaque_alpha_channel_is_removed(studio: Studio) -> None:
    assert studio.shown(plain(colour=(*RED, 255), mode="RGBA")).mode == "RGB"


def test_a_palette(studio: Studio) -> None:
    picture = halves(RED, BLUE).quantize(4)
    left, right = edges(studio.shown(picture))
    assert close(left, RED)
    assert close(right, BLUE)


@pytest.mark.parametrize("transparency", [1, b"\xff\x00"])
def test_a_palette_with_transparency(studio: Studio, transparency: int | bytes) -> None:
    picture = halves(0, 1, "P")
    picture.putpalette([*RED, *BLUE])
    left, right = edges(studio.shown(picture, transparency=transparency))
    assert close(left, (*RED, 255))
    assert right[3] == 0


def test_one_colour_that_means_transparent(studio: Studio) -> None:
    left, right = edges(studio.shown(halves(RED, BLUE), transparency=BLUE))
    assert close(left, (*RED, 255))
    assert right[3] == 0


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_an_animation_shows_its_first_frame(studio: Studio, format: str) -> None:
    frames = [plain(colour=GREEN), plain(colour=BLUE)]
    animated = as_file(plain(), format, save_all=True, append_images=frames)
    shown = studio.shown(animated)
    assert close(shown.getpixel((9, 9)), RED)
    assert getattr(shown, "n_frames", 1) == 1


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("name", ["wrong.gif", "none", "%20odd;name"])
def test_the_format_is_that_of_the_content_and_not_of_the_name(
    studio: Studio, format: str, name: str
) -> None:
    if format not in Pictures.registered_extensions().values():
        pytest.skip(f"this Pillow knows no {format}")
    assert close(studio.shown(plain(), format=format, name=name).getpixel((9, 9)), RED)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA", "I;16"])
def test_a_large_image_is_converted_in_bands_to_what_it_would_be(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    picture = Pictures.linear_gradient("L").resize((5300, 333))
    if mode == "I;16":
        picture = picture.convert("I").point(lambda value: value * 257 + 0).convert("I;16")
    else:
        picture = picture.convert("RGBA" if mode == "PA" else mode)
    options = {"transparency": 200} if mode == "P" else {}
    if "A" in mode:
        picture.putalpha(picture.getchannel(0).rotate(180))
    if mode == "PA":
        picture = picture.quantize(64)
    whole = studio.shown(picture, **options).convert("RGBA")
    monkeypatch.setattr(resize_module, "_MAX_COPIED_PIXELS", 1_000_000)
    in_bands = studio.shown(picture, name="b.png", id=8, compress_level=1, **options)
    assert in_bands.size == whole.size == (1280, 80)
    difference = ImageChops.difference(whole, in_bands.convert("RGBA"))
    assert max(ImageStat.Stat(difference).mean) < 2


# Damaged images ----------------------------------------------------------------------------------


def png(width: int, height: int, bits: int, colours: int, rows: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


TOO_LARGE = "it has more than 64 million pixels, or 16383 on a side"


@pytest.mark.parametrize(
    "size",
    [(8001, 8000), (10_000, 10_000), (60_000, 60_000), (1, 60_000_000), (16_384, 1), (2, 16_384)],
)
def test_a_decompression_bomb_is_refused_before_it_is_decoded(
    studio: Studio, size: tuple[int, int]
) -> None:
    assert studio.fault(png(*size, 8, 2, b"")) == TOO_LARGE


@pytest.mark.parametrize("format", ["TIFF", "BMP", "JPEG2000", "PPM", "ICO", "TGA", "PCX", "DDS"])
def test_a_format_that_ll2_never_sends_is_not_decoded(studio: Studio, format: str) -> None:
    reason = "its original is not a picture of a known format"
    assert studio.fault(plain(64, 64), format=format) == reason


@pytest.mark.parametrize(
    ("size", "options"),
    [
        ((2300, 2300), {"format": "JPEG", "subsampling": 0, "progressive": True}),
        ((1290, 2400), {}),
        ((1300, 1300), {"format": "WEBP", "method": 0}),
        ((1300, 1300), {"format": "AVIF", "speed": 10}),
    ],
)
def test_an_image_that_takes_too_much_memory_is_refused_before_it_is_decoded(
    studio: Studio,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    options: dict[str, Any],
) -> None:
    monkeypatch.setattr(resize_module, "MAX_MEMORY", 30_000_000)
    fault = studio.fault(plain(*size), **options)
    assert re.fullmatch(r"decoding it takes \d+ MB of memory, too much", fault)


def test_images_that_take_more_than_their_share_of_the_memory_are_decoded_one_by_one(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: dict[int, threading.Thread] = {}
    encode = resize_module._encode_webp

    def noting(image: Pictures.Image) -> bytes:
        threads[image.width] = threading.current_thread()
        return encode(image)

    monkeypatch.setattr(resize_module, "_encode_webp", noting)
    monkeypatch.setattr(build_module, "MAX_SHARE", 1_000_000)
    images = [studio.put("a.png", plain(300, 300), 1), studio.put("b.png", plain(310, 310), 2)]
    images += [studio.put("c.png", plain(20, 20), 3)]
    assert all(map(studio.make(*images, jobs=4).of, images))
    assert threads[300] is threads[310] is threading.main_thread()
    assert threads[20] is not threading.main_thread()
    assert studio.output == "thumbnails of 3 pictures made, 0 broken\n"


def test_images_for_which_there_is_no_time_are_left_for_the_next_run(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [studio.put(f"{number}.png", plain(20, 20), number) for number in (1, 2)]
    with monkeypatch.context() as patch:
        patch.setattr(build_module, "_MAX_SECONDS", -1.0)
        made = studio.make(*images)
    assert not any(map(made.of, images))
    assert studio.warnings[0].startswith("the thumbnails of 2 pictures are left for the next run")
    assert all(map(studio.make(*images).of, images))


def exif_of(count: int) -> bytes:
    """Return EXIF data with an orientation of so many numbers."""
    head = struct.pack("<2sHLHHHLLL", b"II", 42, 8, 1, 0x0112, 3, count, 26, 0)
    return b"Exif\0\0" + head + b"\6\0" * count


def test_metadata_of_megabytes_are_not_read(studio: Studio) -> None:
    assert studio.one(plain(), exif=exif_of(600_000)).sizes[-1] == (400, 300)
    profile = b"\0" * 5_000_000
    assert studio.one(plain(), format="WEBP", icc_profile=profile).sizes[-1] == (400, 300)
    data = as_file(plain(), "JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", 60_008) + exif_of(30_000)[:60_006]
    fault = "it has more metadata or scans than any camera writes"
    assert studio.fault(data[:2] + segment * 17 + data[2:]) == fault
    assert studio.fault(data + b"\xff\xda" * 101) == fault
    avif = as_file(plain(), "AVIF") + bytes(4_000_000)
    assert studio.fault(avif) == "it is an AVIF of more than 4 MB"
    assert studio.fault(as_file(plain()) + bytes(25_000_000)) == "it is larger than 25 MB"


def test_of_an_animation_of_ten_thousand_frames_one_is_decoded(studio: Studio) -> None:
    gif = as_file(plain(64, 64), "GIF")
    start = gif.index(b",\0\0\0\0")
    assert gif.endswith(b";")
    animated = gif[:start] + gif[start:-1] * 10_000 + b";"
    assert close(studio.shown(animated).getpixel((9, 9)), RED)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_file_is_refused(studio: Studio, format: str) -> None:
    data = as_file(photo(), format)
    assert studio.fault(data[: len(data) // 2]).startswith("its original is broken (")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><title>404</title>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        random.Random(1).randbytes(4000),
    ],
)
def test_other_data_is_refused(studio: Studio, data: bytes) -> None:
    assert studio.fault(data) in {
        "its original is not a picture of a known format",
        "its original is broken (Truncated File Read)",
    }


def test_an_original_that_cannot_be_read_is_tried_again(studio: Studio) -> None:
    image = studio.put("a.png", plain())
    original = studio.originals / image.key
    original.rename(original.with_suffix(".moved"))
    os.mkfifo(original)
    assert studio.make(image).of(image) is None
    assert "its original cannot be read (it is a named pipe and not a file" in studio.warnings[0]
    original.with_suffix(".moved").rename(original)
    assert studio.make(image).of(image)


def test_a_damaged_image_causes_a_warning_each_time_but_is_decoded_once(
    studio: Studio, decoded: list[int]
) -> None:
    first = studio.fault(photo().tobytes())
    image = Image(id=7, name="", url="https://images.example/a.png", credit="", licence=None)
    assert studio.make(image).of(image) is None
    assert studio.warnings[0].endswith(first)
    assert len(decoded) == 1
    assert "made" not in studio.output


def test_a_damaged_image_does_not_affect_the_others(studio: Studio) -> None:
    images = [studio.put(f"{n}.png", plain() if n != 3 else b"?", n) for n in range(6)]
    made = studio.make(*images)
    assert [made.of(image) is not None for image in images] == [n != 3 for n in range(6)]
    assert len(studio.warnings) == 1
    assert "thumbnails of 5 pictures made, 1 broken\n" in studio.output


def test_warnings_of_pillow_are_reported(studio: Studio, capfd: pytest.CaptureFixture[str]) -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + b"\0\x09" + b"\x01\x12\0\x03\xff\xff\xff\xff\0\0\0\0" * 2
    image = studio.put("a.jpg", plain(), format="JPEG", exif=exif)
    other = studio.put("b.jpg", plain(), 8, format="JPEG")
    for _ in range(2):  # the second time from the manifest
        made = studio.make(image, other)
        assert made.of(image)
        [warning] = studio.warnings
        assert warning.startswith("picture 7 (https://images.example/a.jpg): ")
        assert re.search("EXIF|Truncated", warning)
    assert capfd.readouterr().err == ""


def test_the_filters_of_warnings_are_restored(studio: Studio) -> None:
    before = list(warnings.filters), warnings.showwarning
    studio.one(plain())
    assert (list(warnings.filters), warnings.showwarning) == before


def test_damaged_exif_data_is_ignored(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise SyntaxError("not a TIFF file")

    monkeypatch.setattr(Pictures.Image, "getexif", fail)
    assert studio.one(plain(), format="GIF").sizes[-1] == (400, 300)


def test_no_control_characters_are_printed(studio: Studio) -> None:
    image = studio.put("a\x1b[31m.png", b"?")
    studio.make(image)
    assert "\x1b" not in studio.output
    assert r"a\x1b[31m.png" in studio.output


# Later runs --------------------------------------------------------------------------------------


def test_the_second_run_decodes_nothing(studio: Studio, decoded: list[int]) -> None:
    images = [studio.put(f"{n}.png", plain(), n) for n in range(4)]
    first = studio.make(*images)
    assert studio.output == "thumbnails of 4 pictures made, 0 broken\n"
    assert studio.make(*images) == first
    assert len(decoded) == 4
    assert studio.output == ""


def test_pillow_and_the_thread_pool_are_imported_only_to_build(studio: Studio) -> None:
    image = studio.put("a.png", plain())
    studio.make(image)
    code = """
        import sys
        from pathlib import Path
        from events_archive.model.event import Image
        from events_archive.images.thumbnails import make_thumbnails
        from events_archive.console import Console
        image = Image(id=7, name="", url="https://x.example/a.png", credit="", licence=None)
        made = make_thumbnails([image], originals=Path(sys.argv[1]), folder=Path(sys.argv[2]),
                               jobs=2, console=Console())
        assert made.of(image).width == 400
        assert not {"PIL", "concurrent.futures", "multiprocessing"} & set(sys.modules)
    """
    folders = [str(studio.originals), str(studio.folder)]
    # What measures coverage imports more.
    alone = clean_environment()
    command = [sys.executable, "-c", textwrap.dedent(code), *folders]
    subprocess.run(command, check=True, env=alone)


def test_a_changed_original_is_built_again(studio: Studio, decoded: list[int]) -> None:
    first = studio.one(plain(colour=RED))
    second = studio.one(plain(colour=BLUE))
    assert first.name != second.name
    assert len(decoded) == 2


def test_a_touched_original_is_read_but_not_decoded(studio: Studio, decoded: list[int]) -> None:
    image = studio.put("a.png", plain())
    first = studio.make(image)
    os.utime(studio.originals / image.key, ns=(1, 1))
    assert studio.make(image) == first
    assert len(decoded) == 1
    os.utime(studio.originals / image.key, ns=(1, 1))
    studio.make(image)
    assert studio.output == ""


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def hollow(path: Path) -> None:
    """A link to nowhere has a name and no more."""
    path.unlink()
    path.symlink_to(path.parent / "nowhere")


def test_a_missing_file_is_built_again(studio: Studio, decoded: list[int]) -> None:
    first = studio.one(photo())
    path = studio.folder / f"{first.name}-640.webp"
    before = path.read_bytes()
    path.unlink()
    assert studio.one(photo()) == first
    assert path.read_bytes() == before
    assert len(decoded) == 2


@pytest.mark.parametrize("damage", [halve, hollow])
def test_a_damaged_file_is_built_again(
    studio: Studio, decoded: list[int], damage: Callable[[Path], None]
) -> None:
    image = studio.put("a.png", photo())
    first = studio.make(image).of(image)
    assert first
    path = studio.folder / f"{first.name}-640.webp"
    before = path.read_bytes()
    damage(path)
    assert studio.make(image).of(image) == first
    assert path.read_bytes() == before
    assert len(decoded) == 2


def test_a_damaged_file_without_its_original_is_not_shown(studio: Studio) -> None:
    image = studio.put("a.png", photo())
    first = studio.make(image).of(image)
    assert first
    halve(studio.folder / f"{first.name}-640.webp")
    (studio.originals / image.key).unlink()
    made = studio.make(image)
    assert made.of(image) is None
    assert not list(made.files())


def test_a_run_without_changes_examines_no_thumbnail(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [studio.put(f"{n}.png", plain(), n) for n in range(9)]
    first = studio.make(*images)
    looked: list[str] = []
    stat = os.stat

    def noting(path: Any, *args: Any, **options: Any) -> os.stat_result:
        looked.append(os.fspath(path))
        return stat(path, *args, **options)

    monkeypatch.setattr(os, "stat", noting)
    assert studio.make(*images) == first
    assert not [path for path in looked if path.endswith(".webp")]


def test_thumbnails_remain_without_their_original(studio: Studio) -> None:
    image = studio.put("a.png", plain())
    first = studio.make(image)
    (studio.originals / image.key).unlink()
    assert studio.make(image) == first
    assert studio.warnings == []


def test_no_flipped_bit_of_the_manifest_goes_unnoticed(studio: Studio) -> None:
    studio.make(studio.put("a.png", plain()))
    assert read_records(studio.folder)
    for number in flip_each_bit(studio.folder / MANIFEST):
        assert read_records(studio.folder) == {}, number


def test_of_a_damaged_thumbnail_no_bit_goes_unnoticed(studio: Studio, decoded: list[int]) -> None:
    first = studio.make(image := studio.put("a.png", plain(40, 30)))
    [path] = studio.folder.glob("7-*.webp")
    good = path.read_bytes()
    first.remove_damaged()
    assert path.is_file()
    for number in range(8 * len(good)):
        damaged = bytearray(good)
        damaged[number // 8] ^= 1 << number % 8
        path.write_bytes(damaged)
        first.remove_damaged()
        assert not path.exists(), number
    assert studio.make(image) == first
    assert path.read_bytes() == good
    path.unlink()
    path.mkdir()
    # Else the build, which calls this until nothing is damaged, would not end.
    with pytest.raises(OSError, match="a folder"):
        first.remove_damaged()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"{}",
        lambda data: b"\xff",
        lambda data: b"[" * 100_000,
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"7-a.png", b"7-b.png"),
        lambda data: re.sub(rb'"[0-9a-f]{10}"', b'"../../../x"', data),
        lambda data: data.replace(SETTINGS_KEY.encode(), b"another"),
        lambda data: data.replace(b'"octets", ', b""),
        None,
    ],
    ids=range(10),
)
def test_a_missing_or_damaged_manifest_is_written_again(
    studio: Studio, decoded: list[int], damage: Callable[[bytes], bytes] | None
) -> None:
    image = studio.put("a.png", plain())
    first = studio.make(image)
    path = studio.folder / MANIFEST
    good = path.read_bytes()
    path.write_bytes(damage(good)) if damage else path.unlink()
    assert studio.make(image) == first
    assert path.read_bytes() == good
    assert len(decoded) == 2


@pytest.mark.parametrize(
    ("value", "other"),
    [(rb'"[0-9a-f]{10}"', rb'"../../../x"'), (rb"\d+x\d+", rb"axb"), (rb"\d+x\d+", rb"-1x2")],
)
def test_a_manifest_with_a_right_checksum_and_other_values_is_ignored(
    studio: Studio, value: bytes, other: bytes
) -> None:
    first = studio.make(image := studio.put("a.png", plain()))
    _, _, body = (studio.folder / MANIFEST).read_bytes().partition(b"\n")
    crafted = re.sub(value, other, body)
    assert crafted != body
    header = thumbnail_store._header(crafted, thumbnail_store._FIELDS)
    (studio.folder / MANIFEST).write_bytes(header + b"\n" + crafted)
    assert read_records(studio.folder) == {}
    assert studio.make(image) == first


def test_a_manifest_of_an_earlier_version_is_still_read(studio: Studio, decoded: list[int]) -> None:
    image, damaged = studio.put("a.png", photo()), studio.put("b.png", b"?", 8)
    first = studio.make(image, damaged)
    sizes = sorted(path.stat().st_size for path in studio.folder.glob("7-*.webp"))
    digests = [first.by_key["7-a.png"].name[2:], read_records(studio.folder)["8-b.png"].digest]
    rows = {}
    for key, digest in zip(("7-a.png", "8-b.png"), digests, strict=True):
        status = (studio.originals / key).stat()
        rows[key] = [status.st_size, status.st_mtime_ns, digest]
    rows["7-a.png"] += ["320x229 640x457 700x500", sizes, "", "odd EXIF"]
    rows["8-b.png"] += ["", [], "its original is broken (caf\xe9)", ""]
    body = json.dumps(rows, separators=(",", ":")).encode() + b"\n"
    assert rb"caf\u00e9" in body
    header = {
        "recipe": "2: WebP (320, 640, 1280) quality 80 method 2",
        "fields": ["size", "mtime_ns", "digest", "sizes", "octets", "broken", "remark"],
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    (studio.folder / MANIFEST).write_bytes(json.dumps(header).encode() + b"\n" + body)
    again = studio.make(image, damaged)
    assert list(again.files()) == [(path, file, "") for path, file, _ in first.files()]
    assert len(decoded) == 2
    assert [warning.partition("): ")[2] for warning in studio.warnings] == [
        "odd EXIF", "its original is broken (caf\xe9)",
    ]  # fmt: skip


def test_no_temporary_file_remains(studio: Studio) -> None:
    studio.one(photo())
    assert {path.suffix for path in studio.folder.iterdir()} == {".webp", ".jsonl"}


def test_a_folder_that_cannot_be_written_to_is_an_error(
    studio: Studio,
) -> None:
    studio.folder.touch()
    image = studio.put("a.png", plain())
    with pytest.raises(ArchiveError, match=r"cannot be written to .*: File exists"):
        studio.make(image)


def test_a_manifest_that_cannot_be_written_is_an_error(
    studio: Studio,
) -> None:
    (studio.folder / MANIFEST).mkdir(parents=True)
    image = studio.put("a.png", plain())
    with pytest.raises(ArchiveError, match=r"cannot be written to .*: Is a directory"):
        studio.make(image)
    assert list(studio.folder.glob(".*")) == []


def test_after_ctrl_c_finished_thumbnails_are_in_the_manifest(studio: Studio) -> None:
    data = as_file(photo(1920, 1280), "JPEG")
    for number in range(60):
        studio.put(f"{number}.png", data + bytes([number]), number)
    code = """
        import sys
        from pathlib import Path
        from events_archive.model.event import Image
        from events_archive.images.thumbnails import make_thumbnails
        from events_archive.console import Console
        images = [Image(id=n, name="", url=f"https://x.example/{n}.png", credit="", licence=None)
                  for n in range(60)]
        make_thumbnails(images, originals=Path(sys.argv[1]), folder=Path(sys.argv[2]), jobs=2,
                        console=Console())
    """
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(studio.originals), str(studio.folder)],
        stderr=subprocess.PIPE,
    )
    # Two at a time: the third begun says that one at least is done.
    limit = time.monotonic() + 60
    while len(list(studio.folder.glob("*-1280.webp"))) < 3 and time.monotonic() < limit:
        time.sleep(0.01)
    program.send_signal(signal.SIGINT)
    _, said = program.communicate(timeout=30)
    assert b"KeyboardInterrupt" in said
    done = read_records(studio.folder)
    assert 0 < len(done) < 60
    assert all(record.sizes for record in done.values())
