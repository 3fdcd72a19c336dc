//! The elements of the two documents, with their patterns and limits.

use core::fmt;

/// Which characters an element may hold (SCAIP reference 3 and 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Any text.
    Text,
    /// Text that may also be empty.
    TextOrEmpty,
    /// `0-9 A-Z a-z`.
    Alphanumeric,
    /// `0-9`.
    Digits,
    /// One digit between the two given ones.
    DigitBetween(u8, u8),
    /// `NN.NN`.
    Version,
    /// `ME`, `RE`, `IN` or `PI`.
    MessageType,
    /// Empty, `0` or `1`.
    Flag,
    /// `0-9 . ,`.
    Position,
    /// `0-9 - : + T`.
    PositionTime,
    /// No text of its own: a container.
    Container,
}

macro_rules! tags {
    ($( $name:ident = $wire:literal, $long:literal, $min:literal ..= $max:literal, $pattern:expr, $doc:literal; )*) => {
        /// An element of `mrq` or `mrs`, in canonical order of output.
        ///
        /// [`Tag::wire`] is the name in the XML, [`Tag::long_name`] the name that JSON
        /// gateways use (SCAIP reference 13).
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Tag {
            $( #[doc = $doc] $name, )*
        }

        impl Tag {
            /// Every element, those of the request first.
            pub const ALL: &'static [Tag] = &[$( Tag::$name, )*];

            /// How many there are.
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The name in the XML, lower case.
            #[must_use]
            pub const fn wire(self) -> &'static str {
                match self { $( Tag::$name => $wire, )* }
            }

            /// The long name, snake case.
            #[must_use]
            pub const fn long_name(self) -> &'static str {
                match self { $( Tag::$name => $long, )* }
            }

            /// The least and the greatest number of characters.
            #[must_use]
            pub const fn length(self) -> (usize, usize) {
                match self { $( Tag::$name => ($min, $max), )* }
            }

            pub(crate) const fn pattern(self) -> Pattern {
                match self { $( Tag::$name => $pattern, )* }
            }

            /// The element with this key, wherever it belongs.
            #[inline]
            #[allow(non_upper_case_globals, reason = "named after the variants they stand for")]
            fn by_key(wanted: u32) -> Option<Tag> {
                // Constants make this a search tree; it runs for every element.
                $( const $name: u32 = key($wire.as_bytes()); )*
                match wanted {
                    $( $name => Some(Tag::$name), )*
                    _ => None,
                }
            }
        }
    };
}

impl Tag {
    /// The element of this name directly below the root.
    #[inline]
    pub(crate) fn below_root(name: &[u8]) -> Option<Tag> {
        Tag::by_key(key(name)).filter(|tag| !tag.is_in_location())
    }

    /// The element of this name inside `lge`.
    #[inline]
    pub(crate) fn below_location(name: &[u8]) -> Option<Tag> {
        Tag::by_key(key(name)).filter(|tag| tag.is_in_location())
    }

    const fn is_in_location(self) -> bool {
        matches!(self, Tag::Position | Tag::PositionTime | Tag::NmeaGga)
    }
}

/// A name of three or four letters as a number; 0, which no element has, for any other.
#[inline]
const fn key(name: &[u8]) -> u32 {
    match *name {
        [a, b, c] => u32::from_be_bytes([0, a, b, c]),
        // A name of four that begins with NUL is not the name of three behind it.
        [a, b, c, d] if a != 0 => u32::from_be_bytes([a, b, c, d]),
        _ => 0,
    }
}

tags! {
    Reference = "ref", "reference", 1..=16, Pattern::Alphanumeric, "`ref`, chosen by the sender and echoed in the response.";
    Version = "ver", "version", 5..=5, Pattern::Version, "`ver`, protocol version.";
    SystemConfiguration = "sco", "system_config", 1..=1, Pattern::DigitBetween(b'1', b'3'), "`sco`, system configuration.";
    CallHandling = "cha", "call_handling", 1..=1, Pattern::Digits, "`cha`, who places the call.";
    MessageType = "mty", "message_type", 2..=2, Pattern::MessageType, "`mty`, message type.";
    HeartbeatOptions = "hbo", "heartbeat_options", 1..=1, Pattern::DigitBetween(b'0', b'3'), "`hbo`, heartbeat options.";
    ControllerId = "cid", "controller_id", 1..=16, Pattern::Digits, "`cid`, the unit that reports.";
    DeviceType = "dty", "device_type", 1..=4, Pattern::Digits, "`dty`, device type.";
    DeviceId = "did", "device_id", 1..=8, Pattern::Text, "`did`, device identifier.";
    DeviceComponent = "dco", "device_component", 1..=3, Pattern::Digits, "`dco`, device component.";
    DeviceText = "dte", "device_text", 1..=32, Pattern::Text, "`dte`, device text.";
    CallerId = "crd", "caller_id", 1..=256, Pattern::Text, "`crd`, where the voice call will come from.";
    MediaRequest = "mreq", "media_request", 1..=1, Pattern::Digits, "`mreq`, media request of the newer edition.";
    StatusCode = "stc", "status_code", 1..=4, Pattern::Digits, "`stc`, what happened.";
    StatusText = "stt", "status_text", 1..=32, Pattern::Text, "`stt`, status text.";
    Priority = "pri", "priority", 1..=1, Pattern::Digits, "`pri`, priority.";
    LocationCode = "lco", "location_code", 1..=3, Pattern::Digits, "`lco`, location code.";
    LocationValue = "lva", "location_value", 1..=2, Pattern::Text, "`lva`, refines the location code.";
    GeographicLocation = "lge", "geographic_location", 0..=0, Pattern::Container, "`lge`, container of position, time and NMEA sentence.";
    Position = "geo", "position", 1..=23, Pattern::Position, "`lge/geo`, position in WGS 84.";
    PositionTime = "tim", "position_time", 22..=22, Pattern::PositionTime, "`lge/tim`, time of the position.";
    NmeaGga = "gga", "nmea_gga", 0..=81, Pattern::TextOrEmpty, "`lge/gga`, NMEA 0183 GGA sentence.";
    LocationText = "lte", "location_text", 1..=32, Pattern::Text, "`lte`, location text.";
    InformationCode = "ico", "info_code", 1..=3, Pattern::Digits, "`ico`, information code.";
    InformationText = "ite", "info_text", 1..=128, Pattern::Text, "`ite`, information text.";
    AdditionalMessage = "ame", "additional_message", 0..=1, Pattern::Flag, "`ame`, more messages follow.";
    StatusNumber = "snu", "status_number", 1..=5, Pattern::Digits, "`snu`, the receiver's verdict.";
    ResponseText = "ste", "status_text", 1..=128, Pattern::Text, "`ste`, text to the verdict.";
    CommonVersion = "cve", "common_version", 5..=5, Pattern::Version, "`cve`, highest version both sides know.";
    MediaReply = "mre", "media_reply", 1..=2, Pattern::Digits, "`mre`, which speech to set up.";
    CallHandlingReply = "cre", "callhandling_reply", 2..=2, Pattern::Digits, "`cre`, where to call.";
    TransferredNumber = "tnu", "transferred_number", 1..=256, Pattern::Text, "`tnu`, the address to call.";
    HeartbeatInterval = "hbi", "heartbeat_interval", 1..=1, Pattern::DigitBetween(b'0', b'4'), "`hbi`, heartbeat interval wanted by the receiver.";
}

impl Tag {
    /// Whether the element belongs to the request.
    #[must_use]
    pub const fn in_request(self) -> bool {
        !self.in_response() || matches!(self, Tag::Reference)
    }

    /// Whether the element belongs to the response.
    #[must_use]
    pub const fn in_response(self) -> bool {
        matches!(
            self,
            Tag::Reference
                | Tag::StatusNumber
                | Tag::ResponseText
                | Tag::CommonVersion
                | Tag::MediaReply
                | Tag::CallHandlingReply
                | Tag::TransferredNumber
                | Tag::HeartbeatInterval
        )
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire())
    }
}

/// How a text deviates from the pattern of its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mismatch {
    Empty,
    TooLong,
    Characters,
}

impl Tag {
    /// Holds `text` against the published pattern and length of the element.
    pub(crate) fn check(self, text: &str) -> Result<(), Mismatch> {
        let (least, greatest) = self.length();
        // Bytes bound characters from above: the count is only needed when they do not decide.
        let characters = if text.len() <= greatest && text.is_ascii() {
            text.len()
        } else {
            text.chars().count()
        };
        if characters > greatest {
            return Err(Mismatch::TooLong);
        }
        if characters == 0 {
            return if least == 0 {
                Ok(())
            } else {
                Err(Mismatch::Empty)
            };
        }
        let all = |allowed: fn(&u8) -> bool| text.as_bytes().iter().all(allowed);
        let fits = match self.pattern() {
            Pattern::Text | Pattern::TextOrEmpty => true,
            Pattern::Alphanumeric => all(u8::is_ascii_alphanumeric),
            Pattern::Digits => all(u8::is_ascii_digit),
            Pattern::DigitBetween(low, high) => {
                matches!(text.as_bytes(), [digit] if (low..=high).contains(digit))
            }
            Pattern::Version => {
                matches!(text.as_bytes(), [a, b, b'.', c, d]
                    if [a, b, c, d].into_iter().all(u8::is_ascii_digit))
            }
            Pattern::MessageType => matches!(text, "ME" | "RE" | "IN" | "PI"),
            Pattern::Flag => matches!(text, "0" | "1"),
            Pattern::Position => all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')),
            Pattern::PositionTime => {
                all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'+' | b'T'))
            }
            Pattern::Container => false,
        };
        if fits && characters >= least {
            Ok(())
        } else {
            Err(Mismatch::Characters)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_is_found_by_its_wire_name_at_its_place() {
        for &tag in Tag::ALL {
            let inside = matches!(tag, Tag::Position | Tag::PositionTime | Tag::NmeaGga);
            let name = tag.wire().as_bytes();
            assert_eq!(Tag::below_root(name), (!inside).then_some(tag), "{tag}");
            assert_eq!(Tag::below_location(name), inside.then_some(tag), "{tag}");
        }
        assert_eq!(Tag::below_root(b"xyz"), None);
        assert_eq!(Tag::below_root(b"refs"), None);
        assert_eq!(Tag::below_root(b"\0ref"), None);
    }

    #[test]
    fn only_the_reference_is_in_both_documents() {
        let both: Vec<_> = Tag::ALL
            .iter()
            .filter(|t| t.in_request() && t.in_response())
            .collect();
        assert_eq!(both, [&Tag::Reference]);
    }
}
