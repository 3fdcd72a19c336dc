//! What a captured message says, as JSON with a stable order of members.
//!
//! The output shows everything that the input holds, personal data included: whoever decodes a
//! file asked for its content. Only [`fhir`] hides persons unless asked not to.

pub mod climax;
pub mod espa444;
mod failure;
pub mod fhir;
mod input;
mod json;
mod message;
pub mod sensio;
mod sip;

pub use failure::{Failure, Reason, Warning};
pub(crate) use input::to_hex;
pub use input::{HexError, from_hex};
pub use json::Object;

use ::scaip::DecodeOptions;
use alarm_codes::{EventId, Profile, Timestamp};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

/// How the input is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// XML when the first character is `<`, else SIP.
    #[default]
    Auto,
    /// A bare XML body.
    Xml,
    /// One whole SIP message, or several behind one another as on TCP.
    Sip,
}

/// How to decode.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Options {
    /// How the input is understood.
    pub format: Format,
    /// Lenient or strict reading of the XML. SIP is always read leniently.
    pub xml: DecodeOptions,
    /// The dialect that codes are looked up in.
    pub profile: Profile,
    /// Keep the raw bytes in the event.
    pub raw: bool,
    /// When the input counts as received.
    pub received: Timestamp,
}

impl Options {
    /// Lenient, format detected, the standard profile, without raw bytes.
    #[must_use]
    pub fn new(received: Timestamp) -> Self {
        Options {
            format: Format::Auto,
            xml: DecodeOptions::lenient(),
            profile: Profile::Standard,
            raw: false,
            received,
        }
    }
}

/// One decoded message.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// `scaip`.
    pub protocol: &'static str,
    /// `mrq` or `mrs`.
    pub document: &'static str,
    /// The SIP message around the body, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip: Option<Object>,
    /// The elements by their long names (SCAIP reference 13), defaults filled in.
    pub message: Object,
    /// Every deviation that was tolerated.
    pub warnings: Vec<Finding>,
    /// The event of the shared model; requests only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Value>,
}

/// A deviation, or the reason why nothing can be decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// A stable name for machines.
    pub code: &'static str,
    /// One line for people; never a value of the message.
    pub detail: String,
    /// The element concerned, by its name in the XML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<&'static str>,
    /// `sip` or `xml`: what deviates.
    pub layer: Layer,
    /// Byte offset from the start of the whole input; null where none is known.
    pub offset: Option<usize>,
}

/// The layer that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The SIP message.
    Sip,
    /// The XML body.
    Xml,
}

/// Decodes everything in `input`: one message, or several SIP messages behind one another. What
/// follows the last whole one of several gives one error.
///
/// `new_id` is asked for the id of each event.
pub fn decode(
    input: &[u8],
    options: &Options,
    mut new_id: impl FnMut() -> EventId,
) -> Vec<Result<Decoded, Finding>> {
    if input::is_xml(input, options.format) {
        return vec![message::decode(input, 0, options, &mut new_id)];
    }
    sip::split(&Bytes::copy_from_slice(input))
        .into_iter()
        .map(|message| sip::decode(message, options, &mut new_id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALARM: &str = "<mrq><ref>a1</ref><cid>40211870</cid><dty>3</dty>\
        <crd>gsm:+4700000000</crd><stc>0010</stc><lco>035</lco>\
        <lge><geo>59.9,10.75</geo></lge><zzz>new</zzz></mrq>";

    fn one(input: &str, change: impl FnOnce(&mut Options)) -> Result<Value, Finding> {
        let mut options = Options::new(Timestamp::UNIX_EPOCH);
        change(&mut options);
        let mut all = decode(input.as_bytes(), &options, || EventId(1));
        assert_eq!(all.len(), 1);
        all.remove(0)
            .map(|decoded| serde_json::to_value(&decoded).unwrap())
    }

    fn sip_message(body: &str) -> String {
        format!(
            "MESSAGE sip:alarm@example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK77\r\n\
             From: <sip:40211870@example.net>;tag=1\r\n\
             To: <sip:alarm@example.net>\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\n\
             Max-Forwards: 70\r\nContent-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    #[test]
    fn a_request_is_shown_by_its_long_names_with_names_of_codes() {
        let json = one(ALARM, |_| {}).unwrap();
        assert_eq!(json["document"], "mrq");
        let message = &json["message"];
        assert_eq!(message["reference"], "a1");
        assert_eq!(message["message_type"], "ME");
        assert_eq!(message["device_type"], "0003");
        assert_eq!(message["device_type_name"], "Personal trigger");
        assert_eq!(message["device_type_text"], "3");
        assert_eq!(message["status_code"], "0010");
        assert_eq!(message.get("status_code_text"), None);
        assert_eq!(message["caller_id"], serde_json::json!(["gsm:+4700000000"]));
        assert_eq!(message["geographic_location"]["latitude"], 59.9);
        assert_eq!(message["extra"][0]["name"], "zzz");
        assert_eq!(json["warnings"][0]["code"], "unknown-element");
        assert_eq!(json["warnings"][0]["layer"], "xml");
        assert_eq!(json["alarm"]["kind"], "help_call");
        assert_eq!(json["alarm"].get("raw"), None);
        assert_eq!(
            json["alarm"]["event_id"],
            "00000000-0000-0000-0000-000000000001"
        );
    }

    #[test]
    fn raw_bytes_are_in_the_event_when_asked_for() {
        let json = one(ALARM, |options| options.raw = true).unwrap();
        assert_eq!(json["alarm"]["raw"]["bytes"]["text"], ALARM);
    }

    #[test]
    fn a_response_has_no_alarm() {
        let json = one("<mrs><ref>a1</ref><snu>7</snu></mrs>", |_| {}).unwrap();
        assert_eq!(json["document"], "mrs");
        assert_eq!(json["message"]["status_number"], "7");
        assert_eq!(json["message"]["media_reply"], "0");
        assert_eq!(json.get("alarm"), None);
    }

    #[test]
    fn strict_refuses_what_lenient_warns_about() {
        let error = one(ALARM, |options| options.xml = DecodeOptions::strict()).unwrap_err();
        assert_eq!((error.code, error.layer), ("unknown-element", Layer::Xml));
        assert!(error.offset.is_some());
    }

    #[test]
    fn a_sip_message_is_found_by_its_look_and_shown_with_its_head() {
        let json = one(&sip_message(ALARM), |_| {}).unwrap();
        assert_eq!(json["sip"]["from"], "<sip:40211870@example.net>;tag=1");
        assert_eq!(json["message"]["reference"], "a1");
        let text = sip_message(ALARM).replace(";tag=1", "");
        let json = one(&text, |_| {}).unwrap();
        assert_eq!(json["warnings"][0]["code"], "missing-from-tag");
        assert_eq!(json["warnings"][0]["layer"], "sip");
    }

    #[test]
    fn a_from_unlike_the_controller_and_another_content_type_are_warned_about() {
        let text = sip_message(ALARM)
            .replace("sip:40211870@", "sip:unit@")
            .replace("application/scaip+xml", "text/plain");
        let json = one(&text, |_| {}).unwrap();
        let codes: Vec<_> = json["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| warning["code"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            codes,
            ["content-type", "from-unlike-controller", "unknown-element"]
        );
    }

    #[test]
    fn several_sip_messages_behind_one_another_are_all_decoded() {
        let two = sip_message(ALARM) + &sip_message("<mrs><ref>a1</ref><snu>0</snu></mrs>") + "\n";
        let options = Options::new(Timestamp::UNIX_EPOCH);
        let all = decode(two.as_bytes(), &options, || EventId(1));
        let documents: Vec<_> = all.iter().map(|m| m.as_ref().unwrap().document).collect();
        assert_eq!(documents, ["mrq", "mrs"]);
    }

    #[test]
    fn a_stream_whose_last_message_is_cut_gives_the_good_ones_and_one_error() {
        let good = sip_message(ALARM) + &sip_message("<mrs><ref>a1</ref><snu>0</snu></mrs>");
        let options = Options::new(Timestamp::UNIX_EPOCH);
        let third = sip_message(ALARM);
        for length in 1..third.len() {
            let input = good.clone() + &third[..length];
            let all = decode(input.as_bytes(), &options, || EventId(1));
            assert_eq!(all.len(), 3, "{length}");
            assert!(all[0].is_ok() && all[1].is_ok(), "{length}");
            let error = all[2].as_ref().unwrap_err();
            assert_eq!((error.code, error.offset), ("cut-short", Some(good.len())));
            let detail = format!("the last {length} bytes are no whole message");
            assert_eq!(error.detail, detail);
            // One good message is enough.
            let input = third.clone() + &third[..length];
            let all = decode(input.as_bytes(), &options, || EventId(1));
            assert_eq!((all.len(), all[0].is_ok()), (2, true), "{length}");
        }
        let input = good.clone() + "garbage of another protocol\r\n\r\n";
        let all = decode(input.as_bytes(), &options, || EventId(1));
        assert_eq!(all.len(), 3);
        assert!(all[0].is_ok() && all[1].is_ok() && all[2].is_err());
        let unreadable = sip_message(ALARM).replace("CSeq: 1 MESSAGE", "CSeq: one");
        let input = unreadable.clone() + &good + &unreadable + &third;
        let all = decode(input.as_bytes(), &options, || EventId(1));
        let good: Vec<_> = all.iter().map(Result::is_ok).collect();
        assert_eq!(
            good,
            [false, true, true, false, true],
            "the stream goes on behind a message that is whole but unreadable"
        );
    }

    /// Two good messages with line ends behind each, as keep-alives are, and a third one.
    fn third(message: &str) -> (String, Vec<Result<Decoded, Finding>>) {
        let good = sip_message(ALARM) + "\r\n\r\n" + &sip_message(ALARM) + "\r\n\r\n\n";
        let input = good + message;
        let options = Options::new(Timestamp::UNIX_EPOCH);
        let all = decode(input.as_bytes(), &options, || EventId(1));
        assert_eq!(all.len(), 3);
        assert!(all[0].is_ok() && all[1].is_ok());
        (input, all)
    }

    #[test]
    fn an_offset_counts_from_the_start_of_the_input() {
        let good = sip_message(ALARM);
        for (bad, code, place) in [
            (
                sip_message("<mrq><ref>a1</ref><cid>4</dic></mrq>"),
                "not-well-formed",
                "</dic>",
            ),
            (
                sip_message(&ALARM.replace("<dty>3", "<dty>&nbsp;")),
                "entity",
                "&nbsp;",
            ),
            (
                sip_message("<mrs><ref>a1</ref><snu>x</snu></mrs>"),
                "unreadable",
                "x</snu>",
            ),
            (
                good.replace("MESSAGE sip", "MESS\u{e9} sip"),
                "bad-start-line",
                "MESS\u{e9} sip",
            ),
            (good.replace("1 MESSAGE", "one"), "bad-cseq", "one\r\n"),
            (
                good.replace("1 MESSAGE", "1 OPTIONS"),
                "cseq-method-mismatch",
                "1 OPTIONS",
            ),
            (
                good.replace("Length: ", "Length: x"),
                "bad-content-length",
                "x1",
            ),
            (sip_message(""), "no-body", ""),
        ] {
            let (input, all) = third(&bad);
            let error = all[2].as_ref().unwrap_err();
            let start = input.len() - bad.len();
            let place = start
                + bad
                    .find(place)
                    .filter(|_| !place.is_empty())
                    .unwrap_or(bad.len());
            assert_eq!((error.code, error.offset), (code, Some(place)));
            let told = error.detail.rsplit_once("at byte ");
            if let Some((_, told)) = told {
                assert_eq!(told, place.to_string(), "the text says the same");
            }
        }
        let deviating = sip_message(&ALARM.replace("<dty>3", "<dty>0x3"))
            .replace("Max-Forwards: 70\r\n", "Max-Forwards: 70\r\nno header\r\n");
        let (input, all) = third(&deviating);
        let start = input.len() - deviating.len();
        let decoded = serde_json::to_value(all[2].as_ref().unwrap()).unwrap();
        let place = |text: &str| start + deviating.find(text).unwrap();
        let found = |code: &str| {
            let warnings = decoded["warnings"].as_array().unwrap();
            let found = warnings.iter().find(|warning| warning["code"] == code);
            usize::try_from(found.expect(code)["offset"].as_u64().unwrap()).unwrap()
        };
        assert_eq!(found("header-ignored"), place("no header"));
        assert_eq!(found("unknown-element"), place("<zzz>"));
        assert_eq!(found("pattern"), place("0x3"));
        let extra = &decoded["message"]["extra"];
        let new = extra
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == "zzz");
        assert_eq!(new.unwrap()["offset"], place("new"));
    }

    #[test]
    fn a_datagram_with_too_small_a_content_length_is_read_whole() {
        let text = sip_message(ALARM);
        let small = text.replace(
            &format!("Content-Length: {}", ALARM.len()),
            &format!("Content-Length: {}", ALARM.len() - 3),
        );
        let json = one(&small, |_| {}).unwrap();
        assert_eq!(json["message"]["reference"], "a1");
        assert_eq!(json["warnings"][0]["layer"], "sip");
    }

    #[test]
    fn an_error_has_an_offset_known_or_not() {
        for input in ["", "SIP/2.0 200 OK\r\n\r\n"] {
            let error = serde_json::to_value(one(input, |_| {}).unwrap_err()).unwrap();
            assert!(error.as_object().unwrap().contains_key("offset"), "{error}");
        }
    }

    #[test]
    fn what_is_no_message_is_an_error_with_its_place() {
        for (input, code, layer) in [
            ("", "no-message", Layer::Sip),
            ("hello", "head-unterminated", Layer::Sip),
            ("hello\r\n\r\n", "bad-start-line", Layer::Sip),
            ("<mrq><ref>a1</ref>", "not-well-formed", Layer::Xml),
            ("<scaip/>", "root", Layer::Xml),
            (&sip_message(""), "no-body", Layer::Sip),
            ("SIP/2.0 200 OK\r\n\r\n", "missing-header", Layer::Sip),
        ] {
            let error = one(input, |_| {}).unwrap_err();
            assert_eq!((error.code, error.layer), (code, layer), "{input}");
        }
    }
}
