//! The comparison is fair only if everybody reads the same.

use benches::espa::captures;
use benches::espa::machines::{
    Plain, crate_blocks, crate_blocks_unopened, crate_items, plain, tight,
};
use benches::rivals::{bare_event_loop, with_a_tree, with_serde, write_with_serde};
use benches::samples::ALL;
use benches::sip::{EndpointRound, ReceiverRound};
use benches::{codes, samples};
use scaip::{DecodeOptions, EncodeOptions, decode_request, encode_request};

#[test]
fn the_rivals_read_what_the_codec_reads() {
    for sample in ALL {
        let decoded = decode_request(sample.body.as_bytes(), &DecodeOptions::lenient()).unwrap();
        assert_eq!(decoded.warnings(), []);
        let ours = decoded.message();
        let theirs = with_serde(sample.body);
        assert_eq!(theirs.reference.0, ours.reference.as_str());
        assert_eq!(theirs.cid.0, ours.controller_id.as_str());
        assert_eq!(u32::from(theirs.dty), ours.device_type.number());
        let did = theirs.did.as_ref().map(|text| &*text.0);
        assert_eq!(did, ours.device_id.as_ref().map(|id| id.as_str()));
        let dte = theirs.dte.as_ref().map(|text| &*text.0);
        assert_eq!(dte, ours.device_text.as_ref().map(|text| text.as_str()));
        let geo = theirs
            .lge
            .as_ref()
            .and_then(|location| location.geo.as_ref());
        let here = ours.geographic_location.as_ref();
        let position = here.and_then(|location| location.position.as_ref());
        assert_eq!(geo.map(|text| &*text.0), position.map(|text| text.as_str()));
        assert_eq!(
            theirs.stc.map(u32::from),
            ours.status_code.map(|code| code.number())
        );
        with_a_tree(sample.body, |tree| assert_eq!(*tree, theirs));
        assert!(bare_event_loop(sample.body) > 10);
    }
}

#[test]
fn the_rivals_write_what_the_codec_writes() {
    for sample in ALL.into_iter().filter(|sample| sample.clean) {
        let decoded = decode_request(sample.body.as_bytes(), &DecodeOptions::lenient()).unwrap();
        let newer = EncodeOptions::new().with_edition(scaip::Edition::ClcTs50134);
        let mut ours = Vec::new();
        encode_request(decoded.message(), &newer, &mut ours).unwrap();
        assert_eq!(ours, sample.body.as_bytes());
        let mut theirs = String::new();
        write_with_serde(&with_serde(sample.body), &mut theirs);
        // A number of serde has no width.
        assert_eq!(with_serde(&theirs), with_serde(sample.body));
    }
}

#[test]
fn texts_borrow_with_serde_too() {
    let request = with_serde(samples::FULL.body);
    assert!(matches!(request.reference.0, std::borrow::Cow::Borrowed(_)));
    let text = request.ite.expect("a text").0;
    assert!(matches!(text, std::borrow::Cow::Borrowed(_)));
}

#[test]
fn the_codec_costs_no_heap_for_clean_messages() {
    let newer = EncodeOptions::new().with_edition(scaip::Edition::ClcTs50134);
    let mut out = Vec::with_capacity(4096);
    for sample in ALL.into_iter().filter(|sample| sample.clean) {
        let cost = allocation_counter::measure(|| {
            let decoded = decode_request(sample.body.as_bytes(), &DecodeOptions::lenient());
            let decoded = decoded.unwrap();
            out.clear();
            encode_request(decoded.message(), &newer, &mut out).unwrap();
        });
        assert_eq!(cost.count_total, 0, "{}", sample.name);
        let serde = allocation_counter::measure(|| {
            let _ = std::hint::black_box(with_serde(sample.body));
        });
        assert!(serde.count_total > 0, "the counter counts");
    }
}

#[test]
fn the_rounds_go_round() {
    let mut endpoint = EndpointRound::new(samples::ALARM.body);
    let mut receiver = ReceiverRound::new(samples::ALARM.body);
    for _ in 0..10 {
        assert!(endpoint.run().starts_with(b"SIP/2.0 200 OK\r\n"));
        assert!(receiver.run().ends_with(b"<snu>0</snu></mrs>"));
    }
}

#[test]
fn the_walk_finds_what_the_index_finds() {
    for (name, code) in codes::samples() {
        let system = code.system();
        let profile = system.base_profile();
        let quick = alarm_codes::kind_of(profile, &code);
        let slow = codes::walk(system, profile, &code);
        match slow {
            Some(row) => assert_eq!(row.kind(), quick.kind(), "{name}"),
            None => assert_eq!(quick.kind(), alarm_codes::Kind::Unmapped, "{name}"),
        }
    }
}

#[test]
fn every_reader_of_a_capture_sees_the_same_and_the_crate_without_the_heap() {
    let options = espa444::DecodeOptions::lenient();
    for capture in captures::all() {
        let bytes = capture.bytes.as_slice();
        let mut everything = Plain::<true>::default();
        let mut blocks = Plain::<false>::default();
        let seen = plain(bytes, &mut everything);
        assert!(seen.blocks > 300 && seen.polls >= seen.blocks, "{seen:?}");
        assert_eq!(plain(bytes, &mut blocks), seen.of_blocks());
        assert_eq!(tight(bytes), seen, "{}", capture.name);
        let cost = allocation_counter::measure(|| {
            assert_eq!(crate_items(bytes, &options), seen, "{}", capture.name);
            assert_eq!(crate_blocks(bytes, &options), seen.of_blocks());
            assert_eq!(crate_blocks_unopened(bytes, &options), seen.blocks);
        });
        assert_eq!(cost.count_total, 0, "{}", capture.name);
    }
}

#[test]
fn single_espa_blocks_are_read_and_written_without_the_heap() {
    let mut out = Vec::with_capacity(512);
    for (name, bytes) in captures::blocks() {
        let cost = allocation_counter::measure(|| {
            let decoded = espa444::decode(&bytes, &espa444::DecodeOptions::strict()).unwrap();
            out.clear();
            let options = espa444::EncodeOptions::new();
            espa444::encode(&decoded.block(), &options, &mut out).unwrap();
        });
        assert_eq!(out, bytes, "{name}");
        assert_eq!(cost.count_total, 0, "{name}");
    }
}
