#!python
"""The command ``forensics`` itself: installers copy this file, with its first line naming their Python."""

from forensics.entry import main

if __name__ == "__main__":
    main()
