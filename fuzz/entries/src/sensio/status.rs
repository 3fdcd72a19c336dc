//! Statuses of one device and of many, and the plan for their calls (Partner API reference 5).

use sensio_partner::wire::StatusNames;
use sensio_partner::{
    BatchPlan, Class, DecodeErrorKind, DecodeOptions, DeviceStatus, Effect, Limits, Refusal,
    StatusEntry, decode_status, decode_status_batch, encode_status, encode_status_batch,
};
use serde_json::Value;

use super::{TIGHT, compared, has_unused, judged, plain};

/// Reads a body as a status and as a batch, and takes its bytes as the answers to a plan.
pub fn sensio_status(body: &[u8]) {
    let names = StatusNames::default();
    for limits in [Limits::DEFAULT, TIGHT] {
        let one = compared(limits, |options| decode_status(body, options));
        judged(body, limits, &one);
        if let Ok(decoded) = &one {
            let value = plain(body).unwrap_or_default();
            same(decoded.message(), &value, None);
            written(decoded.message());
        }
        let many = compared(limits, |options| decode_status_batch(body, &names, options));
        judged(body, limits, &many);
        match &many {
            Ok(decoded) => {
                let entries = decoded.message();
                assert!(entries.len() <= limits.batch);
                let Some(Value::Array(values)) = plain(body) else {
                    panic!("a batch that is no array")
                };
                assert_eq!(values.len(), entries.len(), "a status is lost");
                for (entry, value) in entries.iter().zip(&values) {
                    same(&entry.status, value, Some(&names.device_identifier));
                }
                written_together(entries, &names);
            }
            Err(error) => {
                let missing = error.kind == DecodeErrorKind::MissingMember;
                assert!(!missing || error.index.is_some());
            }
        }
    }
    planned(body);
}

/// The members are those of the value, without what is not used and without the device.
fn same(status: &DeviceStatus, value: &Value, device: Option<&str>) {
    let empty = serde_json::Map::new();
    let object = value.as_object().unwrap_or(&empty);
    for (name, kept) in status.members() {
        assert!(!name.is_empty() && !has_unused(kept));
        let pruned = object.get(name).and_then(pruned);
        assert_eq!(pruned.as_ref(), Some(kept), "a member is not what it was");
    }
    for (name, value) in object {
        let is_device = device.is_some_and(|device| device.eq_ignore_ascii_case(name));
        let used = !name.is_empty() && !is_device && pruned(value).is_some();
        assert_eq!(used, status.members().contains_key(name), "{name}");
    }
}

/// What is left when "not used" is taken out, from the leaves on.
fn pruned(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| value.clone()),
        Value::Array(values) => {
            let kept: Vec<_> = values.iter().filter_map(pruned).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(members) => {
            let kept = members.iter();
            let kept = kept.filter_map(|(name, value)| Some((name.clone(), pruned(value)?)));
            let kept: serde_json::Map<_, _> = kept.collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Bool(_) | Value::Number(_) => Some(value.clone()),
    }
}

fn roomy() -> DecodeOptions {
    let mut limits = Limits::DEFAULT;
    limits.body = usize::MAX;
    DecodeOptions::strict().with_limits(limits)
}

fn written(status: &DeviceStatus) {
    let mut body = Vec::new();
    encode_status(status, &mut body);
    let again = decode_status(&body, &roomy()).expect("our own");
    assert!(alike(again.message(), status));
    assert_eq!(
        DeviceStatus::new(status.members().clone()).as_ref(),
        Ok(status)
    );
}

fn written_together(entries: &[StatusEntry], names: &StatusNames) {
    let mut body = b"before".to_vec();
    encode_status_batch(entries, names, &mut body).expect("the device was taken out");
    let body = body.strip_prefix(b"before").expect("appended");
    let again = decode_status_batch(body, names, &roomy()).expect("our own");
    assert_eq!(again.message().len(), entries.len());
    for (again, entry) in again.message().iter().zip(entries) {
        assert!(again.device == entry.device && alike(&again.status, &entry.status));
    }
}

/// The same members; a measurement of 78.0 is written as 78.
fn alike(one: &DeviceStatus, other: &DeviceStatus) -> bool {
    let (one, other) = (one.members().clone(), other.members().clone());
    same_value(&Value::Object(one), &Value::Object(other))
}

fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || other.is_f64() && one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(one), Value::Object(other)) => {
            let mut pairs = one.iter().zip(other);
            one.len() == other.len() && pairs.all(|(a, b)| a.0 == b.0 && same_value(a.1, b.1))
        }
        _ => one == other,
    }
}

/// Whatever the answers are, each entry is delivered once, found bad alone, or left by the caller.
fn planned(answers: &[u8]) {
    let [count, size, answers @ ..] = answers else {
        return;
    };
    let mut plan = BatchPlan::new(usize::from(*count), usize::from(*size));
    let mut told = vec![0_u8; usize::from(*count)];
    let mut answers = answers.iter();
    let mut calls = 0;
    while let Some(batch) = plan.next_batch() {
        calls += 1;
        assert!(!batch.is_empty() && batch.len() <= usize::from(*size).max(1));
        let class = match answers.next().map(|answer| answer % 6) {
            Some(1) => Class::Permanent(Refusal::Refused),
            Some(2) => Class::Permanent(Refusal::UnknownDevice),
            Some(3) => Class::ServerFault,
            Some(4) => Class::TooLarge,
            Some(5) => Class::Transient,
            _ => Class::Done(Effect::Accepted),
        };
        let alone = batch.len() == 1;
        let refused = plan.handle_class(batch.clone(), class);
        let says_so = !matches!(class, Class::Done(_) | Class::Transient);
        assert_eq!(refused, says_so);
        if !refused || alone {
            batch.for_each(|entry| told[entry] += 1);
        }
    }
    assert!(
        told.iter().all(|times| *times == 1),
        "an entry is lost or goes twice"
    );
    assert!(plan.refused().is_sorted());
    assert!(calls <= 2 * told.len(), "{calls} calls");
}
