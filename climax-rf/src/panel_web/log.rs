//! Log lines (`logsGet`) and records (`recordListGet`).

use alloc::string::String;
use alloc::vec::Vec;

use super::device::device_type;
use super::members::read_rows;
use super::{Limits, Member, PersonalText, Read, ReadError, Text};
use crate::codes::DeviceTypeCode;

/// A line of `logsGet`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LogLine {
    /// When, as the panel wrote it; no form is public.
    pub time: Option<String>,
    /// Area.
    pub area: Option<u16>,
    /// Zone.
    pub zone: Option<u16>,
    /// The device, by its name.
    pub device: Option<PersonalText>,
    /// The number of its type.
    pub device_type: Option<DeviceTypeCode>,
    /// Its type in words.
    pub type_text: Option<Text>,
    /// Who.
    pub user: Option<PersonalText>,
    /// What happened.
    pub event: Option<Text>,
    /// Everything else.
    pub others: Vec<Member>,
}

/// A line of `recordListGet`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Record {
    /// The panel's number of the record.
    pub uid: Option<u64>,
    /// When, in seconds since 1970 by the clock of the panel.
    pub unix_time: Option<u64>,
    /// Area.
    pub area: Option<u16>,
    /// Zone.
    pub zone: Option<u16>,
    /// The identifier of the device; see [`DeviceId`](crate::codes::DeviceId).
    pub id: Option<String>,
    /// The number of its type.
    pub device_type: Option<DeviceTypeCode>,
    /// Its type in words.
    pub type_text: Option<Text>,
    /// What happened.
    pub event: Option<Text>,
    /// Everything else.
    pub others: Vec<Member>,
}

/// Reads the lines of `logsGet`.
///
/// # Errors
///
/// [`ReadError`] when the answer is too large, no JSON, or without rows.
pub fn read_log_lines(answer: &[u8], limits: &Limits) -> Result<Read<LogLine>, ReadError> {
    read_rows(answer, limits, |row| {
        let (device_type, type_text) = device_type(row);
        LogLine {
            time: row.text(&["time"]),
            area: row.number("area", &["area"]),
            zone: row.number("zone", &["zone"]),
            device: row.personal(&["device", "name"]),
            device_type,
            type_text,
            user: row.personal(&["user"]),
            event: row.placeholder(&["event"]),
            others: row.others(),
        }
    })
}

/// Reads the lines of `recordListGet`.
///
/// # Errors
///
/// [`ReadError`] when the answer is too large, no JSON, or without rows.
pub fn read_records(answer: &[u8], limits: &Limits) -> Result<Read<Record>, ReadError> {
    read_rows(answer, limits, |row| {
        let (device_type, type_text) = device_type(row);
        Record {
            uid: row.number("uid", &["uid"]),
            unix_time: row.number("time", &["time"]),
            area: row.number("area", &["area"]),
            zone: row.number("zone", &["zone"]),
            id: row.text(&["sid", "id"]),
            device_type,
            type_text,
            event: row.placeholder(&["event"]),
            others: row.others(),
        }
    })
}
