"""What the registry holds, version by version. Instants are ns since the epoch, UTC; spans are ns.

Who reads it from outside needs the view ``events`` alone: what the runner itself recorded, one row for each.
"""

from __future__ import annotations

from forensics.database.kind import NOTES, Kind

REGISTRY = Kind(
    noun="registry",
    mark=b"NWRG",
    # One tuple of statements for each version, the first making version 1.
    steps=(
        (
            NOTES,
            """
            CREATE TABLE runs (
                id TEXT PRIMARY KEY, -- cron:<uuid>
                job TEXT NOT NULL,
                host TEXT NOT NULL,
                status TEXT NOT NULL
                    CHECK (status IN ('running', 'completed', 'failed', 'timeout', 'interrupted', 'skipped')),
                started_at INTEGER NOT NULL,
                completed_at INTEGER, -- null while running, and where nobody saw the end
                duration INTEGER, -- by a clock that no one sets
                exit_code INTEGER, -- as the wrapper ended
                signal INTEGER, -- that ended the command
                command TEXT NOT NULL, -- JSON, as are all lists
                folder TEXT NOT NULL,
                options TEXT NOT NULL, -- JSON, run_record.Options
                retries_left INTEGER NOT NULL,
                boot_id TEXT,
                pid INTEGER NOT NULL -- for people: the locks tell who lives
            )
            """,
            "CREATE INDEX runs_of ON runs (job, started_at)",
            "CREATE INDEX runs_at ON runs (started_at)",
            "CREATE INDEX runs_running ON runs (job) WHERE status = 'running'",
            """
            CREATE TABLE attempts ( -- the stages of a run, once for each time it was tried
                run TEXT NOT NULL,
                number INTEGER NOT NULL, -- from 1
                started_at INTEGER NOT NULL, -- boot started
                booted_at INTEGER, -- the ready file was seen
                ended_at INTEGER,
                boot INTEGER, -- how long it took
                duration INTEGER,
                outcome TEXT CHECK (outcome IN ('completed', 'failed', 'timeout', 'boot_timeout')), -- null: no end seen
                exit_code INTEGER,
                signal INTEGER,
                -- of the host, as the attempt began
                memory_total INTEGER, -- bytes
                memory_available INTEGER,
                load REAL, -- of the last minute
                processors INTEGER,
                uptime REAL, -- seconds
                PRIMARY KEY (run, number)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE transitions ( -- to and from interrupted: where somebody other than the wrapper had a say
                run TEXT NOT NULL,
                at INTEGER NOT NULL,
                old TEXT NOT NULL,
                new TEXT NOT NULL,
                why TEXT NOT NULL
            )
            """,
            "CREATE INDEX transitions_of ON transitions (run, at)",
            """
            CREATE VIEW events AS -- lifecycle events
                SELECT runs.id AS run, job, host, event, at, attempt,
                    code AS exit_code, killer AS signal, took AS duration
                FROM runs JOIN (
                    SELECT run, number AS attempt, 'boot_started' AS event, started_at AS at,
                        NULL AS code, NULL AS killer, NULL AS took
                    FROM attempts
                    UNION ALL
                    SELECT run, number, 'booted', booted_at, NULL, NULL, boot FROM attempts WHERE booted_at IS NOT NULL
                    UNION ALL
                    SELECT run, number,
                        CASE outcome WHEN 'completed' THEN 'completed' WHEN 'failed' THEN 'failed' ELSE 'timed_out' END,
                        ended_at, attempts.exit_code, attempts.signal, attempts.duration
                    FROM attempts WHERE outcome IS NOT NULL
                    UNION ALL
                    SELECT transitions.run, attempts, 'interrupted', at, NULL, NULL, NULL
                    FROM transitions JOIN (SELECT run, max(number) AS attempts FROM attempts GROUP BY run) USING (run)
                    JOIN runs ON runs.id = transitions.run
                    WHERE new = 'interrupted' AND runs.status = 'interrupted'
                    UNION ALL
                    SELECT id, 0, 'skipped', started_at, NULL, NULL, NULL FROM runs WHERE status = 'skipped'
                ) AS happened ON happened.run = runs.id
            """,
        ),
    ),
)
