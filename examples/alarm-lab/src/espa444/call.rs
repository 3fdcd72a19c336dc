//! A call to send.

use std::fmt;

use espa444::{BlockBuf, EncodeError, Encoded, Header, Profile, RecordId, encode};
use serde::Deserialize;

/// A call as it is asked for: records left out are not sent.
///
/// Each text is written with the character set of the line; the other values as they are.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Call {
    /// Record 1: the number of a pager or group.
    pub address: Option<String>,
    /// Record 2.
    pub text: Option<String>,
    /// Record 3.
    pub beep: Option<String>,
    /// Record 4.
    pub call_type: Option<String>,
    /// Record 5.
    pub transmissions: Option<String>,
    /// Record 6.
    pub priority: Option<String>,
}

/// A line that says no call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// An object that is none of a call.
    #[error("write an object with address, text, beep, call_type, transmissions, priority: {0}")]
    Object(String),
    /// The call cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl Call {
    /// A call from a line: `ADDRESS TEXT`, or a JSON object with the names of the fields. `None`
    /// for an empty line and for a comment behind `#`.
    ///
    /// ```
    /// use alarm_lab::espa444::Call;
    ///
    /// let call = Call::from_line("208 BRANN SLOYFE 3")?.unwrap_or_default();
    /// assert_eq!(call.text.as_deref(), Some("BRANN SLOYFE 3"));
    /// let call = Call::from_line(r#"{"address": "208", "priority": "1"}"#)?.unwrap_or_default();
    /// assert_eq!(call.priority.as_deref(), Some("1"));
    /// # Ok::<(), alarm_lab::espa444::CallError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError::Object`].
    pub fn from_line(line: &str) -> Result<Option<Call>, CallError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        if line.starts_with('{') {
            let call = serde_json::from_str(line);
            return call
                .map(Some)
                .map_err(|error| CallError::Object(error.to_string()));
        }
        let (address, text) = match line.split_once([' ', '\t']) {
            Some((address, text)) => (address, Some(text.trim_start().to_owned())),
            None => (line, None),
        };
        Ok(Some(Call {
            address: Some(address.to_owned()),
            text,
            ..Call::default()
        }))
    }

    /// The same, with what it leaves out from another.
    #[must_use]
    pub fn or(self, other: &Call) -> Call {
        Call {
            address: self.address.or_else(|| other.address.clone()),
            text: self.text.or_else(|| other.text.clone()),
            beep: self.beep.or_else(|| other.beep.clone()),
            call_type: self.call_type.or_else(|| other.call_type.clone()),
            transmissions: self.transmissions.or_else(|| other.transmissions.clone()),
            priority: self.priority.or_else(|| other.priority.clone()),
        }
    }

    /// The block, and what became of the text.
    ///
    /// # Errors
    ///
    /// [`CallError::Encode`] for what no line can carry and what is beyond the limits of the
    /// profile.
    pub fn block(&self, profile: &Profile) -> Result<(BlockBuf, Encoded), CallError> {
        let mut block = BlockBuf::new(Header::CALL)?;
        if let Some(address) = &self.address {
            block.push(RecordId::CALL_ADDRESS, address.as_bytes())?;
        }
        let mut encoded = Encoded::default();
        if let Some(text) = &self.text {
            let mut bytes = Vec::new();
            let limit = profile.encode.limits.text;
            encoded = profile.characters.encode(text, limit, &mut bytes);
            block.push(RecordId::DISPLAY_MESSAGE, &bytes)?;
        }
        for (identifier, value) in [
            (RecordId::BEEP_CODING, &self.beep),
            (RecordId::CALL_TYPE, &self.call_type),
            (RecordId::NUMBER_OF_TRANSMISSIONS, &self.transmissions),
            (RecordId::PRIORITY, &self.priority),
        ] {
            if let Some(value) = value {
                block.push(identifier, value.as_bytes())?;
            }
        }
        // Refused here, it is never queued.
        encode(&block.as_block(), &profile.encode, &mut Vec::new())?;
        Ok((block, encoded))
    }
}

impl fmt::Debug for Call {
    /// Neither text nor address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("beep", &self.beep)
            .field("call_type", &self.call_type)
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_calls_comments_or_errors() {
        assert_eq!(Call::from_line("  # 208 NO"), Ok(None));
        assert_eq!(Call::from_line(""), Ok(None));
        let bare = Call::from_line("208").unwrap().unwrap();
        assert_eq!((bare.address.as_deref(), bare.text), (Some("208"), None));
        assert!(Call::from_line(r#"{"adress": "208"}"#).is_err());
        let call = Call::from_line("31\tTEST").unwrap().unwrap();
        let (block, _) = call.block(&Profile::FIELD).unwrap();
        let mut bytes = Vec::new();
        encode(&block.as_block(), &Profile::FIELD.encode, &mut bytes).unwrap();
        assert_eq!(bytes, b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39");
        let long = Call::from_line("01234567890123456").unwrap().unwrap();
        assert!(long.block(&Profile::FIELD).is_err());
        assert!(!format!("{call:?}").contains("TEST"));
    }
}
