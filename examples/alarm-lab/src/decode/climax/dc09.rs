//! SIA DC-09 frames, in clear or encrypted.

use alarm_codes::{EventId, Timestamp};
use climax_rf::Provenance;
use climax_rf::alarm::{Content as Reported, Report, Sia};
use climax_rf::codes::SiaCode;
use climax_rf::dc09::{
    self, Body, Clear, Content, CrcForm, DecodeErrorKind, DecodeOptions, Item as Scanned,
    LONGEST_FRAME, Scanner, SiaData, SiaItem,
};
use climax_rf::events::Profile;
use serde::Serialize;
use serde_json::{Value, json};

use super::Keys;
use super::report::{self, Meant, Reading};
use crate::decode::{Failure, Object, Reason, Warning};

/// How to decode.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Lenient or strict.
    pub decode: DecodeOptions,
    /// Each line of the input is a frame without its LF and CR, as people copy them.
    pub lines: bool,
    /// The kind of equipment that reports.
    pub profile: Profile,
    /// What encrypted frames are opened with.
    pub keys: Keys,
    /// Keep the raw bytes in the event.
    pub raw: bool,
    /// When the input counts as received.
    pub received: Timestamp,
}

impl Options {
    /// Lenient, a stream of bytes, profile *unknown*, without keys and raw bytes.
    #[must_use]
    pub fn new(received: Timestamp) -> Self {
        Options {
            decode: DecodeOptions::lenient(),
            lines: false,
            profile: Profile::Unknown,
            keys: Keys::default(),
            raw: false,
            received,
        }
    }
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// `dc09`.
    pub protocol: &'static str,
    /// `report`, `link-test`, `answer`, or `other` for a token that is not known.
    pub item: &'static str,
    /// Where it begins, in bytes of the input.
    pub offset: usize,
    /// Its bytes.
    pub length: usize,
    /// `ADM-CID`, `SIA-DCS`, `NULL`, `ACK`, `NAK`, `DUH` or another one, without `*`.
    pub token: String,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// `hexadecimal` or `raw`.
    pub crc_form: &'static str,
    /// How sure the form of the CRC is.
    pub provenance: Provenance,
    /// Four digits.
    pub sequence: String,
    /// R.
    pub receiver: Option<String>,
    /// L.
    pub line: Option<String>,
    /// The account outside of the data.
    pub account: Option<String>,
    /// The data in the brackets; null when it is encrypted and stays so.
    pub data: Option<Object>,
    /// Further data, each without its brackets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extended: Vec<String>,
    /// When it happened, RFC 3339.
    pub timestamp: Option<String>,
    /// Every deviation that was tolerated.
    pub warnings: Vec<Warning>,
    /// What the first event means.
    #[serde(flatten)]
    pub meant: Option<Meant>,
    /// What further events of SIA data mean.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Meant>,
}

type Item = Result<Decoded, Failure<Decoded>>;

const LF: u8 = b'\n';

/// Decodes a capture frame by frame; zero bytes and blanks between frames are passed over. A
/// capture that holds nothing else gives one failure.
///
/// `new_id` is asked for the id of each event.
pub fn decode<'a>(
    input: &'a [u8],
    options: &'a Options,
    mut new_id: impl FnMut() -> EventId + 'a,
) -> impl Iterator<Item = Item> + 'a {
    let mut at = 0;
    let (mut any, mut over) = (false, false);
    std::iter::from_fn(move || {
        let next = if options.lines {
            line(input, &mut at, options, &mut new_id)
        } else {
            framed(input, &mut at, options, &mut new_id)
        };
        any |= next.is_some();
        let nothing = !any && !over;
        over |= next.is_none();
        next.or_else(|| {
            nothing.then(|| Err(Reason::new("no-message", "there is no frame", "input", 0).alone()))
        })
    })
}

fn blanks(bytes: &[u8]) -> usize {
    let solid = |byte: &u8| !byte.is_ascii_whitespace() && *byte != 0;
    bytes.iter().position(solid).unwrap_or(bytes.len())
}

/// The next line as a frame.
fn line(
    input: &[u8],
    at: &mut usize,
    options: &Options,
    new_id: &mut impl FnMut() -> EventId,
) -> Option<Item> {
    *at += blanks(&input[*at..]);
    let start = *at;
    let rest = &input[start..];
    if rest.is_empty() {
        return None;
    }
    let end = rest.iter().position(|&byte| byte == LF);
    let text = rest[..end.unwrap_or(rest.len())].trim_ascii_end();
    *at += text.len();
    let frame = [b"\n", text, b"\r"].concat();
    let decoded = dc09::decode(&frame, &options.decode);
    // The LF is not in the input.
    Some(match decoded {
        Ok(decoded) => show(&decoded, start, 1, options, new_id),
        Err(error) => Err(failed(error, start.wrapping_sub(1))),
    })
}

/// The next frame of a stream, or what stands before it.
fn framed(
    input: &[u8],
    at: &mut usize,
    options: &Options,
    new_id: &mut impl FnMut() -> EventId,
) -> Option<Item> {
    loop {
        // LF is a blank too, and begins a frame.
        let rest = &input[*at..];
        let skipped = rest
            .iter()
            .position(|&byte| byte == LF || (!byte.is_ascii_whitespace() && byte != 0))?;
        *at += skipped;
        let start = *at;
        let rest = &input[start..input.len().min(start + LONGEST_FRAME)];
        if rest[0] != LF {
            let until = input[start..].iter().position(|&byte| byte == LF);
            *at = until.map_or(input.len(), |until| start + until);
            return Some(Err(junk(start..*at)));
        }
        let error = match dc09::decode_prefix(rest, &options.decode) {
            Ok(decoded) => {
                *at += decoded.raw.len();
                return Some(show(&decoded, start, 0, options, new_id));
            }
            Err(error) => error,
        };
        // A whole frame that cannot be read, or the search goes on behind the LF.
        let mut segment = rest;
        let whole = match Scanner::new().next(&mut segment) {
            Some(Scanned::Frame(frame)) => frame.len(),
            _ => 0,
        };
        if whole > 0 {
            *at += whole;
            return Some(Err(failed(error, start)));
        }
        let next = rest[1..].iter().position(|&byte| byte == LF);
        let end = next.map_or(start + rest.len(), |next| start + 1 + next);
        let between = &input[start + 1..end];
        *at = end;
        // An LF with nothing behind it, such as that of a line end.
        if blanks(between) < between.len() {
            return Some(Err(failed(error, start)));
        }
    }
}

fn junk(range: std::ops::Range<usize>) -> Failure<Decoded> {
    let detail = format!("{} bytes that belong to no frame", range.len());
    Reason::new("junk", detail, "input", range.start)
        .advising("If frames were copied as text, without LF and CR, give --lines.")
        .alone()
}

fn failed(error: dc09::DecodeError, start: usize) -> Failure<Decoded> {
    let offset = start.wrapping_add(error.offset);
    let reason = Reason::new(error.kind.code(), error.kind, "frame", offset);
    match error.kind {
        DecodeErrorKind::CarriageReturnMissing | DecodeErrorKind::NoFrame => reason
            .advising("If frames were copied as text, without LF and CR, give --lines.")
            .alone(),
        _ => reason.alone(),
    }
}

/// `added`: bytes in front of the frame that are not in the input.
fn show(
    decoded: &dc09::Decoded<'_>,
    start: usize,
    added: usize,
    options: &Options,
    new_id: &mut impl FnMut() -> EventId,
) -> Item {
    let mut buffer = Vec::new();
    let opened = match decoded.encrypted {
        true => options
            .keys
            .opening(decoded)
            .and_then(|key| key.decrypt(decoded, &mut buffer).ok()),
        false => None,
    };
    let read = opened.as_ref().unwrap_or(decoded);
    let frame = &read.frame;
    let place = |offset: usize| (start + offset).saturating_sub(added);
    let mut shown = Decoded {
        protocol: "dc09",
        item: match frame.token {
            dc09::Token::Null => "link-test",
            token if token.is_answer() => "answer",
            dc09::Token::Other(_) => "other",
            _ => "report",
        },
        offset: start,
        length: decoded.raw.len() - 2 * added,
        token: frame.token.to_string(),
        encrypted: decoded.encrypted,
        crc_form: match decoded.crc_form {
            CrcForm::Hexadecimal => "hexadecimal",
            CrcForm::Raw => "raw",
        },
        provenance: decoded.crc_form.provenance(),
        sequence: frame.sequence.to_string(),
        receiver: frame.receiver.map(|number| number.to_string()),
        line: frame.line.map(|number| number.to_string()),
        account: frame.account.map(|account| account.to_string()),
        data: None,
        extended: Vec::new(),
        timestamp: None,
        warnings: read
            .warnings
            .iter()
            .map(|warning| Warning::new(warning.kind.code(), warning.kind, place(warning.offset)))
            .collect(),
        meant: None,
        more: Vec::new(),
    };
    let Content::Clear(clear) = &frame.content else {
        let reason = if options.keys.is_empty() {
            Reason::new("encrypted", "the content is encrypted", "frame", start)
                .advising("Give the key: --key-file FILE.")
        } else {
            Reason::new("wrong-key", "no key opens the content", "frame", start)
                .advising("Check key and account with the settings of the panel.")
        };
        return Err(reason.about(shown));
    };
    shown.extended = clear.blocks().map(text_of).collect();
    shown.timestamp = clear.timestamp.map(rfc3339);
    let data = match frame.data(&options.decode) {
        Ok(data) => data,
        Err(error) => {
            let code = match error {
                dc09::DataError::ContactId => "contact-id",
                dc09::DataError::Sia => "sia",
                dc09::DataError::Deviation(kind) => kind.code(),
                _ => "data",
            };
            return Err(Reason::new(code, error, "data", start).about(shown));
        }
    };
    // They count from the bracket: the place of the frame is the best that the input has.
    let warnings = data.warnings.iter();
    shown
        .warnings
        .extend(warnings.map(|warning| Warning::new(warning.kind.code(), warning.kind, None)));
    let mut object = Object::new();
    object.add("account", data.account.map(|account| account.to_string()));
    let mut reported = Vec::new();
    match data.body {
        Body::ContactId(event) => {
            object.add("contact_id", report::contact_id(&event, options.profile));
            reported.push((Told::ContactId(event), Vec::new()));
        }
        Body::Sia(sia) => {
            object.add("sia", sia_shown(&sia));
            for event in sia.events() {
                let letters = event.code.as_str().as_bytes();
                let code = SiaCode::new([letters[0], letters[1]]);
                let texts = [event.name, event.user].into_iter().flatten();
                let told = code.map(|code| Told::Sia {
                    code,
                    area: event.area.map(text_of),
                    number: Some(text_of(event.number)).filter(|number| !number.is_empty()),
                });
                reported.extend(told.map(|told| (told, texts.map(text_of).collect())));
            }
        }
        Body::Other(bytes) => object.add("other", text_of(bytes)),
        _ => {}
    }
    shown.data = Some(object);
    let account = frame
        .reporting_account(&data)
        .map(|account| account.to_string());
    let account = account.unwrap_or_default();
    let mut meant = reported.iter().map(|(told, texts)| {
        let origin = Origin {
            account: &account,
            sequence: frame.sequence.get(),
            clear,
            raw: if added > 0 {
                trimmed(decoded.raw)
            } else {
                decoded.raw
            },
        };
        told.meant(texts, &origin, options, new_id())
    });
    shown.meant = meant.next();
    let more: Vec<_> = meant.collect();
    shown.more = more;
    Ok(shown)
}

/// Without LF and CR.
fn trimmed(raw: &[u8]) -> &[u8] {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or(raw)
}

/// Where a report came from.
struct Origin<'a> {
    account: &'a str,
    sequence: u16,
    clear: &'a Clear<'a>,
    raw: &'a [u8],
}

/// One event of a frame.
enum Told {
    ContactId(climax_rf::contact_id::ContactId),
    Sia {
        code: SiaCode,
        area: Option<String>,
        number: Option<String>,
    },
}

impl Told {
    fn meant(
        &self,
        texts: &[String],
        origin: &Origin<'_>,
        options: &Options,
        id: EventId,
    ) -> Meant {
        let content = match self {
            Told::ContactId(event) => Reported::ContactId(*event),
            Told::Sia { code, area, number } => Reported::Sia(Sia {
                code: *code,
                area: area.as_deref(),
                number: number.as_deref(),
            }),
        };
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let time = origin.clear.timestamp.map(|time| {
            // Without the underscore.
            text_of(&time.to_bytes()[1..])
        });
        let mut report = Report::new(origin.account, options.profile, content, origin.raw);
        report.sequence = Some(origin.sequence).filter(|sequence| *sequence != 0);
        report.device_time = time.as_deref();
        report.texts = &texts;
        report.protocol = Some("dc09");
        let reading = Reading {
            profile: options.profile,
            raw: options.raw,
            received: options.received,
        };
        report::meant(&report, &reading, id)
    }
}

/// Bytes as text; those that are no UTF-8 as Latin-1.
fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

fn rfc3339(time: dc09::Timestamp) -> String {
    let ((year, month, day), (hour, minute, second)) = (time.date(), time.time());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Block letter and pieces, in the order sent.
fn sia_shown(sia: &SiaData<'_>) -> Value {
    let pieces = sia.items().map(|item| match item {
        SiaItem::Modifier(name, value) => {
            json!({ "modifier": text_of(&name), "value": text_of(value) })
        }
        SiaItem::Code(code, number) => {
            let letters = code.as_str().as_bytes();
            let row = SiaCode::new([letters[0], letters[1]]).and_then(SiaCode::row);
            json!({
                "code": code.as_str(),
                "name": row.map(climax_rf::codes::SiaRow::name),
                "number": text_of(number),
            })
        }
        SiaItem::Name(text) => json!({ "name": text_of(text) }),
        SiaItem::User(text) => json!({ "user": text_of(text) }),
        SiaItem::Unknown(text) => json!({ "unknown": text_of(text) }),
        _ => Value::Null,
    });
    json!({
        "block": sia.block().map(|letter| char::from(letter).to_string()),
        "pieces": pieces.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(input: &[u8], lines: bool) -> Vec<(String, usize)> {
        let mut options = Options::new(Timestamp::UNIX_EPOCH);
        options.lines = lines;
        decode(input, &options, || EventId(1))
            .map(|item| match item {
                Ok(decoded) => (decoded.token, decoded.offset),
                Err(failure) => (failure.error.code.to_owned(), failure.error.offset.unwrap()),
            })
            .collect()
    }

    fn strings(found: &[(String, usize)]) -> Vec<(&str, usize)> {
        found
            .iter()
            .map(|(code, at)| (code.as_str(), *at))
            .collect()
    }

    const HELP: &str = "47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]";

    #[test]
    fn frames_are_found_between_zeros_junk_and_damaged_ones() {
        let frame = format!("\n{HELP}\r");
        let damaged = frame.replace("47CC", "47CD");
        let input = format!("{frame}\0\0{damaged}junk{frame}\n{frame}");
        let found = codes(input.as_bytes(), false);
        assert_eq!(
            strings(&found),
            [
                ("ADM-CID", 0),
                ("crc", 52),
                ("junk", 100),
                ("ADM-CID", 104),
                ("ADM-CID", 154)
            ]
        );
    }

    #[test]
    fn a_frame_that_is_cut_does_not_hide_the_next_one() {
        let frame = format!("\n{HELP}\r");
        let input = format!("{}{frame}", &frame[..30]);
        let found = codes(input.as_bytes(), false);
        assert_eq!(found.last(), Some(&("ADM-CID".to_owned(), 30)));
        assert_eq!(found.len(), 2);
        assert_eq!(codes(&frame.as_bytes()[..30], false)[0].0, "truncated");
    }

    #[test]
    fn frames_copied_as_text_are_read_line_by_line() {
        let input = format!("{HELP}\r\n\n{HELP}\nnothing\n");
        let found = codes(input.as_bytes(), true);
        assert_eq!(
            strings(&found)[..2],
            [("ADM-CID", 0), ("ADM-CID", HELP.len() + 3)]
        );
        assert_eq!(found[2].0, "no-frame");
        let options = Options::new(Timestamp::UNIX_EPOCH);
        let failure = decode(input.as_bytes(), &options, || EventId(1)).find_map(Result::err);
        let advice = failure.unwrap().error.advice.unwrap();
        assert!(advice.contains("--lines"), "{advice}");
    }

    #[test]
    fn all_events_of_sia_data_are_told() {
        let body = "\"SIA-DCS\"0043L0#4711[#4711|Nri1/MA0005*bedroom*/FA0006]";
        let mut frame = Vec::new();
        let crc = climax_rf::checksum::crc_16_arc(body.as_bytes());
        frame.extend(format!("\n{crc:04X}{:04X}{body}\r", body.len()).bytes());
        let options = Options::new(Timestamp::UNIX_EPOCH);
        let decoded = decode(&frame, &options, || EventId(1))
            .next()
            .unwrap()
            .unwrap();
        let json = serde_json::to_value(&decoded).unwrap();
        assert_eq!(json["data"]["sia"]["pieces"][2]["name"], "bedroom");
        assert_eq!(json["more"][0]["alarm"]["kind"], "fire");
        assert_eq!(json["alarm"]["correlation"]["source_ref"], "0043");
        assert_eq!(json["more"].as_array().unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_give_items_and_an_end(
            bytes in prop::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(&b"\n\r\"0123[]"[..])], 0..300),
            lines: bool,
        ) {
            prop_assert!(!codes(&bytes, lines).is_empty());
        }
    }
}
