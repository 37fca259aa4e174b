"""What we know: events, how sure we are of their dates, and all of them in order."""
