"""Night Watch forensics: what scheduled jobs really did, worked out from the traces they left."""

from __future__ import annotations

__version__ = "0.1.0"
