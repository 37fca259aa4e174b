"""Thumbnails against ``vipsthumbnail`` (Debian's libvips-tools), and what a run without news costs.

Both make the same two widths of the same photos in WebP. CPU is user and system time of whole
processes, ours with its interpreter, its digests and its manifest. Quality is told against a
reference (decoded in full, resized once with Lanczos, not encoded) in the peak signal-to-noise
ratio of RGB and in the structural similarity of luma over blocks of 8 by 8 pixels; bytes are those
of the picture itself, without the metadata that vips leaves in.

    python benchmarks/thumbnails.py [--folder PHOTOS] [--photos 12] [--rounds 5] [--without-news]
"""

import argparse
import math
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import perf_counter

from PIL import Image as Pictures
from PIL import ImageChops, ImageDraw, ImageMath, ImageOps, ImageStat

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from events_archive.console import Console  # noqa: E402
from events_archive.images import resize  # noqa: E402
from events_archive.images.thumbnails import make_thumbnails  # noqa: E402
from events_archive.model.event import Image  # noqa: E402 - the project is on the path only now

WIDTHS = (640, 1280)
SIZES = ((1920, 1280), (1788, 972), (4000, 2667), (1280, 853), (2048, 1365), (3000, 2000))
"""Of the sample photos, in pixels: what LL2's picture store serves, from small to large."""
EFFORTS = (resize.METHOD, 4)
"""libwebp's effort that vips is measured with: ours, and its own default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process took, in seconds."""

    cpu: float
    wall: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(cpu=self.cpu + other.cpu, wall=self.wall + other.wall)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How close copies come to the reference, and in how many bytes."""

    psnr: float
    """In decibels."""
    ssim: float
    """1 is the same."""
    octets: int


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        if options.child:
            _make(Path(options.child[0]), Path(options.child[1]), options.jobs)
        elif options.without_news:
            _tell_without_news(Path(folder), options.rounds)
        elif not shutil.which("vipsthumbnail"):
            print("vipsthumbnail is not here: it is in Debian's libvips-tools")
            return 1
        else:
            originals = Path(folder) / "originals"
            originals.mkdir()
            for number, (name, data) in enumerate(_photos(options)):
                (originals / _image(number, name).key).write_bytes(data)
            _compare(originals, Path(folder), options.rounds, options.jobs)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="photos of yours instead of samples")
    parser.add_argument("--photos", type=int, default=12, help="how many, at least")
    parser.add_argument("--rounds", type=int, default=5, help="medians are of so many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--without-news", action="store_true", help="measure runs with nothing new")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


# Photos ------------------------------------------------------------------------------------------


def _photos(options: argparse.Namespace) -> Iterator[tuple[str, bytes]]:
    """Names and files of the photos to be measured with."""
    if options.folder:
        paths = sorted(options.folder.iterdir())
        # Few photos would be measured together with the start of the interpreter.
        for path in paths * -(-options.photos // len(paths)):
            yield path.name, path.read_bytes()
        return
    for number in range(options.photos):
        file = BytesIO()
        width, height = SIZES[number % len(SIZES)]
        sample(width, height, number).save(file, "JPEG", quality=90, progressive=number % 3 == 2)
        yield f"{number}.jpg", file.getvalue()


def sample(width: int, height: int, seed: int) -> Pictures.Image:
    """What has a photo's statistics: soft fields, edges, texture that fades, a sensor's noise."""
    chance = random.Random(seed)
    size = (width, height)
    picture = _noise(chance, (6, 4), size)
    for step in range(1, 9):
        cells = (min(width, 6 << step), min(height, 4 << step))
        picture = Pictures.blend(picture, _noise(chance, cells, size), 0.6**step)
    picture = ImageOps.autocontrast(picture, cutoff=1)
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = chance.randrange(width), chance.randrange(height)
        colour = tuple(chance.randrange(256) for _ in range(3))
        reach = chance.randrange(width // 90, width // 9)
        corners = [
            (x + chance.randint(-reach, reach), y + chance.randint(-reach, reach)) for _ in "abcd"
        ]
        draw.polygon(corners, fill=colour)
        draw.line([(x, 0), corners[0], (x, height)], fill=colour, width=max(1, width // 900))
    return Pictures.blend(picture, _noise(chance, size, size), 0.01)


def _noise(chance: random.Random, cells: tuple[int, int], size: tuple[int, int]) -> Pictures.Image:
    noise = Pictures.frombytes("RGB", cells, chance.randbytes(3 * cells[0] * cells[1]))
    # Nature's colours differ less than its lights.
    grey = noise.convert("L").convert("RGB")
    return Pictures.blend(grey, noise, 0.15).resize(size, Pictures.Resampling.BICUBIC)


# Making copies -----------------------------------------------------------------------------------


def _image(number: int, name: str) -> Image:
    return Image(id=number, name="", url=f"https://x.example/{name}", credit="", licence=None)


def _images(originals: Path) -> list[Image]:
    parts = (path.name.partition("-") for path in sorted(originals.iterdir()))
    return [_image(int(number), name) for number, _, name in parts]


def _make(originals: Path, folder: Path, jobs: int) -> None:
    """As a build does, but for the widths."""
    resize.WIDTHS = WIDTHS
    console = Console(quiet=True)
    make_thumbnails(
        _images(originals), originals=originals, folder=folder, jobs=jobs, console=console
    )


def _run_ours(originals: Path, folder: Path, jobs: int) -> Cost:
    command = [
        sys.executable,
        __file__,
        "--jobs",
        str(jobs),
        "--child",
        str(originals),
        str(folder),
    ]
    return _cost(command)


def _run_vips(originals: Path, folder: Path, effort: int) -> Cost:
    """One process a width, which is all that ``vipsthumbnail`` offers."""
    folder.mkdir()
    saving = f"[Q={resize.QUALITY},effort={effort},strip]"
    cost = Cost(cpu=0, wall=0)
    for width in WIDTHS:
        output = f"{folder}/%s@{width}.webp{saving}"
        files = sorted(map(str, originals.iterdir()))
        cost += _cost(["vipsthumbnail", *files, "--size", f"{width}x>", "-o", output])
    return cost


def _cost(command: Sequence[str]) -> Cost:
    started = perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed")
    return Cost(cpu=used.ru_utime + used.ru_stime, wall=perf_counter() - started)


# Judging them ------------------------------------------------------------------------------------


def _quality(pairs: Iterable[tuple[Path, Path]]) -> Quality:
    """Of (original, copy): the means of all, and the sum of their bytes."""
    psnr, ssim, octets = [], [], 0
    for original, copy in pairs:
        with Pictures.open(copy) as opened:
            shown = _opaque(opened)
        reference = _reference(original, shown.size)
        difference = ImageStat.Stat(ImageChops.difference(reference, shown))
        error = statistics.fmean(value**2 for value in difference.rms)
        psnr.append(10 * math.log10(255**2 / max(error, 1e-9)))
        ssim.append(_ssim(reference, shown))
        octets += _picture_octets(copy.read_bytes())
    return Quality(psnr=statistics.fmean(psnr), ssim=statistics.fmean(ssim), octets=octets)


def _reference(original: Path, size: tuple[int, int]) -> Pictures.Image:
    with Pictures.open(original) as opened:
        upright = ImageOps.exif_transpose(opened)
        has_holes = upright.has_transparency_data
        plain = upright.convert("RGBA" if has_holes else "RGB")
        return _opaque(plain.resize(size, Pictures.Resampling.LANCZOS))


def _opaque(picture: Pictures.Image) -> Pictures.Image:
    ground = Pictures.new("RGBA", picture.size, (128, 128, 128, 255))
    return Pictures.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def _ssim(a: Pictures.Image, b: Pictures.Image) -> float:
    """Structural similarity (Wang and others, 2004) over blocks that do not overlap."""
    width, height = a.width // 8 * 8, a.height // 8 * 8

    def means(one: Pictures.Image, other: Pictures.Image) -> Sequence[float]:
        product = ImageMath.lambda_eval(lambda given: given["a"] * given["b"], a=one, b=other)
        small = product.resize((width // 8, height // 8), Pictures.Resampling.BOX)
        return array("f", small.tobytes())

    x, y = (p.convert("L").crop((0, 0, width, height)).convert("F") for p in (a, b))
    one = Pictures.new("F", x.size, 1.0)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return statistics.fmean(
        ((2 * mx * my + c1) * (2 * (mxy - mx * my) + c2))
        / ((mx * mx + my * my + c1) * (mxx - mx * mx + myy - my * my + c2))
        for mx, my, mxx, myy, mxy in zip(
            means(x, one), means(y, one), means(x, x), means(y, y), means(x, y), strict=True
        )
    )


def _picture_octets(data: bytes) -> int:
    """The bytes of a WebP file that are picture: not EXIF, XMP or a colour profile."""
    octets, at = 12, 12
    while at < len(data):
        name, (length,) = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])
        length += 8 + length % 2
        octets += length if name in {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"} else 0
        at += length
    return octets


# Telling -----------------------------------------------------------------------------------------


def _compare(originals: Path, folder: Path, rounds: int, jobs: int) -> None:
    files = sorted(originals.iterdir())
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    print(f"{len(files)} photos, {megabytes:.1f} MB, to {WIDTHS} pixels, {rounds} rounds")
    names = ["ours", *(f"vips, effort {effort}" for effort in EFFORTS)]
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    for number in range(rounds + 1):
        made = {name: folder / f"{number}-{name}" for name in names}
        found = {"ours": _run_ours(originals, made["ours"], jobs)}
        for effort, name in zip(EFFORTS, names[1:], strict=True):
            found[name] = _run_vips(originals, made[name], effort)
        for name in names if number else ():  # The first round fills the system's caches.
            costs[name].append(found[name])
    for name in names:
        copies = list(_copies(files, made[name]))
        quality = _quality(copies)
        cpu = statistics.median(cost.cpu for cost in costs[name]) / len(files) * 1000
        wall = statistics.median(cost.wall for cost in costs[name]) / len(files) * 1000
        print(
            f"{name:15} CPU {cpu:6.1f} ms, wall {wall:6.1f} ms a photo;"
            f" PSNR {quality.psnr:.2f} dB, SSIM {quality.ssim:.4f}, {quality.octets / 1000:.0f} kB"
        )
    for name in names[1:]:
        pairs = list(zip(costs["ours"], costs[name], strict=True))
        cpu = statistics.median(ours.cpu / theirs.cpu for ours, theirs in pairs)
        wall = statistics.median(ours.wall / theirs.wall for ours, theirs in pairs)
        print(f"ours / {name}: CPU {cpu:.2f}, wall {wall:.2f}")


def _copies(originals: Sequence[Path], folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each original with each of its copies in ``folder``, by whomever."""
    for original in originals:
        number = original.name.partition("-")[0]
        for copy in sorted(folder.glob(f"{number}-*.webp")):
            yield original, copy


def _tell_without_news(folder: Path, rounds: int) -> None:
    """What a run costs for pictures that all have their copies, in a process that is warm."""
    originals, copies = folder / "originals", folder / "copies"
    originals.mkdir()
    images = [_image(n, f"a_picture_image_20240305190{n:05}.png") for n in range(1208)]
    for number, image in enumerate(images):
        Pictures.new("1", (1300, 4 + number % 300)).save(originals / image.key, "PNG")
    console = Console(quiet=True)
    for count in (418, 1208):
        spent = []
        for number in range(rounds + 1):
            started = perf_counter()
            make_thumbnails(
                images[:count], originals=originals, folder=copies, jobs=2, console=console
            )
            spent += [perf_counter() - started] if number else []
        milliseconds = statistics.median(spent) * 1000
        print(f"{count} pictures without news: {milliseconds:.1f} ms, the median of {rounds}")


if __name__ == "__main__":
    sys.exit(main())
