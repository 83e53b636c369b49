"""Makes ``python -m forensics`` the same as ``forensics``."""

from __future__ import annotations

import sys

from forensics.cli import main

if __name__ == "__main__":
    sys.exit(main(prog_name="forensics"))
