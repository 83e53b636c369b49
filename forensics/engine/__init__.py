"""Where the parts of a large report are worked out; the rest of the package need not know."""
