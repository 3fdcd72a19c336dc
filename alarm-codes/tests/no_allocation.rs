//! Looking codes up does not touch the heap.

use std::hint::black_box;

use alarm_codes::{
    Code, Kind, Phase, Profile, ScaipCode, ScaipMessageType, System, codes_of, kind_of,
    kind_of_text, rows,
};
use allocation_counter::measure;

#[test]
fn the_counter_counts() {
    let info = measure(|| {
        black_box(Vec::<u8>::with_capacity(black_box(100)));
    });
    assert_eq!(info.count_total, 1);
}

#[test]
fn decoding_every_known_code_in_every_profile_allocates_nothing() {
    let info = measure(|| {
        for row in rows() {
            for phase in Phase::ALL {
                let Some(code) = row.code(*phase) else {
                    continue;
                };
                for profile in Profile::ALL {
                    black_box(kind_of(*profile, &code));
                }
            }
        }
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn decoding_unknown_codes_and_texts_allocates_nothing() {
    let info = measure(|| {
        for number in 0..2_000 {
            for message_type in [ScaipMessageType::Message, ScaipMessageType::Reset] {
                let code = ScaipCode::pair(number, 9).with_message_type(message_type);
                black_box(kind_of(Profile::Standard, &Code::Scaip(code)));
            }
        }
        for (system, text) in [
            (System::Scaip, "mty=ME;dty=0004;stc=0010;lco=019;cha=1"),
            (System::ContactId, "3:101"),
            (System::VkpAlert, "4.13"),
            (System::SafemateText, " User Alarm "),
            (System::Ieee11073, "device=FALL(1);event=Fall detected"),
            (System::Ttnew, "unknown"),
        ] {
            black_box(kind_of_text(system, Profile::Standard, text).is_ok());
        }
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn encoding_every_kind_allocates_nothing() {
    let info = measure(|| {
        for &kind in Kind::ALL {
            for &system in System::ALL {
                for &profile in Profile::ALL {
                    for mapping in codes_of(kind, system, profile).codes() {
                        black_box((mapping.loss(), mapping.code(Phase::Start)));
                    }
                }
            }
        }
    });
    assert_eq!(info.count_total, 0);
}
