//! What a look at an identifier says before it is sent.

use alarm_codes::Timestamp;
use alarm_codes::national_identity_number::{
    IdentityNumberKind, InvalidIdentityNumber, NationalIdentityNumber, Population, Rule,
};

use super::{
    CheckDigit, DufNumber, HerId, HprNumber, Identifier, IdentifierKind, InvalidNumber,
    OrganisationNumber, ReshId, system,
};

/// What is odd about an identifier (FHIR reference 3, 4). Says nothing of its value, and refuses
/// nothing: a number that does not fit may be one of a test environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierWarning {
    /// The system is that of a national identity number, and the value is none.
    #[error("no national identity number")]
    NoIdentityNumber,
    /// A valid national identity number stands under a system that is not one of theirs: a real number where
    /// nobody looks for one, or by chance (one to two in a hundred numbers of eleven digits).
    #[error("a national identity number under another system")]
    HiddenIdentityNumber,
    /// The number carries the mark of another kind than its system says.
    #[error("the number is of another kind than its system")]
    OtherKind,
    /// Valid only when issued from 2032: before that day in practice a typing error. The day is not
    /// looked at: [`Identifier::is_not_yet_issued`] does.
    #[error("the number follows the rule from 2032")]
    Rule2032,
    /// The value of an HPR, DUF or organisation number, a RESH id or a HER-id has not the form of one.
    #[error("the number has not the form that its system demands")]
    Form,
    /// The check digit of an organisation number does not fit.
    #[error("the check digit does not fit")]
    CheckDigit,
    /// Under the system for URIs, and no `urn:uuid:` with a UUID in lower case.
    #[error("no urn:uuid: in lower case")]
    NoUuid,
    /// A lokalt H-nummer without the one who gave it out.
    #[error("an H-number without assigner")]
    NoAssigner,
    /// The system is written with another address than the one that is due.
    #[error("another address of the identifier system")]
    SystemAlias,
}

/// The environment of a service. Those of Norsk helsenett refuse numbers of the other (FHIR reference 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Synthetic persons only.
    Test,
    /// Real persons only.
    Production,
}

/// Whether an environment takes an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Admission {
    /// It does.
    Admitted,
    /// It answers with an error: a number of the other environment. So are numbers that stand under a
    /// system that is not one of theirs ([`IdentifierWarning::HiddenIdentityNumber`]), or are written with
    /// spaces or hyphens, though the environment may not notice: a real number that leaves weighs more
    /// than a local one that looks like it by chance.
    Refused,
    /// The identifier does not say: no national number, or one without a mark (a felles hjelpenummer, a
    /// number with the mark of an H-number), or one that may be a local number.
    Unknown,
    /// A number of this environment, or one that does not say, which satisfies only the rule from 2032,
    /// asked about at a time before that year: nobody has been given it, so in practice it is a typing
    /// error (FHIR reference 4). Do not write about such a person in production. In a test environment
    /// the number may have been made to try the new rule; what the service says of it is not public.
    NotYetIssued,
}

/// When the rule from 2032 begins: 1 January 2032, 00:00 in Norway.
const RULE_2032_BEGINS: i64 = 1_956_524_400_000_000;

impl Stage {
    /// Whether this environment takes a number.
    #[must_use]
    pub fn admits(self, number: &NationalIdentityNumber) -> Admission {
        match (self, number.population()) {
            (Self::Production, Some(Population::Real)) => Admission::Admitted,
            (Self::Test, Some(Population::Real)) => Admission::Refused,
            (Self::Test, Some(Population::SyntheticSkatteetaten | Population::SyntheticNhn)) => {
                Admission::Admitted
            }
            (Self::Production, Some(_)) => Admission::Refused,
            _ => Admission::Unknown,
        }
    }

    /// The same at a point in time: before 2032 a number of the rule from 2032 is
    /// [`Admission::NotYetIssued`], unless it is refused. This crate has no clock; give it the time of
    /// yours, or the time when the person was registered.
    ///
    /// ```
    /// use alarm_codes::Timestamp;
    /// use alarm_codes::national_identity_number::NationalIdentityNumber;
    /// use fhir_vkp::identifier::{Admission, Stage};
    ///
    /// let number: NationalIdentityNumber = "15813499980".parse()?; // synthetic
    /// let now: Timestamp = "2026-03-14T02:17:41+01:00".parse()?;
    /// assert_eq!(Stage::Test.admits_at(&number, now), Admission::NotYetIssued);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn admits_at(self, number: &NationalIdentityNumber, now: Timestamp) -> Admission {
        with_rule(self.admits(number), Some(number), now)
    }

    /// Whether this environment takes a person under an identifier. Says nothing of a number that nobody
    /// can have been given yet: see [`Stage::admits_person_at`].
    ///
    /// ```
    /// use fhir_vkp::Identifier;
    /// use fhir_vkp::identifier::{Admission, IdentifierWarning, Stage};
    ///
    /// let local = Identifier::new("https://epj.example.net/patient", "15813410033")?; // synthetic
    /// assert_eq!(local.warning(), Some(IdentifierWarning::HiddenIdentityNumber));
    /// assert_eq!(Stage::Production.admits_person(&local), Admission::Refused);
    /// assert_eq!(Stage::Test.admits_person(&local), Admission::Unknown);
    /// # Ok::<(), fhir_vkp::InvalidIdentifier>(())
    /// ```
    #[must_use]
    pub fn admits_person(self, identifier: &Identifier) -> Admission {
        let number = match identifier.national_identity_number() {
            Some(Ok(number)) => return self.admits(&number),
            Some(Err(_)) => number_in(identifier.reveal()),
            None => identifier.hidden_identity_number(),
        };
        match number.map(|number| self.admits(&number)) {
            Some(Admission::Refused) => Admission::Refused,
            _ => Admission::Unknown,
        }
    }

    /// The same at a point in time, as [`Stage::admits_at`]: what to ask before a person is written
    /// about.
    #[must_use]
    pub fn admits_person_at(self, identifier: &Identifier, now: Timestamp) -> Admission {
        let number = identifier.national_identity_number();
        let number = number.and_then(Result::ok);
        with_rule(self.admits_person(identifier), number.as_ref(), now)
    }
}

/// What an environment says, and of a number that is not refused also whether anybody can have it.
fn with_rule(
    admission: Admission,
    number: Option<&NationalIdentityNumber>,
    now: Timestamp,
) -> Admission {
    match number {
        Some(number) if admission != Admission::Refused && is_not_yet_issued(number, now) => {
            Admission::NotYetIssued
        }
        _ => admission,
    }
}

/// Whether a number satisfies only a rule that is not in force yet.
fn is_not_yet_issued(number: &NationalIdentityNumber, now: Timestamp) -> bool {
    number.rule() == Rule::Rule2032 && now.as_micros() < RULE_2032_BEGINS
}

impl Identifier {
    /// The national identity number behind an identifier of such a system, by any of its addresses; `None`
    /// for every other.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentityNumber`] where the value is none.
    #[must_use]
    pub fn national_identity_number(
        &self,
    ) -> Option<Result<NationalIdentityNumber, InvalidIdentityNumber>> {
        let kind = self.kind();
        (kind.is_national() || kind == IdentifierKind::HNumber).then(|| self.reveal().parse())
    }

    /// A valid national identity number under a system that is not one of theirs, alone or among other
    /// characters; `None` under such a system, and for UUIDs. One to two in a hundred numbers of eleven
    /// digits are valid by chance.
    #[must_use]
    pub fn hidden_identity_number(&self) -> Option<NationalIdentityNumber> {
        match self.kind() {
            IdentifierKind::HNumber | IdentifierKind::Uuid => None,
            kind if kind.is_national() => None,
            _ => number_in(self.reveal()),
        }
    }

    /// Whether this is a national identity number that nobody can have been given yet: valid only by the
    /// rule from 2032, and `now` lies before 1 January 2032, 00:00 in Norway. In practice a typing error
    /// (FHIR reference 4): the looser rule accepts four values of the first check digit instead of one.
    #[must_use]
    pub fn is_not_yet_issued(&self, now: Timestamp) -> bool {
        let number = self.national_identity_number().and_then(Result::ok);
        number.is_some_and(|number| is_not_yet_issued(&number, now))
    }

    /// What is odd, the gravest first; `None` where nothing is. Of a system that this crate does not know
    /// it can tell one thing: that a national identity number stands under it.
    #[must_use]
    pub fn warning(&self) -> Option<IdentifierWarning> {
        let alias = || system::canonical(self.system()).map(|_| IdentifierWarning::SystemAlias);
        self.warning_of_value().or_else(alias)
    }

    fn warning_of_value(&self) -> Option<IdentifierWarning> {
        if let Some(number) = self.national_identity_number() {
            return self.warning_of_national(number);
        }
        if self.hidden_identity_number().is_some() {
            return Some(IdentifierWarning::HiddenIdentityNumber);
        }
        let formed = |valid: Result<(), InvalidNumber>| match valid {
            Ok(()) => None,
            Err(_) => Some(IdentifierWarning::Form),
        };
        match self.kind() {
            IdentifierKind::Hpr => formed(HprNumber::try_from(self).map(drop)),
            IdentifierKind::Duf => formed(DufNumber::try_from(self).map(drop)),
            IdentifierKind::Resh => formed(ReshId::try_from(self).map(drop)),
            IdentifierKind::HerId => formed(HerId::try_from(self).map(drop)),
            IdentifierKind::Organisation => match OrganisationNumber::try_from(self) {
                Ok(number) => (number.check_digit() == CheckDigit::DoesNotFit)
                    .then_some(IdentifierWarning::CheckDigit),
                Err(_) => Some(IdentifierWarning::Form),
            },
            IdentifierKind::Uuid => {
                (!is_uuid_urn(self.reveal())).then_some(IdentifierWarning::NoUuid)
            }
            _ => None,
        }
    }

    fn warning_of_national(
        &self,
        number: Result<NationalIdentityNumber, InvalidIdentityNumber>,
    ) -> Option<IdentifierWarning> {
        let Ok(number) = number else {
            return Some(IdentifierWarning::NoIdentityNumber);
        };
        if !may_stand_under(number.kind(), self.kind()) {
            return Some(IdentifierWarning::OtherKind);
        }
        if self.kind() == IdentifierKind::HNumber && self.assigner().is_none() {
            return Some(IdentifierWarning::NoAssigner);
        }
        (number.rule() == Rule::Rule2032).then_some(IdentifierWarning::Rule2032)
    }
}

/// The national identity number that a value is, as people write one, or holds.
fn number_in(value: &str) -> Option<NationalIdentityNumber> {
    let runs = || value.split(|c: char| !c.is_ascii_digit());
    let read = NationalIdentityNumber::read(value).ok();
    read.or_else(|| runs().find_map(|run| run.parse().ok()))
}

/// Whether a number of a kind belongs under the system of a kind. Test tools mark synthetic persons as
/// H-numbers are marked, so such a number may stand as fødselsnummer or D-nummer, too.
fn may_stand_under(number: IdentityNumberKind, system: IdentifierKind) -> bool {
    match system {
        IdentifierKind::Fodselsnummer => {
            matches!(
                number,
                IdentityNumberKind::Fodselsnummer | IdentityNumberKind::HNumber
            )
        }
        IdentifierKind::DNumber => {
            matches!(
                number,
                IdentityNumberKind::DNumber | IdentityNumberKind::DAndHNumber
            )
        }
        IdentifierKind::FellesHjelpenummer => number == IdentityNumberKind::FellesHjelpenummer,
        _ => matches!(
            number,
            IdentityNumberKind::HNumber | IdentityNumberKind::DAndHNumber
        ),
    }
}

/// Whether a value is `urn:uuid:` and a UUID in lower case.
fn is_uuid_urn(value: &str) -> bool {
    let uuid = value
        .strip_prefix("urn:uuid:")
        .filter(|uuid| uuid.len() == 36);
    let lower = |uuid: &str| !uuid.bytes().any(|byte| byte.is_ascii_uppercase());
    uuid.is_some_and(|uuid| lower(uuid) && uuid.parse::<crate::Uuid>().is_ok())
}
