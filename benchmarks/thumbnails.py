"""Compare thumbnails with those of ``vipsthumbnail`` (Debian's libvips-tools), or time a no-op run.

Both programs make the same two widths of the same photos in WebP. CPU time is user and system time
of whole processes; the archive's includes the interpreter, the digests and the manifest. Quality is
measured against a reference (fully decoded, resized once with Lanczos, not encoded): the peak
signal-to-noise ratio of RGB, and the structural similarity of luma over blocks of 8 by 8 pixels.
Sizes are those of the image data, without the metadata that vips does not remove.

    python benchmarks/thumbnails.py [--folder PHOTOS] [--photos 12] [--rounds 5] [--unchanged]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import perf_counter

from image_quality import measure_quality
from PIL import Image as PILImage
from sample_photos import SIZES, sample

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from events_archive.console import Console  # noqa: E402
from events_archive.images import resize  # noqa: E402
from events_archive.images.thumbnails import make_thumbnails  # noqa: E402
from events_archive.model.event import Image  # noqa: E402 - needs the path above

WIDTHS = (640, 1280)
EFFORTS = (resize.METHOD, 4)
"""The values of libwebp's `effort` for vips: the archive's, and the default of vips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The time of one process in seconds."""

    cpu: float
    wall: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(cpu=self.cpu + other.cpu, wall=self.wall + other.wall)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        if options.child:
            _make_thumbnails(Path(options.child[0]), Path(options.child[1]), options.jobs)
        elif options.unchanged:
            _time_unchanged(Path(folder), options.rounds)
        elif not shutil.which("vipsthumbnail"):
            print("no vipsthumbnail on the PATH; on Debian: apt-get install libvips-tools")
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
    parser.add_argument("--folder", type=Path, help="use these photos instead of generated ones")
    parser.add_argument(
        "--photos", type=int, default=12, help="minimal number of photos (default: 12)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds (default: 5)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--unchanged", action="store_true", help="time runs without new images")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


# Photos ------------------------------------------------------------------------------------------


def _photos(options: argparse.Namespace) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of the photos."""
    if options.folder:
        paths = sorted(options.folder.iterdir())
        # A few photos are repeated, since otherwise the start of the interpreter would dominate.
        for path in paths * -(-options.photos // len(paths)):
            yield path.name, path.read_bytes()
        return
    for number in range(options.photos):
        file = BytesIO()
        width, height = SIZES[number % len(SIZES)]
        sample(width, height, number).save(file, "JPEG", quality=90, progressive=number % 3 == 2)
        yield f"{number}.jpg", file.getvalue()


# Making thumbnails -------------------------------------------------------------------------------


def _image(number: int, name: str) -> Image:
    return Image(id=number, name="", url=f"https://x.example/{name}", credit="", licence=None)


def _images(originals: Path) -> list[Image]:
    parts = (path.name.partition("-") for path in sorted(originals.iterdir()))
    return [_image(int(number), name) for number, _, name in parts]


def _make_thumbnails(originals: Path, folder: Path, jobs: int) -> None:
    """Make thumbnails as a build does, with other widths."""
    resize.WIDTHS = WIDTHS
    console = Console(quiet=True)
    make_thumbnails(
        _images(originals), originals=originals, folder=folder, jobs=jobs, console=console
    )


def _run_archive(originals: Path, folder: Path, jobs: int) -> Cost:
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
    """Run ``vipsthumbnail``, which makes one width per process."""
    folder.mkdir()
    save_options = f"[Q={resize.QUALITY},effort={effort},strip]"
    cost = Cost(cpu=0, wall=0)
    for width in WIDTHS:
        output = f"{folder}/%s@{width}.webp{save_options}"
        files = sorted(map(str, originals.iterdir()))
        cost += _cost(["vipsthumbnail", *files, "--size", f"{width}x>", "-o", output])
    return cost


def _cost(command: Sequence[str]) -> Cost:
    started = perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed")
    return Cost(cpu=usage.ru_utime + usage.ru_stime, wall=perf_counter() - started)


# Reports -----------------------------------------------------------------------------------------


def _compare(originals: Path, folder: Path, rounds: int, jobs: int) -> None:
    files = sorted(originals.iterdir())
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    print(f"{len(files)} photos, {megabytes:.1f} MB, to {WIDTHS} pixels, {rounds} rounds")
    names = ["archive", *(f"vips, effort {effort}" for effort in EFFORTS)]
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    for number in range(rounds + 1):
        outputs = {name: folder / f"{number}-{name}" for name in names}
        round_costs = {"archive": _run_archive(originals, outputs["archive"], jobs)}
        for effort, name in zip(EFFORTS, names[1:], strict=True):
            round_costs[name] = _run_vips(originals, outputs[name], effort)
        for name in names if number else ():  # The first round is a warm-up.
            costs[name].append(round_costs[name])
    for name in names:
        quality = measure_quality(_pairs(files, outputs[name]))
        cpu = statistics.median(cost.cpu for cost in costs[name]) / len(files) * 1000
        wall = statistics.median(cost.wall for cost in costs[name]) / len(files) * 1000
        print(
            f"{name:15} CPU {cpu:6.1f} ms, wall {wall:6.1f} ms per photo;"
            f" PSNR {quality.psnr:.2f} dB, SSIM {quality.ssim:.4f}, {quality.size / 1000:.0f} kB"
        )
    for name in names[1:]:
        pairs = list(zip(costs["archive"], costs[name], strict=True))
        cpu = statistics.median(archive.cpu / vips.cpu for archive, vips in pairs)
        wall = statistics.median(archive.wall / vips.wall for archive, vips in pairs)
        print(f"archive / {name}: CPU {cpu:.2f}, wall {wall:.2f}")


def _pairs(originals: Sequence[Path], folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each original with each of its thumbnails in ``folder``."""
    for original in originals:
        number = original.name.partition("-")[0]
        for thumbnail in sorted(folder.glob(f"{number}-*.webp")):
            yield original, thumbnail


def _time_unchanged(folder: Path, rounds: int) -> None:
    """Time runs in which all images have their thumbnails, within one process."""
    originals, thumbnails = folder / "originals", folder / "thumbnails"
    originals.mkdir()
    images = [_image(n, f"an_image_20240305190{n:05}.png") for n in range(1208)]
    for number, image in enumerate(images):
        PILImage.new("1", (1300, 4 + number % 300)).save(originals / image.key, "PNG")
    console = Console(quiet=True)
    for count in (418, 1208):
        seconds = []
        for number in range(rounds + 1):
            started = perf_counter()
            make_thumbnails(
                images[:count], originals=originals, folder=thumbnails, jobs=2, console=console
            )
            seconds += [perf_counter() - started] if number else []
        milliseconds = statistics.median(seconds) * 1000
        print(f"{count} unchanged images: {milliseconds:.1f} ms, median of {rounds} rounds")


if __name__ == "__main__":
    sys.exit(main())
