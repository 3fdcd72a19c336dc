//! Digest and registration against the program itself (SCAIP reference 5.5 and 5.7, 15 line 40).
#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use program::{Program, Unit};

const DIGEST: &str = "[scaip.digest]\n\
    listeners = [\"udp\", \"tcp\"]\n\
    realm = \"arc.example.net\"\n";

fn account(name: &str, kind: &str, secrets: &str) -> String {
    format!("[[scaip.digest.accounts]]\nname = {name:?}\nkind = {kind:?}\nsecrets = [{secrets}]\n")
}

#[test]
fn credentials_are_asked_for_and_checked_over_udp_and_tcp() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = [
        DIGEST.to_owned(),
        account(
            "40211870",
            "controller",
            "{ password = \"old\" }, { password = \"new\" }",
        ),
        account("gateway7", "gateway", "{ password = \"of many\" }"),
    ]
    .concat();
    let program = Program::start(directory.path(), "", &tables);
    let (udp, tcp) = (program.addresses["udp"], program.addresses["tcp"]);
    for (number, to) in [(1, udp), (2, tcp)] {
        let unit = |controller: &str| {
            if to == tcp {
                Unit::tcp(to, controller)
            } else {
                Unit::udp(to, controller)
            }
        };
        // Nobody in particular.
        let told = unit("40211870").message("a", "");
        assert_eq!((told.status, told.asked), (401, 0));
        // Both passwords of a rotation.
        for (password, reference) in [("old", "b"), ("new", "c")] {
            let mut unit = unit("40211870").with_password("40211870", password);
            let told = unit.message(&format!("{reference}{number}"), "");
            assert_eq!((told.status, told.asked), (200, 1), "{password}");
            assert!(told.mrs.contains("<snu>0</snu>"), "{}", told.mrs);
            // The next one answers without being asked.
            let told = unit.message(&format!("{reference}{number}x"), "");
            assert_eq!((told.status, told.asked), (200, 0), "{password}");
        }
        let mut wrong = unit("40211870").with_password("40211870", "guess");
        assert_eq!(wrong.message("d", "").status, 403);
        // Speaks for another unit.
        let mut foreign = unit("40211871").with_password("40211870", "old");
        assert_eq!(foreign.message("e", "").status, 403);
        let mut gateway = unit("40211871").with_password("gateway7", "of many");
        assert_eq!(gateway.message(&format!("f{number}"), "").status, 200);
        assert_eq!(unit("40211870").request("OPTIONS", "", "").status, 200);
    }
    assert!(program.metric("alarm_scaip_challenges_total{stale=\"false\"}") >= 10.0);
    program.wait_until("refusals are counted", |program| {
        program.metric("alarm_scaip_refused_total{reason=\"credentials\"}") == 2.0
            && program.metric("alarm_scaip_refused_total{reason=\"foreign-controller\"}") == 2.0
    });
    // As whom it came is kept, what proves it is not.
    let alarms = program.alarms("manual_alarm");
    let stored = program.json("/api/alarms?after=0&limit=1000");
    let accepted: Vec<_> = stored["alarms"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|alarm| alarm["verdict"] == "accepted")
        .collect();
    assert_eq!(accepted.len(), 10, "{alarms:?}");
    let id = accepted[0]["id"].as_str().expect("an id");
    let detail = program.json(&format!("/api/alarms/{id}"));
    let peer = detail["transport"]["peer"].as_str().expect("a peer");
    assert!(peer.ends_with("account \"40211870\""), "{peer}");
    let raw = detail["raw"]["text"].as_str().expect("text");
    assert!(raw.contains("response=\"xxxx"), "{raw}");
    program.stop();
}

#[test]
fn a_new_password_in_a_file_is_good_without_a_restart_and_the_old_one_for_as_long_as_it_stands_there()
 {
    let directory = tempfile::tempdir().expect("a directory");
    let passwords = directory.path().join("passwords");
    std::fs::write(&passwords, "old\n").expect("written");
    let from_file = account(
        "40211870",
        "controller",
        &format!("{{ file = {passwords:?} }}"),
    );
    let program = Program::start(directory.path(), "", &[DIGEST, &from_file].concat());
    let udp = program.addresses["udp"];
    let status = |password: &str| {
        let mut unit = Unit::udp(udp, "40211870").with_password("40211870", password);
        unit.heartbeat("h").status
    };
    assert_eq!((status("old"), status("new")), (200, 403));
    std::fs::write(&passwords, "old\nnew\n").expect("written");
    program.wait_until("both are good", |_| status("new") == 200);
    assert_eq!(status("old"), 200);
    // Half a change: the old ones stay.
    std::fs::write(&passwords, "\n").expect("written");
    program.wait_until("it is said", |program| {
        program.log().contains("cannot be used, the old ones stay")
    });
    assert_eq!((status("old"), status("new")), (200, 200));
    std::fs::write(&passwords, "new\n").expect("written");
    program.wait_until("the old one is over", |_| status("old") == 403);
    assert_eq!(status("new"), 200);
    program.stop();
}

#[test]
fn a_hash_serves_as_well_as_the_password() {
    use scaip::digest::{Algorithm, HashedSecret, Password};
    let right = HashedSecret::of(
        Algorithm::Md5,
        "40211870",
        "arc.example.net",
        &Password::new("pendant"),
    );
    let digits = md5_of("40211870:arc.example.net:pendant");
    assert_eq!(
        HashedSecret::from_hexadecimal(Algorithm::Md5, &digits),
        Some(right)
    );

    let directory = tempfile::tempdir().expect("a directory");
    let tables = [
        DIGEST,
        "algorithms = [\"MD5\"]\n",
        &account("40211870", "controller", &format!("{{ md5 = {digits:?} }}")),
    ]
    .concat();
    let program = Program::start(directory.path(), "", &tables);
    let mut unit =
        Unit::udp(program.addresses["udp"], "40211870").with_password("40211870", "pendant");
    assert_eq!(unit.heartbeat("h").status, 200);
    program.stop();
}

/// By the system's own program, so that it is not this crate's word alone.
fn md5_of(text: &str) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut program = Command::new("md5sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("md5sum");
    let mut input = program.stdin.take().expect("piped");
    input.write_all(text.as_bytes()).expect("written");
    drop(input);
    let output = program.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&output.stdout[..32]).into_owned()
}

#[test]
fn units_register_renew_and_leave_and_each_time_counts_as_a_sign_of_life() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = [
        DIGEST,
        &account("40211870", "controller", "{ password = \"pendant\" }"),
        "[scaip.registration]\nenabled = true\n\
         [scaip.supervision]\nenabled = true\ninterval = \"60s\"\n",
    ]
    .concat();
    let program = Program::start(directory.path(), "", &tables);
    let udp = program.addresses["udp"];
    assert_eq!(Unit::udp(udp, "40211870").register(600).status, 401);
    let mut unit = Unit::udp(udp, "40211870").with_password("40211870", "pendant");
    let device = || program.json("/api/devices")["devices"][0].clone();
    assert_eq!(unit.register(600).status, 200);
    program.wait_until("it is registered", |_| device()["path"] == "registered");
    assert_eq!(device()["controller"], "40211870");
    assert_eq!(device()["presence"], "present");
    assert_eq!(device()["interval_seconds"], 60.0);
    assert_eq!(unit.heartbeat("h1").status, 200);
    program.wait_until("it was heard over UDP", |_| device()["path"] == "udp");
    assert_eq!(unit.register(1).status, 423, "too brief");
    assert_eq!(unit.register(600).status, 200);
    assert_eq!(unit.register(0).status, 200);
    let mut foreign = Unit::udp(udp, "40211871").with_password("40211870", "pendant");
    assert_eq!(foreign.register(600).status, 403);
    program.wait_until("they are counted", |program| {
        let text = program.get("/metrics");
        let counted = text
            .lines()
            .filter(|line| line.starts_with("alarm_scaip_registrations_total{"))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        counted.sum::<f64>() == 3.0
    });
    program.stop();
}
