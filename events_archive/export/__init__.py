"""The site as one file to carry away: a ZIP for any disk, a ZIM for Kiwix."""
