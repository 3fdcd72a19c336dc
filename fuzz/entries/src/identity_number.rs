//! Norwegian identity numbers, beside sums that are walked digit by digit.

use alarm_codes::national_identity_number::{
    DateWithoutCentury, IdentityNumberKind, InvalidIdentityNumber, NationalIdentityNumber,
    Population, Rule, holds_identity_number,
};

/// Reads the text as a number, tolerantly and exactly, and looks for numbers in it.
pub fn national_identity_number(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let kept: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'))
        .collect();
    let read = NationalIdentityNumber::read(text);
    assert_eq!(read.map(|_| ()), judged(&kept), "{} characters", kept.len());
    let exact = text.parse::<NationalIdentityNumber>();
    assert_eq!(exact.map(|_| ()), judged(text));
    if let Ok(number) = read {
        assert_eq!(kept.parse(), Ok(number));
        told(number, &kept);
    }
    // Runs of digits of exactly this length.
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    assert_eq!(
        holds_identity_number(text),
        runs.any(|run| judged(run).is_ok())
    );
}

fn digits(text: &str) -> Option<[u32; 11]> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    digits?.try_into().ok()
}

fn days(month: u32, year: u32) -> u32 {
    match month {
        2 if year % 4 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}

/// Day, month and year once what was added is taken off; no calendar is asked.
fn parts(d: &[u32; 11]) -> (u32, u32, u32) {
    let (day, month, year) = (d[0] * 10 + d[1], d[2] * 10 + d[3], d[4] * 10 + d[5]);
    let day = if (40..80).contains(&day) {
        day - 40
    } else {
        day
    };
    let month = match month {
        81.. => month - 80,
        66..81 => month - 65,
        41..66 => month - 40,
        _ => month,
    };
    (day, month, year)
}

/// What the rules say, by themselves (Partner API reference 12.3).
fn judged(text: &str) -> Result<(), InvalidIdentityNumber> {
    let d = digits(text).ok_or(InvalidIdentityNumber::NotElevenDigits)?;
    let (day, month, year) = parts(&d);
    let help_number = d[0] >= 8;
    if !help_number && !(1..=days(month, year)).contains(&day) {
        return Err(InvalidIdentityNumber::Date);
    }
    let sum = |weights: &[u32]| d.iter().zip(weights).map(|(d, w)| d * w).sum::<u32>() % 11;
    let control = sum(&[3, 7, 6, 1, 8, 9, 4, 5, 2]);
    // The first check digit is what makes the sum 0, 1, 2 or 3; until 2032 only 0.
    let first = (0..4).any(|rest| (control + d[9]) % 11 == rest);
    let second = (sum(&[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) + d[10]) % 11 == 0;
    if first && second {
        Ok(())
    } else {
        Err(InvalidIdentityNumber::CheckDigits)
    }
}

fn told(number: NationalIdentityNumber, text: &str) {
    assert_eq!(number.reveal(), text);
    let d = digits(text).expect("eleven digits");
    let (added_day, added_month) = ((4..8).contains(&d[0]), matches!(d[2], 4 | 5));
    let kind = match (d[0] >= 8, added_day, added_month) {
        (true, _, _) => IdentityNumberKind::FellesHjelpenummer,
        (_, true, true) => IdentityNumberKind::DAndHNumber,
        (_, true, false) => IdentityNumberKind::DNumber,
        (_, false, true) => IdentityNumberKind::HNumber,
        (_, false, false) => IdentityNumberKind::Fodselsnummer,
    };
    assert_eq!(number.kind(), kind);
    let plain = matches!(
        kind,
        IdentityNumberKind::Fodselsnummer | IdentityNumberKind::DNumber
    );
    let population = plain.then(|| match d[2] * 10 + d[3] {
        81.. => Population::SyntheticSkatteetaten,
        66.. => Population::SyntheticNhn,
        _ => Population::Real,
    });
    assert_eq!(number.population(), population);
    let control = d.iter().zip([3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
    let legacy = control.map(|(d, w)| d * w).sum::<u32>() % 11 == 0;
    assert_eq!(number.rule() == Rule::Legacy, legacy);
    if let Some(date) = number.date() {
        let date: DateWithoutCentury = date;
        let (day, month, year) = parts(&d);
        let parts = (
            u32::from(date.day()),
            u32::from(date.month()),
            u32::from(date.year()),
        );
        assert_eq!(parts, (day, month, year));
    }
    // The last five digits are nobody's business.
    let shown = format!("{number} {number:?}");
    assert!(!shown.contains(&text[6..]) || text[..6].contains(&text[6..]));
    assert!(shown.contains("*****"));
}
