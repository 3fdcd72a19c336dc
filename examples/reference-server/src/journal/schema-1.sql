-- One row per message. Times are microseconds since 1970-01-01T00:00:00Z.
-- Small columns first: a scan over them does not touch the pages that hold the bodies.
CREATE TABLE alarm (
    sequence       INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given twice: it is the cursor
    id             BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    protocol       TEXT    NOT NULL,
    verdict        TEXT    NOT NULL CHECK (verdict IN ('accepted', 'refused')),
    sender         TEXT    NOT NULL,
    source_ref     TEXT,
    content_hash   BLOB    NOT NULL CHECK (length(content_hash) = 16),
    received_at    INTEGER NOT NULL,
    stored_at      INTEGER NOT NULL,
    kind           TEXT,
    class          TEXT,
    priority       TEXT,
    reuses         INTEGER REFERENCES alarm (sequence) ON DELETE SET NULL,
    repeats        INTEGER NOT NULL DEFAULT 0,
    last_repeat_at INTEGER,
    transport      TEXT    NOT NULL,
    peer           TEXT    NOT NULL,
    local          TEXT    NOT NULL,
    answer_summary TEXT    NOT NULL,
    answer         BLOB    NOT NULL,
    event          TEXT    NOT NULL,
    raw            BLOB    NOT NULL
) STRICT;

-- Finds the repeat of a message, and the earlier message with the same reference. One index for
-- both, without the hash: senders come in any order, so each index costs a page per alarm.
CREATE INDEX alarm_by_reference
    ON alarm (protocol, sender, source_ref, received_at)
    WHERE source_ref IS NOT NULL;

-- Keeps the deletion of old rows from scanning the table for rows that name them.
CREATE INDEX alarm_by_reused ON alarm (reuses) WHERE reuses IS NOT NULL;

-- What became of the answers. A table of its own, so that noting a delivery does not rewrite
-- the row with the bodies.
CREATE TABLE answer_delivery (
    sequence    INTEGER PRIMARY KEY REFERENCES alarm (sequence) ON DELETE CASCADE,
    attempts    INTEGER NOT NULL,
    delivered   INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    last_detail TEXT    NOT NULL
) STRICT;

-- Written to and emptied again to see whether the storage takes data.
CREATE TABLE probe (
    id      INTEGER PRIMARY KEY,
    ballast BLOB NOT NULL
) STRICT;
