"""Makes ``python -m forensics`` the same as ``forensics``."""

from __future__ import annotations

from forensics.entry import main

if __name__ == "__main__":
    main()
