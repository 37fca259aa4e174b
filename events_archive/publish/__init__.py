"""How it reaches the disk: templates, prose, feeds, calendars, thumbnails and the writer."""
