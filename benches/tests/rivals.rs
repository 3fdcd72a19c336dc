//! The comparison is fair only if everybody reads the same.

use benches::calls::CallRound;
use benches::climax;
use benches::digest::{BareHashes, Kept, VerifyRound};
#[cfg(unix)]
use benches::espa::answer::{self, DecidedBy};
use benches::espa::captures;
use benches::espa::handing::{Handing, handing};
use benches::espa::machines::{
    Plain, crate_blocks, crate_blocks_owned, crate_blocks_unopened, crate_items, plain, tight,
};
use benches::espa::memory;
use benches::registrar::{PathRound, RegisterRound};
use benches::rivals::{bare_event_loop, with_a_tree, with_serde, write_with_serde};
use benches::samples::ALL;
use benches::sender::SenderRound;
use benches::sip::{EndpointRound, ReceiverRound};
use benches::supervision::{
    CONTROLLERS, Looks, MapRound, SupervisorRound, an_hour, names, supervisor,
};
use benches::{codes, samples};
use scaip::ControllerId;
use scaip::digest::Algorithm;
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
        let (_, without_declaration) = sample
            .body
            .split_once("?>\r\n")
            .unwrap_or(("", sample.body));
        assert_eq!(ours, without_declaration.as_bytes());
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
fn only_a_text_with_references_becomes_one_of_its_own() {
    let body = samples::REFERENCES.body;
    let cost = allocation_counter::measure(|| {
        let decoded = decode_request(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
        assert_eq!(
            decoded.message().device_id.as_ref().unwrap().as_str(),
            "5&19"
        );
    });
    assert_eq!(cost.count_total, 2, "did and dte");
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
fn the_rounds_of_the_roles_go_round() {
    for algorithm in [Algorithm::Sha256, Algorithm::Md5] {
        let bare = BareHashes::new(algorithm);
        assert_ne!(bare.md5(), bare.sha256());
        for kept in [Kept::Hash, Kept::Password] {
            let mut round = VerifyRound::new(algorithm, kept);
            // More than there are answers.
            for _ in 0..5_000 {
                round.run();
            }
        }
    }
    let mut sender = SenderRound::new();
    let mut register = RegisterRound::new();
    let mut calls = CallRound::new();
    for _ in 0..10 {
        sender.run();
        register.run();
        let paired = calls.by_user();
        calls.by_nobody();
        calls.renew();
        assert_ne!(calls.by_number(), paired);
        assert_ne!(calls.walk(), calls.map());
    }
    assert_eq!(register.len(), CONTROLLERS);
    let mut paths = PathRound::new();
    for _ in 0..CONTROLLERS {
        paths.map();
    }
    assert_eq!(paths.expire(), 0);
    let mut map = MapRound::new();
    map.update();
    assert_eq!(map.overdue(), 0);
}

#[test]
fn a_heartbeat_and_a_known_path_cost_no_heap() {
    let mut supervisor = SupervisorRound::new();
    let mut paths = PathRound::new();
    let mut map = MapRound::new();
    let cost = allocation_counter::measure(|| {
        for _ in 0..1_000 {
            supervisor.run();
            paths.run();
            map.update();
        }
    });
    assert_eq!(cost.count_total, 0);
    let inserts = allocation_counter::measure(|| map.insert());
    assert!(inserts.count_total > 0, "the counter counts");
}

#[test]
fn what_the_other_steps_cost_the_heap_is_known() {
    let mut verify = VerifyRound::new(Algorithm::Sha256, Kept::Hash);
    let mut sender = SenderRound::new();
    let mut calls = CallRound::new();
    let (mut register, mut warm) = (RegisterRound::new(), 0);
    while warm < 100 {
        verify.run();
        sender.run();
        warm += 1;
    }
    let count = |what: &str, most: u64, run: &mut dyn FnMut()| {
        let cost = allocation_counter::measure(|| (0..100).for_each(|_| run()));
        let each = cost.count_total / 100;
        println!("{what}: {each} allocations");
        assert!(each <= most, "{what}: {each}");
    };
    count("digest verify", 10, &mut || verify.run());
    count("register", 20, &mut || register.run());
    count("submit to accepted, both sides", 45, &mut || sender.run());
    count("incoming call", 12, &mut || {
        let _ = calls.by_user();
    });
}

#[test]
fn a_supervised_controller_costs_less_than_half_a_kilobyte() {
    let names = names();
    let now = std::time::Instant::now();
    let mut all = None;
    let cost = allocation_counter::measure(|| {
        let mut supervisor = supervisor(now);
        for name in &names {
            supervisor
                .sign_of_life(now, &ControllerId::new(&**name))
                .unwrap();
        }
        all = Some(supervisor);
    });
    let kept = cost.bytes_current / i64::try_from(CONTROLLERS).unwrap();
    let most = cost.bytes_max / u64::try_from(CONTROLLERS).unwrap();
    println!("{kept} bytes for each controller, {most} while growing");
    assert!((1..500).contains(&kept), "{kept}");
    assert_eq!(all.map(|all| all.len()), Some(CONTROLLERS));
}

#[test]
fn an_hour_of_heartbeats_finds_who_is_silent_and_nobody_else() {
    let told = an_hour(Looks::WhenTold);
    // Of 400 that fall silent, 134 are back within their allowance and 133 later.
    assert_eq!((told.lost, told.restored), (266, 133));
    assert_eq!(told.latest, std::time::Duration::ZERO);
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
        assert_eq!(handing(bytes, &mut Handing::default()), seen.of_blocks());
        assert_eq!(crate_blocks_owned(bytes, &options), seen.of_blocks());
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

#[test]
fn an_espa_link_takes_less_than_4_kb_of_which_the_heap_is_counted() {
    for (name, caller) in [("receiver", false), ("caller", true)] {
        let mut links = Vec::with_capacity(memory::LINKS);
        let cost = allocation_counter::measure(|| memory::fill(&mut links, caller));
        let heap = usize::try_from(cost.bytes_current).unwrap() / memory::LINKS;
        let all = heap + size_of::<espa444::Link>();
        println!("{name}: {all} bytes, {heap} of them on the heap");
        assert!((1_000..4_096).contains(&all), "{name}: {all}");
        assert_eq!(links.len(), memory::LINKS);
    }
}

#[cfg(unix)]
#[test]
fn a_receiver_on_a_terminal_answers_every_call() {
    for decided_by in [DecidedBy::Decider, DecidedBy::Handle] {
        let times = answer::receiver(decided_by, 5).unwrap();
        assert_eq!(times.len(), 5);
        assert!(times.is_sorted());
    }
    assert_eq!(answer::bare_terminal(5).unwrap().len(), 5);
}

#[test]
fn the_window_and_the_search_find_the_same_sync_words() {
    let noise = climax::noise();
    let bits = climax_rf::f1::Bits::of_bytes(&noise);
    let places = climax::window(bits, 2);
    assert_eq!(climax::counted(&noise, 2), places.len());
    let options = climax_rf::f1::SearchOptions::new();
    let mut search = climax_rf::f1::search(bits, &options);
    let found: Vec<_> = search.by_ref().map(|found| found.offset).collect();
    assert!(found.iter().all(|place| places.contains(place)));
    assert_eq!(found.len() as u64 + search.refused(), places.len() as u64);
    let frames = climax::frames();
    let frames = climax_rf::f1::Bits::of_bytes(&frames);
    let count = climax_rf::f1::search(frames, &options).count();
    assert_eq!(count, climax::NOISE / 21);
}

#[test]
fn reports_are_read_as_by_hand_and_without_the_heap() {
    let options = climax_rf::contact_id::DecodeOptions::lenient();
    for (name, bytes) in climax::BRACKETS {
        let cost = allocation_counter::measure(|| {
            assert!(climax::read_bracket(bytes, &options) > 0, "{name}");
        });
        assert_eq!(cost.count_total, 0, "{name}");
        let decoded = climax_rf::contact_id::decode_bracket(bytes, &options).unwrap();
        if let Some((account, code)) = climax::plain_bracket(bytes) {
            assert_eq!(decoded.report.account.as_str(), Some(&*account));
            assert_eq!(decoded.report.event.code.packed(), code);
        } else {
            assert!(!decoded.warnings.is_empty(), "{name}");
        }
    }
    let options = climax_rf::dc09::DecodeOptions::lenient();
    for (name, bytes) in climax::FRAMES {
        let decoded = climax_rf::dc09::decode(bytes, &options).unwrap();
        assert!(decoded.warnings.is_empty(), "{name}");
        let cost = allocation_counter::measure(|| {
            assert!(climax::read_frame(bytes, &options) > 0, "{name}");
        });
        assert_eq!(cost.count_total, 0, "{name}");
    }
}

#[test]
fn layouts_and_answers_of_panels_are_what_the_tables_say() {
    let layout = climax_rf::layout::Layout::parse(climax::LAYOUT).unwrap();
    let frame = climax::layout_frame();
    assert!(layout.decode_frame(&frame).unwrap().events().count() > 0);
    let limits = climax_rf::panel_web::Limits::default();
    let [new, old] = [climax::devices(), climax::devices_of_old()]
        .map(|text| climax_rf::panel_web::read_devices(text.as_bytes(), &limits).unwrap());
    assert_eq!((new.rows.len(), new.warnings.len()), (50, 0));
    assert_eq!(old.rows, new.rows);
    assert!(!old.warnings.is_empty());
}
