//! National identity numbers against the table of FHIR reference 4 and against a plain second
//! implementation of the rules.

use alarm_codes::national_identity_number::{
    IdentityNumberKind as Kind, InvalidIdentityNumber, NationalIdentityNumber, Population, Rule,
    holds_identity_number,
};
use proptest::prelude::*;

fn read(text: &str) -> NationalIdentityNumber {
    text.parse().expect("valid")
}

fn facts(text: &str) -> (Kind, Option<Population>, Rule) {
    let number = read(text);
    (number.kind(), number.population(), number.rule())
}

fn date(text: &str) -> Option<(u8, u8, u8)> {
    let date = read(text).date()?;
    Some((date.day(), date.month(), date.year()))
}

#[test]
fn every_valid_value_of_the_reference_gets_its_verdict() {
    let skatt = Some(Population::SyntheticSkatteetaten);
    let fnr = Kind::Fodselsnummer;
    let table = [
        ("15813410033", fnr, skatt, Rule::Legacy),
        ("15813499980", fnr, skatt, Rule::Rule2032),
        ("15813499999", fnr, skatt, Rule::Rule2032),
        ("15813499816", fnr, skatt, Rule::Rule2032),
        ("55813410027", Kind::DNumber, skatt, Rule::Legacy),
        (
            "17712811226",
            fnr,
            Some(Population::SyntheticNhn),
            Rule::Legacy,
        ),
        ("15413410050", Kind::HNumber, None, Rule::Legacy),
        ("81234510053", Kind::FellesHjelpenummer, None, Rule::Legacy),
        ("99876110039", Kind::FellesHjelpenummer, None, Rule::Legacy),
    ];
    for (text, kind, population, rule) in table {
        assert_eq!(facts(text), (kind, population, rule), "{text}");
        assert_eq!(read(text).reveal(), text);
    }
    assert_eq!(date("15813410033"), Some((15, 1, 34)));
    assert_eq!(date("55813410027"), Some((15, 1, 34)));
    assert_eq!(date("15413410050"), Some((15, 1, 34)));
    assert_eq!(date("17712811226"), Some((17, 6, 28)));
    assert_eq!(date("81234510053"), None);
}

#[test]
fn every_invalid_value_of_the_reference_is_refused() {
    for text in ["15814410033", "15813410034", "15813410043"] {
        let error = text.parse::<NationalIdentityNumber>();
        assert_eq!(error, Err(InvalidIdentityNumber::CheckDigits), "{text}");
    }
}

#[test]
fn what_is_no_number_is_refused_with_its_reason() {
    for text in ["", "1581341003", "158134100330", "1581341003x", "١٥٨١٣٤"] {
        let error = text.parse::<NationalIdentityNumber>();
        assert_eq!(error, Err(InvalidIdentityNumber::NotElevenDigits), "{text}");
        assert_eq!(
            NationalIdentityNumber::read(text),
            Err(InvalidIdentityNumber::NotElevenDigits)
        );
    }
    for text in ["00813410033", "32813410033", "15003410033", "15133410033"] {
        let error = text.parse::<NationalIdentityNumber>();
        assert_eq!(error, Err(InvalidIdentityNumber::Date), "{text}");
    }
}

#[test]
fn people_may_write_spaces_points_and_hyphens() {
    for text in ["158134 10033", " 15.81.34-10033 ", "15813410033"] {
        assert_eq!(
            NationalIdentityNumber::read(text),
            Ok(read("15813410033")),
            "{text}"
        );
    }
}

#[test]
fn a_number_does_not_print() {
    let number = read("15813410033");
    assert_eq!(number.to_string(), "158134*****");
    assert_eq!(format!("{number:?}"), "NationalIdentityNumber(158134*****)");
    assert_eq!(
        format!("{:?}", number.date()),
        "Some(DateWithoutCentury(private))"
    );
}

#[test]
fn a_number_is_found_inside_a_text() {
    assert!(holds_identity_number("user-15813410033@example.net"));
    assert!(!holds_identity_number("115813410033"));
    assert!(!holds_identity_number("15813410034, 40211870"));
}

const VALID: [&str; 9] = [
    "15813410033",
    "15813499980",
    "15813499999",
    "15813499816",
    "55813410027",
    "17712811226",
    "15413410050",
    "81234510053",
    "99876110039",
];

/// Nine digits with the check digits of the given first remainder, by the text of the reference.
fn completed(nine: [u32; 9], remainder: u32) -> Option<String> {
    let sum = |digits: &[u32], weights: &[u32]| -> u32 {
        digits.iter().zip(weights).map(|(d, w)| d * w).sum()
    };
    let first = (11 + remainder - sum(&nine, &[3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11;
    let mut digits = nine.to_vec();
    digits.push(first);
    let second = (11 - sum(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    digits.push(second);
    let fits = first < 10 && second < 10;
    fits.then(|| digits.iter().map(ToString::to_string).collect())
}

proptest! {
    #[test]
    fn marks_and_rules_are_read_back(
        day in 1_u32..=28, month in 1_u32..=12, year in 0_u32..=99, individual in 0_u32..=999,
        d in any::<bool>(), shift in prop::sample::select(vec![0, 40, 65, 80]), remainder in 0_u32..=10,
    ) {
        let (day_text, month_text) = (if d { day + 40 } else { day }, month + shift);
        let text = format!("{day_text:02}{month_text:02}{year:02}{individual:03}");
        let nine: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        let nine = nine.try_into().expect("nine digits");
        let Some(text) = completed(nine, remainder) else { return Ok(()) };
        let parsed = text.parse::<NationalIdentityNumber>();
        if remainder > 3 {
            prop_assert_eq!(parsed, Err(InvalidIdentityNumber::CheckDigits));
            return Ok(());
        }
        let number = parsed.expect("valid");
        let kind = match (d, shift == 40) {
            (false, false) => Kind::Fodselsnummer,
            (true, false) => Kind::DNumber,
            (false, true) => Kind::HNumber,
            (true, true) => Kind::DAndHNumber,
        };
        let population = match shift {
            0 => Some(Population::Real),
            65 => Some(Population::SyntheticNhn),
            80 => Some(Population::SyntheticSkatteetaten),
            _ => None,
        };
        prop_assert_eq!(number.kind(), kind);
        prop_assert_eq!(number.population(), population);
        let legacy = number.rule() == Rule::Legacy;
        prop_assert_eq!(legacy, remainder == 0);
        let date = number.date().expect("a date");
        let date = (u32::from(date.day()), u32::from(date.month()), u32::from(date.year()));
        prop_assert_eq!(date, (day, month, year));
    }

    #[test]
    fn one_wrong_digit_is_never_the_same_number_and_any_text_is_safe(
        text in ".*", random in "[0-9]{11}", valid in prop::sample::select(VALID.to_vec()), at in 0_usize..11, by in 1_u8..10,
    ) {
        let _ = text.parse::<NationalIdentityNumber>();
        let _ = NationalIdentityNumber::read(&text);
        let _ = random.parse::<NationalIdentityNumber>();
        let digits = valid.to_owned();
        let number = read(&digits);
        prop_assert_eq!(number.reveal(), digits.as_str());
        let shown = format!("{number} {number:?}");
        prop_assert!(!shown.contains(&digits));
        // The second check digit sees every single wrong digit.
        let mut wrong = digits.into_bytes();
        wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
        let wrong = String::from_utf8(wrong).expect("ASCII");
        prop_assert!(wrong.parse::<NationalIdentityNumber>().is_err());
    }
}
