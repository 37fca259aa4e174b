"""From a planned page to its bytes: templates, feeds, calendars, data files, assets."""
