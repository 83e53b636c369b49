"""Which rows of evidence are one run: due times, names, and a place for everything that happened."""
