-- Fewer pages in each commit. What AUTOINCREMENT and the two indexes did is kept otherwise:
-- the writer gives the sequences, the identifiers are indexed many at a time, and the references
-- of late are read from the rows themselves when the journal is opened.

-- How far something has come. `deleted`: the highest sequence that was given and is gone.
-- `indexed`: up to this sequence, alarm_by_id is complete.
CREATE TABLE mark (
    name     TEXT    PRIMARY KEY,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO mark (name, sequence)
    SELECT 'deleted', coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'alarm'
    UNION ALL
    SELECT 'indexed', coalesce(max(sequence), 0) FROM alarm;

-- An index in the form of a table: the newest alarms are not in it yet.
CREATE TABLE alarm_by_id (
    id       BLOB    PRIMARY KEY,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO alarm_by_id (id, sequence) SELECT id, sequence FROM alarm ORDER BY id;

CREATE TABLE new_alarm (
    sequence       INTEGER PRIMARY KEY,   -- never given twice: it is the cursor
    id             BLOB    NOT NULL CHECK (length(id) = 16),
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

INSERT INTO new_alarm SELECT * FROM alarm ORDER BY sequence;
DROP TABLE alarm;
ALTER TABLE new_alarm RENAME TO alarm;

CREATE INDEX alarm_by_reused ON alarm (reuses) WHERE reuses IS NOT NULL;

-- Whoever deletes old alarms, with whatever tool: the index follows, and no sequence comes back.
CREATE TRIGGER alarm_deleted AFTER DELETE ON alarm BEGIN
    DELETE FROM alarm_by_id WHERE id = OLD.id;
    UPDATE mark SET sequence = OLD.sequence WHERE name = 'deleted' AND sequence < OLD.sequence
        AND NOT EXISTS (SELECT 1 FROM alarm WHERE sequence > OLD.sequence);
END;
