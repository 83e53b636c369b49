"""Counts and compares across runs: what a person should know beyond the single verdicts."""
