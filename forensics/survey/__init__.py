"""What a machine runs by itself, and the config that follows from it: ``forensics init``."""
