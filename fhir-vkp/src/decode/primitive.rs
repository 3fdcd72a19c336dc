//! Texts of dates and times in legal form: the quick look that spares a full parse.

/// `YYYY-MM-DDThh:mm:ss`, a fraction of up to nine digits, and `Z` or an offset.
pub(super) fn is_plain_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((head, mut rest)) = bytes.split_at_checked(19) else {
        return false;
    };
    if !(is_plain_date(&head[..10]) && head[10] == b'T' && is_plain_clock(&head[11..])) {
        return false;
    }
    if let Some((b'.', fraction)) = rest.split_first() {
        let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return false;
        }
        rest = &fraction[digits..];
    }
    match rest {
        b"Z" => true,
        [b'+' | b'-', a, b, b':', c, d] => {
            let (Some(hours), Some(minutes)) = (two(*a, *b), two(*c, *d)) else {
                return false;
            };
            minutes < 60 && (hours < 14 || (hours == 14 && minutes == 0))
        }
        _ => false,
    }
}

/// `YYYY-MM-DD` with a day that exists.
pub(super) fn is_plain_date(bytes: &[u8]) -> bool {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = bytes else {
        return false;
    };
    let (Some(century), Some(year), Some(month), Some(day)) =
        (two(*a, *b), two(*c, *d), two(*e, *f), two(*g, *h))
    else {
        return false;
    };
    let year = u16::from(century) * 100 + u16::from(year);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    year > 0 && (1..=days).contains(&day)
}

/// `YYYY` or `YYYY-MM`.
pub(super) fn is_plain_month_or_year(text: &str) -> bool {
    match text.as_bytes() {
        [a, b, c, d] => two(*a, *b)
            .zip(two(*c, *d))
            .is_some_and(|year| year != (0, 0)),
        [year @ .., b'-', e, f] if year.len() == 4 => {
            two(*e, *f).is_some_and(|month| (1..=12).contains(&month))
                && is_plain_month_or_year(&text[..4])
        }
        _ => false,
    }
}

/// `hh:mm:ss`; a leap second is left to the full parse.
pub(super) fn is_plain_clock(bytes: &[u8]) -> bool {
    let [a, b, b':', c, d, b':', e, f] = bytes else {
        return false;
    };
    two(*a, *b).is_some_and(|hour| hour < 24)
        && two(*c, *d).is_some_and(|minute| minute < 60)
        && two(*e, *f).is_some_and(|second| second < 60)
}

fn two(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}
