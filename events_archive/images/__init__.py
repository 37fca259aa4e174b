"""Event images: downloading the originals and resizing them to thumbnails."""
