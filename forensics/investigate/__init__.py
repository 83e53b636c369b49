"""Asks why runs went wrong: what tells them from good ones, since when, how far they got, and what to do next."""
