"""The pages of the site: which exist, at which URL, and what each shows. Pure."""
