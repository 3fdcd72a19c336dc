//! The crosswalk and the JSON form of the event.

use alarm_codes::{Code, Event, Kind, Profile, System, codes_of, kind_of, kind_of_text};

/// Takes a text for a code of every system, and for an event in JSON.
pub fn alarm_codes(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        for &system in System::ALL {
            code(system, text);
        }
    }
    if let Ok(event) = serde_json::from_slice::<Event>(data) {
        let json = serde_json::to_vec(&event).expect("an event is JSON");
        let back: Event = serde_json::from_slice(&json).expect("what was written is read");
        assert_eq!(back, event);
        let again = serde_json::to_vec(&back).expect("an event is JSON");
        assert_eq!(again, json, "the JSON form is stable");
    }
}

fn code(system: System, text: &str) {
    let parsed = Code::parse(system, text);
    for &profile in Profile::ALL {
        let by_text = kind_of_text(system, profile, text);
        let code = match &parsed {
            Ok(code) => code,
            Err(error) => {
                assert_eq!(by_text.expect_err("no code, no kind"), *error);
                let _ = error.to_string();
                continue;
            }
        };
        assert_eq!(code.system(), system);
        let mapping = by_text.expect("a well-formed code has a kind");
        assert_eq!(mapping.kind(), kind_of(profile, code).kind());
        let _ = (mapping.loss(), mapping.note(), mapping.pattern());
        assert!(!mapping.clears().contains(&Kind::Unmapped));
        if let Some(written) = mapping.code(mapping.phase()) {
            assert_eq!(written.system(), mapping.system());
        }
        let _ = codes_of(mapping.kind(), system, profile).best();
    }
    if let Ok(code) = parsed {
        let written = code.to_string();
        let again = Code::parse(system, &written).expect("a code that was printed can be read");
        assert_eq!(again, code);
    }
}
