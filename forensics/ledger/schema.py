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
    (
        """
        CREATE TABLE reports ( -- every report over all jobs, in its order in time
            id INTEGER PRIMARY KEY,
            scope TEXT NOT NULL, -- the config that it was made from
            now INTEGER NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL,
            is_link INTEGER NOT NULL CHECK (is_link IN (0, 1)), -- it goes on where the one before ended
            night TEXT NOT NULL, -- the name under which it is published
            exit_code INTEGER NOT NULL,
            runs INTEGER NOT NULL,
            said INTEGER NOT NULL,
            owed INTEGER NOT NULL,
            verdicts TEXT NOT NULL, -- JSON, as are those that follow
            blockers TEXT NOT NULL,
            sources TEXT NOT NULL,
            faults TEXT NOT NULL,
            UNIQUE (scope, now)
        )
        """,
        """
        CREATE TABLE pending ( -- runs that a report could not judge yet
            report INTEGER NOT NULL,
            key TEXT NOT NULL,
            moment INTEGER NOT NULL, -- by which the run belongs to a window
            PRIMARY KEY (report, key)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE sources ( -- which were read, by a number that takes less room
            id INTEGER PRIMARY KEY,
            source TEXT NOT NULL UNIQUE
        )
        """,
        """
        CREATE TABLE seen ( -- versions of files that fit a pattern; -1 where a number is not known
            at INTEGER NOT NULL, -- its mtime
            source INTEGER NOT NULL,
            path TEXT NOT NULL,
            size INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            changed_at INTEGER,
            born_at INTEGER,
            host TEXT,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            PRIMARY KEY (at, source, path, size, inode)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE looks ( -- when a source was read to its end
            source TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (source, at)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE kept ( -- what live sources asked to be remembered; the newest of a key counts
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            recorded INTEGER NOT NULL,
            at INTEGER NOT NULL,
            content TEXT NOT NULL,
            PRIMARY KEY (source, key, recorded)
        ) WITHOUT ROWID
        """,
    ),
    (
        # How each job was reported: a JSON list of [job, host, said, proven].
        "ALTER TABLE reports ADD COLUMN jobs TEXT NOT NULL DEFAULT '[]'",
    ),
)
LEDGER = Kind(noun="ledger", mark=b"NWLG", steps=STEPS)
