"""What all sources of records have in common: requests with a budget, pages, texts and bounds."""
