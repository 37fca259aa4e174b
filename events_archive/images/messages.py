"""The one form of all warnings about images."""

from events_archive.model.event import Image

_MAX_URL = 300


def image_warning(image: Image, fault: str) -> str:
    """Return a warning that names an image, without characters that a terminal would interpret."""
    url = "".join(c if c.isprintable() else "?" for c in image.url[:_MAX_URL])
    return f"picture {image.id} ({url}): {fault}"
