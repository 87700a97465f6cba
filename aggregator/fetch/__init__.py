"""One polite, bounded request, to an address that may be reached."""
