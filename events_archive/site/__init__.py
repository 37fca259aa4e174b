"""What the site is about: taxonomies, publications, visits, feeds, calendars, URLs. Pure."""
