"""The plan of the site: which pages exist, at which URL, and what each shows. Pure."""
