"""What will exist: every address of the site and the plan of its pages."""
