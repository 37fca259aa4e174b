"""Image records, with all kinds of credits and licences."""

from itertools import accumulate
from random import Random

from tests.ll2_server.reference_data import IMAGE_LICENCES, MEDIA_ROOT, TEXTS, Record


def image_record(
    number: int,
    file_name: str,
    *,
    credit: str | None = "NASA",
    licence: int = 4,
    name: str = "An image",
    single_use: bool = False,
) -> Record:
    """Return an image record; the server serves the kind that a name like `cmyk--a.jpg` has."""
    return {
        "id": number,
        "name": name,
        "image_url": f"{MEDIA_ROOT}images/{file_name}",
        "thumbnail_url": f"{MEDIA_ROOT}images/{_thumbnail_name(number, file_name)}",
        "credit": credit,
        "license": IMAGE_LICENCES[licence],
        "single_use": single_use,
        "variants": [],
    }


class ImagePool:
    """The images that the events share, some far more often than others."""

    def __init__(self, rng: Random, count: int) -> None:
        self._rng = rng
        self.images = [_draw_image(rng, index) for index in range(count)]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(count)))

    def draw(self, index: int) -> Record | None:
        """Draw an image or None; the first half of the images are returned in turn."""
        if not self.images or index == 4 or self._rng.random() < 0.03:
            return None
        if index < len(self.images) // 2:
            return self.images[index]
        return self._rng.choices(self.images, cum_weights=self._weights)[0]


def _draw_image(rng: Random, index: int) -> Record:
    licences = list(IMAGE_LICENCES)
    licence = (
        licences[index % 9] if index < 9 else rng.choices(licences, [15, 3, 2, 47, 10] + [1] * 4)[0]
    )
    subject = TEXTS["image_subjects"][index % len(TEXTS["image_subjects"])]
    automatic = licence == 1 and rng.random() < 0.8
    image = image_record(
        982 + index,
        _file_name(rng, index, subject),
        credit=None if automatic else _draw_credit(rng, index),
        licence=licence,
        name=f"[AUTO] {subject} - image" if automatic else subject,
        single_use=rng.random() < 0.3,
    )
    return _with_variant(image) if index == 7 else image


def _draw_credit(rng: Random, index: int) -> str:
    credits = TEXTS["credits"]
    return str(credits[index] if index < len(credits) else rng.choice(credits))


def _file_name(rng: Random, index: int, subject: str) -> str:
    """Return a file name like LL2's: cut off, with remains of percent encoding."""
    words = subject.lower().replace(" ", ("_", "2520")[index % 2]).replace("&", "and")
    prefix = "255bauto255d_" if index % 5 == 3 else words[:24]
    suffix = ("jpg", "jpeg", "png", "jpeg")[rng.randrange(4)]
    return f"{prefix}_image_{20190101000000 + index * 3701}.{suffix}"


def _thumbnail_name(number: int, file_name: str) -> str:
    # In LL2 the thumbnails of .jpg files are .jpeg files.
    suffix = "png" if file_name.endswith(".png") else "jpeg"
    return f"255bauto255d__image_thumbnail_{20240305190000 + number}.{suffix}"


def _with_variant(image: Record) -> Record:
    url = image["image_url"].replace("_image_", "_variant_")
    variant = {"id": 1, "type": {"id": 1, "name": "Portrait"}, "image_url": url}
    return image | {"variants": [variant]}
