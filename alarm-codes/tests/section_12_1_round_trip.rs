//! Taxonomy reference section 12, line 1: what is encoded decodes to the same kind, and a lossy row
//! records its loss.

use alarm_codes::{Code, Direction, Encoding, Kind, Phase, Relation, codes_of, kind_of, rows};

#[test]
fn every_row_that_goes_both_ways_comes_back_as_the_same_kind_under_its_profile() {
    let mut checked = 0;
    for row in rows().filter(|row| row.direction() == Direction::Both) {
        let code = row
            .code(row.phase())
            .unwrap_or_else(|| panic!("{row:?} has no code"));
        let back = kind_of(row.profile(), &code);
        assert_eq!(back.kind(), row.kind(), "{row:?}");
        assert_eq!(back.phase(), row.phase(), "{row:?}");
        assert_eq!(back.profile(), row.profile(), "{row:?}");
        checked += 1;
    }
    // So many rows of the data file have direction both; see data/README.md for the corrected ones.
    assert_eq!(checked, 430);
}

#[test]
fn every_code_that_is_offered_decodes_to_the_kind_or_is_marked_as_encode_only() {
    for &kind in Kind::ALL {
        for &system in alarm_codes::System::ALL {
            for &profile in alarm_codes::Profile::ALL {
                for mapping in codes_of(kind, system, profile).codes() {
                    assert_eq!(mapping.kind(), kind);
                    assert_eq!(mapping.system(), system);
                    assert_ne!(mapping.direction(), Direction::Decode);
                    let code = mapping
                        .code(mapping.phase())
                        .expect("an offered row has a code");
                    let back = kind_of(profile, &code).kind();
                    if mapping.direction() == Direction::Both {
                        assert_eq!(back, kind, "{mapping:?} asked for {profile}");
                    } else {
                        assert_ne!(back, kind, "{mapping:?} asked for {profile}");
                    }
                }
            }
        }
    }
}

#[test]
fn rows_that_are_not_equal_record_a_loss_and_equal_rows_record_none() {
    for row in rows() {
        match row.loss() {
            None => assert_eq!(row.relation(), Relation::Equal, "{row:?}"),
            Some(loss) => {
                assert_ne!(loss.relation, Relation::Equal, "{row:?}");
                assert_eq!(loss.relation, row.relation());
                assert_eq!(loss.note, row.note());
            }
        }
    }
}

#[test]
fn the_best_code_comes_first() {
    for &kind in Kind::ALL {
        for &system in alarm_codes::System::ALL {
            for &profile in alarm_codes::Profile::ALL {
                let all: Vec<_> = codes_of(kind, system, profile).codes().collect();
                for pair in all.windows(2) {
                    let lossy = |i: usize| pair[i].loss().is_some();
                    assert!(!lossy(0) || lossy(1), "equal before lossy: {pair:?}");
                    if pair[0].relation() == pair[1].relation() {
                        assert!(
                            !pair[0].uncertain() || pair[1].uncertain(),
                            "certain before uncertain: {pair:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_system_without_a_code_is_told_apart_from_a_table_without_a_row() {
    use alarm_codes::{Profile, System};
    let Encoding::NoCode(row) =
        codes_of(Kind::AssistanceCall, System::ContactId, Profile::Standard)
    else {
        panic!("the list says that there is no code");
    };
    assert!(row.note().contains("Fallback 101"));
    assert_eq!(row.code(Phase::Start), None);
    assert!(row.loss().is_some());
    assert!(matches!(
        codes_of(Kind::SoundLevel, System::ContactId, Profile::Standard),
        Encoding::NoRow
    ));
    assert!(matches!(
        codes_of(Kind::Unmapped, System::Scaip, Profile::Standard),
        Encoding::NoRow
    ));
}

#[test]
fn the_text_of_every_code_reads_back_as_the_same_code() {
    for row in rows() {
        for phase in Phase::ALL {
            if let Some(code) = row.code(*phase) {
                let text = code.to_string();
                assert_eq!(Code::parse(code.system(), &text), Ok(code), "{text}");
            }
        }
    }
}

#[test]
fn ends_and_updates_that_a_row_can_say_come_back_as_ends_and_updates() {
    for row in rows().filter(|row| row.direction() == Direction::Both) {
        if row.kind() == Kind::Cancel {
            continue;
        }
        for phase in [Phase::Update, Phase::End] {
            if let Some(code) = row.code(phase) {
                let back = kind_of(row.profile(), &code);
                assert_eq!(back.phase(), phase, "{row:?}");
                match phase {
                    Phase::End => assert!(back.clears().contains(&row.kind()), "{row:?} {back:?}"),
                    _ => assert_eq!(back.kind(), row.kind(), "{row:?}"),
                }
            }
        }
    }
}
