//! Every file of the corpus goes through its target, on every machine and without a fuzzer.

use std::fs;
use std::path::{Path, PathBuf};

use fuzz_entries::TARGETS;

fn files(folder: &Path) -> Vec<PathBuf> {
    let listing =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = listing
        .map(|entry| entry.expect("the folder can be listed").path())
        .collect();
    files.sort();
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn replay(name: &str) {
    let (_, target) = TARGETS
        .iter()
        .find(|(target, _)| *target == name)
        .expect("a target");
    let files = files(&root().join("corpus").join(name));
    assert!(files.len() >= 10, "the corpus of {name} is gone");
    for file in files {
        let data = fs::read(&file).expect("the seed can be read");
        let outcome = std::panic::catch_unwind(|| target(&data));
        assert!(outcome.is_ok(), "{} is a finding", file.display());
    }
}

macro_rules! replay {
    ($($name:ident)*) => {
        $( #[test] fn $name() { replay(stringify!($name)); } )*

        #[test]
        fn every_target_is_replayed_and_every_target_is_a_program() {
            let replayed = [$( stringify!($name) ),*];
            for (name, _) in TARGETS {
                assert!(replayed.contains(&name), "{name} is not replayed");
            }
            assert_eq!(replayed.len(), TARGETS.len());
            let programs: Vec<_> = files(&root().join("fuzz_targets"))
                .iter()
                .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
                .collect();
            assert_eq!(programs, TARGETS.map(|(name, _)| name));
            let folders: Vec<_> = files(&root().join("corpus"))
                .iter()
                .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
                .collect();
            assert_eq!(folders, TARGETS.map(|(name, _)| name));
        }
    };
}

replay! {
    alarm_codes climax_bursts climax_events climax_f1 climax_layout climax_layout_receiver
    climax_panel climax_panel_web contact_id contact_id_station dc09 dc09_station destination
    espa444_block espa444_caller espa444_capture espa444_codec espa444_line espa444_matching
    espa444_receiver espa444_tap espa444_text fhir_answer fhir_codes fhir_delivery fhir_read fhir_repair fhir_text
    fhir_time fhir_token fhir_write national_identity_number scaip_call scaip_digest
    scaip_duplicates
    scaip_https scaip_receiver scaip_registrar scaip_request scaip_response scaip_sender
    scaip_supervision sensio_answer sensio_correlator sensio_event sensio_provisioning
    sensio_queue sensio_server sensio_status sensio_token sensio_vocabulary sensio_webhook
    sip_datagram sip_stream sip_transactions
}

#[test]
fn the_seeds_stay_small() {
    let bytes: u64 = TARGETS
        .iter()
        .flat_map(|(name, _)| files(&root().join("corpus").join(name)))
        .map(|file| file.metadata().expect("a file").len())
        .sum();
    assert!(bytes < 300_000, "{bytes} bytes of seeds");
}
