"""What the ledger holds, version by version. All instants are ns since the epoch, UTC."""

from __future__ import annotations

from forensics.database.kind import Kind

# One tuple of statements for each version, the first making version 1. SQLite keeps them to the letter.
STEPS = (
    (
        """
        CREATE TABLE notes ( -- what befell the ledger itself, for the reports after it
            at INTEGER NOT NULL,
            text TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE remembered ( -- rows.Remembered; lists are JSON
            tracker TEXT NOT NULL, -- "url repo"
            key TEXT NOT NULL,
            title TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            since INTEGER,
            number INTEGER,
            is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
            good INTEGER NOT NULL,
            checked TEXT NOT NULL,
            changes TEXT NOT NULL,
            overruled INTEGER NOT NULL,
            is_dressed INTEGER NOT NULL CHECK (is_dressed IN (0, 1)),
            commented_at INTEGER,
            members TEXT NOT NULL,
            PRIMARY KEY (tracker, key)
        )
        """,
        """
        CREATE TABLE intents ( -- requests of which no answer is known; an id is never used again
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            tracker TEXT NOT NULL,
            key TEXT NOT NULL,
            verb TEXT NOT NULL,
            at INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE publications (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            name TEXT NOT NULL,
            text TEXT NOT NULL, -- empty once it was delivered
            at INTEGER NOT NULL, -- when it was first queued
            delivered_at INTEGER,
            superseded_at INTEGER, -- when a newer one took its place
            UNIQUE (channel, name)
        )
        """,
        """
        CREATE TABLE failures ( -- attempts to deliver a publication that failed
            publication INTEGER NOT NULL,
            at INTEGER NOT NULL,
            error TEXT NOT NULL
        )
        """,
        "CREATE INDEX failures_of ON failures (publication, at)",
    ),
)
LEDGER = Kind(noun="ledger", mark=b"NWLG", steps=STEPS)
