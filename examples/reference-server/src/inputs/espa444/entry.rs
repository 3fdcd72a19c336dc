//! What of a block goes into the journal.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use espa444::alarm::{Line, Received, event_of};
use espa444::codes::ACK;
use espa444::{Decoded, RecordId};
use serde_json::{Value, json};

use super::super::record::{self, Arrival, Message};
use super::calls::Judgement;
use crate::journal::{Answer, Entry, TransportFacts, Verdict};

/// What the journal calls this protocol.
pub(super) const PROTOCOL: &str = "espa444";

/// The entry of a block that will be acknowledged once it is stored.
pub(super) fn accepted(
    arrival: Arrival,
    decoded: &Decoded<'_>,
    line: &Line,
    judgement: &Judgement,
    window: Duration,
    transport: TransportFacts,
    answers: bool,
) -> Result<Entry, serde_json::Error> {
    let message = Message {
        protocol: PROTOCOL,
        sender: line.name.clone(),
        source_ref: judgement.source_ref.clone(),
        content_hash: judgement.content,
        duplicate_window: window,
        raw: Bytes::copy_from_slice(decoded.raw()),
        transport,
        answer: if answers {
            Answer {
                bytes: Bytes::from_static(&[ACK]),
                summary: Cow::Borrowed("ACK"),
            }
        } else {
            Answer {
                bytes: Bytes::new(),
                summary: Cow::Borrowed("none, this line has no answers"),
            }
        },
    };
    let mut received = Received::new(arrival.alarm_id(), arrival.alarm_time());
    received.repeat = judgement.repeat;
    received.ends = judgement.ends.map(super::calls::alarm_id);
    match event_of(decoded, line, &received) {
        Some(mut event) => record::accepted(arrival, &mut event, message),
        None => {
            let json = data(decoded, line).to_string();
            Ok(record::data(arrival, Verdict::Accepted, json, message))
        }
    }
}

/// A block that is no call: what it says, as it says it.
fn data(decoded: &Decoded<'_>, line: &Line) -> Value {
    let block = decoded.block();
    let records: Vec<_> = block
        .records()
        .map(|record| {
            let identifier = record.identifier();
            json!({
                "id": identifier.map(|identifier| identifier.to_string()),
                "name": identifier.and_then(RecordId::name),
                "text": line.characters.decode(record.data()),
            })
        })
        .collect();
    json!({
        "espa444": {
            "line": line.name,
            "header": block.header().to_string(),
            "name": block.header().name(),
            "records": records,
        }
    })
}
