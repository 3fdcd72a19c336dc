-- What parts of the server keep over a restart, each under the name of its own area.
CREATE TABLE state (
    area  TEXT NOT NULL,
    key   BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (area, key)
) STRICT;

-- What was found out about an alarm after it was stored.
CREATE TABLE note (
    id       INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL REFERENCES alarm (sequence) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    text     TEXT    NOT NULL
) STRICT;

CREATE INDEX note_by_alarm ON note (sequence);
