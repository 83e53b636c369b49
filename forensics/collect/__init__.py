"""Packs what a config's sources read into one archive, so that it can be read elsewhere with the same result."""
