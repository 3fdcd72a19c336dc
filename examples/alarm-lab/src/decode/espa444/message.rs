//! A block as JSON.

use espa444::matching::MatchBasis;
use espa444::{
    BeepCode, CallStatus, CallType, CharacterSet, Priority, Record, RecordId, SystemStatus,
    Transmissions,
};
use serde_json::{Value, json};

use crate::decode::Object;

/// Header, records and BCC.
pub(crate) fn shown(decoded: &espa444::Decoded<'_>, characters: CharacterSet) -> Object {
    let block = decoded.block();
    let header = block.header();
    let mut object = Object::new();
    object.add("header", header.to_string());
    object.add("header_name", header.name());
    let records: Vec<_> = block
        .records()
        .map(|each| record(&each, characters))
        .collect();
    object.add("records", records);
    let bcc = decoded.bcc();
    object.add(
        "bcc",
        json!({
            "received": bcc.received.map(|byte| format!("{byte:02X}")),
            "computed": format!("{:02X}", bcc.computed),
            "variant": bcc.variant.code(),
        }),
    );
    object
}

/// `value` is the bytes as characters, those outside ASCII escaped; `text` what they stand for:
/// the text in the character set, or the name of a code.
fn record(record: &Record<'_>, characters: CharacterSet) -> Value {
    let identifier = record.identifier();
    let data = record.data();
    let text = match identifier {
        Some(RecordId::BEEP_CODING) => BeepCode::from_bytes(data).name().map(Value::from),
        Some(RecordId::CALL_TYPE) => CallType::from_bytes(data).name().map(Value::from),
        Some(RecordId::NUMBER_OF_TRANSMISSIONS) => {
            Transmissions::from_bytes(data).name().map(Value::from)
        }
        Some(RecordId::PRIORITY) => Priority::from_bytes(data).name().map(Value::from),
        Some(RecordId::CALL_STATUS) => CallStatus::from_bytes(data).name().map(Value::from),
        Some(RecordId::SYSTEM_STATUS) => SystemStatus::from_bytes(data).name().map(Value::from),
        _ => Some(Value::from(characters.decode(data).into_owned())),
    };
    json!({
        "id": identifier.map(|identifier| identifier.to_string()),
        "name": identifier.and_then(RecordId::name),
        "value": RecordId::from_bytes(data).to_string(),
        "text": text,
    })
}

pub(super) const fn basis(basis: MatchBasis) -> &'static str {
    match basis {
        MatchBasis::OnlyOpenCall => "only-open-call",
        MatchBasis::OtherRecords => "other-records",
        MatchBasis::AddressOrText => "address-or-text",
        MatchBasis::AddressAndText => "address-and-text",
        MatchBasis::Reference => "reference",
        _ => "other",
    }
}
