//! What a panel reports, by code or by name.

use std::fmt;

use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
use climax_rf::events::{Profile, Source, all_meanings};

/// What a simulated panel reports.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reported {
    /// A Contact ID event.
    ContactId(ContactId),
    /// SIA data behind the account, such as `Nri1/MA0005`. DC-09 only.
    Sia(String),
    /// A link test. DC-09 only; a panel with brackets reports event 602.
    LinkTest,
}

/// A text that names nothing to report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidReport {
    /// No code, and no event of the profile has the name.
    #[error(
        "no event of this name in the profile {profile}{}; `alarm-lab meanings --profile {profile}` lists them",
        also(.near)
    )]
    Unknown {
        /// The profile.
        profile: Profile,
        /// Events whose name has the text in it.
        near: Vec<String>,
    },
    /// Several events have the name.
    #[error("several events have this name: write one of {}", .0.join(", "))]
    Ambiguous(
        /// Their numbers, qualifier first.
        Vec<String>,
    ),
    /// Digits that are no code.
    #[error("write a code as 101, 1101, 3101 or '1101 01 005'")]
    Code,
    /// SIA data with nothing in it.
    #[error("write SIA data behind the colon, such as sia:Nri1/MA0005")]
    Sia,
}

fn also(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; there is {}", near.join(", ")),
    }
}

impl Reported {
    /// Reads a code (`101`, `1101`, `3101`, `1101 01 005`), a name of the profile (`fall`,
    /// `help-button`, with `restore:` in front for the end of it), `sia:` and SIA data, or
    /// `link-test`. Group and zone are for codes and names without their own.
    ///
    /// ```
    /// use alarm_lab::climax::Reported;
    /// use climax_rf::contact_id::{Group, Zone};
    /// use climax_rf::events::Profile;
    ///
    /// let read = |text| Reported::read(text, Profile::CareUnitA, Group::PANEL, Zone::PANEL);
    /// assert_eq!(read("fall")?.to_string(), "1120 00 000");
    /// assert_eq!(read("3641 00 072")?.to_string(), "3641 00 072");
    /// assert!(read("tea is ready").is_err());
    /// # Ok::<(), alarm_lab::climax::InvalidReport>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidReport`].
    pub fn read(
        text: &str,
        profile: Profile,
        group: Group,
        zone: Zone,
    ) -> Result<Self, InvalidReport> {
        let text = text.trim();
        if text == "link-test" {
            return Ok(Reported::LinkTest);
        }
        if let Some(data) = text.strip_prefix("sia:") {
            return match data.trim() {
                "" => Err(InvalidReport::Sia),
                data => Ok(Reported::Sia(data.to_owned())),
            };
        }
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            return code(text, group, zone).ok_or(InvalidReport::Code);
        }
        let (name, restore) = match text.strip_prefix("restore:") {
            Some(name) => (name, true),
            None => (text, false),
        };
        let number = named(name, profile)?;
        let qualifier = match (restore, number / 1000) {
            (false, 1) => Qualifier::EVENT,
            _ => Qualifier::RESTORE,
        };
        Ok(Reported::ContactId(ContactId {
            qualifier,
            code: EventCode::new(number % 1000).ok_or(InvalidReport::Code)?,
            group,
            zone,
        }))
    }
}

fn code(text: &str, group: Group, zone: Zone) -> Option<Reported> {
    let mut words = text.split_whitespace();
    let digits = words.next()?.as_bytes();
    let (qualifier, code) = match *digits {
        [x, y, z] => (Qualifier::EVENT, [x, y, z]),
        [q, x, y, z] => (Qualifier::from_digit(q)?, [x, y, z]),
        _ => return None,
    };
    let group = match words.next() {
        Some(word) => Group::from_digits(word.as_bytes().try_into().ok()?)?,
        None => group,
    };
    let zone = match words.next() {
        Some(word) => Zone::from_digits(word.as_bytes().try_into().ok()?)?,
        None => zone,
    };
    let event = ContactId {
        qualifier,
        code: EventCode::from_digits(code)?,
        group,
        zone,
    };
    words.next().is_none().then_some(Reported::ContactId(event))
}

/// Letters and digits in lower case, one hyphen for whatever is between them.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words: Vec<_> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

/// 1000 times the qualifier plus the event: of the profile's own table first, then of the maker's
/// list, then of the standard.
fn named(name: &str, profile: Profile) -> Result<u16, InvalidReport> {
    let wanted = plain(name);
    let of = |source: Source| {
        all_meanings().flat_map(move |(number, meanings)| {
            let claims = meanings.iter().filter_map(move |one| one.claim(source));
            claims.map(move |claim| (number, plain(claim.meaning())))
        })
    };
    let sources: Vec<_> = match profile {
        Profile::Unknown => Profile::ALL.map(Source::Profile).to_vec(),
        profile => vec![Source::Profile(profile), Source::Profile(Profile::Cloud)],
    };
    let mut near = Vec::new();
    for source in sources.into_iter().chain([Source::Standard]) {
        let mut found: Vec<_> = of(source)
            .filter(|(_, meaning)| *meaning == wanted)
            .map(|(number, _)| number)
            .collect();
        // What begins something is meant where its end has the same name.
        if found.iter().any(|number| number / 1000 == 1) {
            found.retain(|number| number / 1000 == 1);
        }
        match found[..] {
            [number] => return Ok(number),
            [] => {}
            _ => {
                let numbers = found.iter().map(u16::to_string).collect();
                return Err(InvalidReport::Ambiguous(numbers));
            }
        }
        let alike = of(source).filter(|(_, meaning)| meaning.contains(&wanted));
        near.extend(alike.map(|(_, meaning)| meaning));
    }
    near.sort_unstable();
    near.dedup();
    near.truncate(5);
    Err(InvalidReport::Unknown { profile, near })
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reported::ContactId(event) => event.fmt(f),
            Reported::Sia(data) => f.write_str(data),
            Reported::LinkTest => f.write_str("link-test"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, profile: Profile) -> Result<String, String> {
        let (group, zone) = (Group::new(1).unwrap(), Zone::new(5).unwrap());
        let read = Reported::read(text, profile, group, zone);
        read.map(|read| read.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn codes_and_names_are_read_by_the_profile() {
        let cases = [
            ("101", "1101 01 005"),
            ("3101", "3101 01 005"),
            ("1641 00 072", "1641 00 072"),
            ("fall", "1120 01 005"),
            ("restore:fall", "3120 01 005"),
            ("No movement after a fall", "1102 01 005"),
            ("visit-finished", "3661 01 005"),
            ("sia:Nri1/MA0005", "Nri1/MA0005"),
            ("link-test", "link-test"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                read(text, Profile::CareUnitA),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            read("panic", Profile::Intrusion),
            Ok("1120 01 005".to_owned())
        );
    }

    #[test]
    fn what_names_nothing_says_what_is_near() {
        let error = read("movement", Profile::CareUnitA).unwrap_err();
        assert!(error.contains("no-movement-after-a-fall"), "{error}");
        assert!(error.contains("alarm-lab meanings --profile care-unit-a"));
        for text in ["10", "12345", "101 1", "101 01 005 7", "1z1", "sia:", ""] {
            assert!(read(text, Profile::CareUnitA).is_err(), "{text}");
        }
    }
}
