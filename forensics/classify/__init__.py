"""Judging: what is known of each run, what it came to, and why."""
