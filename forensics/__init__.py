"""Night Watch forensics: what scheduled jobs really did, worked out from the traces they left."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from forensics.cli_recorder import write_heartbeat

    write_cron_heartbeat = write_heartbeat

__all__ = ["__version__", "write_cron_heartbeat", "write_heartbeat"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import what jobs use when they ask for it: a command should not wait for what it does not need."""
    if name in {"write_heartbeat", "write_cron_heartbeat"}:
        from forensics.cli_recorder import write_heartbeat

        return write_heartbeat
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
