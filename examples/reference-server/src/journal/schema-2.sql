-- Who used which reference, in the order of arrival, so that new rows go to the end: in the order
-- of the senders each alarm would rewrite a page of its own. Read once, when the journal is opened.
DROP INDEX alarm_by_reference;
CREATE INDEX alarm_by_arrival
    ON alarm (received_at, protocol, sender, source_ref)
    WHERE source_ref IS NOT NULL;
