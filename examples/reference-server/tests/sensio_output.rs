//! Alarms go on to a Sensio server, and its webhooks close them.

mod support {
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::time::Duration;

use sensio_partner::server::faults::{Fault, Scope};
use serde_json::Value;
use support::program::Program;
use support::web::{Double, Partner, inputs, webhook};

const DEVICE: &str = "SN-004711";

/// A program with the inputs, and an output to the double.
fn start(directory: &std::path::Path, double: &Double, more: &str) -> Program {
    let tables = inputs(directory) + &double.table(directory, more);
    Program::start(directory, "", &tables)
}

fn partner(program: &Program) -> Partner {
    Partner::new(program.addresses["web_http"]).expect("it is up")
}

fn delivery(program: &Program) -> Value {
    program.json("/api/deliveries")["outputs"][0].clone()
}

#[test]
fn an_alarm_and_its_end_arrive_in_order_through_every_fault() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&[DEVICE]);
    double.faults.once(Scope::Token, Fault::answer(503));
    for fault in [
        Fault::answer(503),
        Fault::CutAfterBody,
        Fault::ForgetTokens,
        Fault::CutBeforeBody,
        Fault::KeptButAnswer { status: 502 },
    ] {
        double.faults.once(Scope::Events, fault);
    }
    let program = start(directory.path(), &double, "");
    let partner = partner(&program);
    let fall = r#"{"externalEventId":"e1","description":"a synthetic text"}"#;
    assert_eq!(partner.event("POST", DEVICE, 906, fall), Some(200));
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    program.wait_until("both are delivered", |program| {
        delivery(program)["delivered"] == 2 && delivery(program)["waiting"] == 0
    });
    assert_eq!(double.faults.left(), 0);
    let methods = double.methods(DEVICE);
    let posts = methods
        .iter()
        .take_while(|method| **method == "POST")
        .count();
    assert!(posts >= 1 && methods.len() > posts, "{methods:?}");
    assert!(
        methods[posts..].iter().all(|method| *method == "DELETE"),
        "{methods:?}"
    );
    // The id is that of the alarm here.
    let alarm = &program.alarms("fall")[0];
    let sent = double.events()[0].3.clone();
    assert_eq!(sent.as_deref(), alarm["id"].as_str());
    assert_eq!(double.backend.active_count(), 0);
}

#[test]
fn what_is_refused_for_good_is_shown_and_holds_up_nobody_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&[DEVICE]);
    let program = start(directory.path(), &double, "");
    let partner = partner(&program);
    assert_eq!(partner.event("POST", "SN-unknown", 906, "{}"), Some(200));
    assert_eq!(partner.event("POST", DEVICE, 906, "{}"), Some(200));
    program.wait_until("one is dead and one is delivered", |program| {
        let delivery = delivery(program);
        delivery["dead"] == 1 && delivery["delivered"] == 1
    });
    let letter = &delivery(&program)["dead_letters"][0];
    assert_eq!(letter["device"], "SN-unknown");
    assert_eq!(
        (&letter["code"], &letter["method"]),
        (&"906".into(), &"POST".into())
    );
    assert_eq!(letter["reason"], "the device is not registered");
    assert!((program.metric("alarm_sensio_dead_letters") - 1.0).abs() < f64::EPSILON);
    assert_eq!(program.json("/healthz")["outputs"][0]["status"], "running");
}

#[test]
fn a_refused_call_is_sent_again_when_an_operator_says_so_and_given_up_when_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&[DEVICE]);
    for _ in 0..2 {
        double.faults.once(Scope::Events, Fault::answer(404));
    }
    let program = start(directory.path(), &double, "");
    let partner = partner(&program);
    for code in [906, 910] {
        assert_eq!(partner.event("POST", DEVICE, code, "{}"), Some(200));
    }
    program.wait_until("both are dead", |program| delivery(program)["dead"] == 2);
    let letters = delivery(&program)["dead_letters"].clone();
    let path = |index: usize, action: &str| {
        let id = letters[index]["id"].as_u64().expect("an id");
        format!("/api/deliveries/sensio/{id}/{action}")
    };
    let page = program.json("/api/deliveries/sensio/dead_letters");
    let ids = page["dead_letters"].as_array().expect("a list").iter();
    let mut ids: Vec<_> = ids.map(|letter| letter["id"].as_u64()).collect();
    assert_eq!((ids.len(), ids[1]), (2, page["next"].as_u64()));
    let first = ids.remove(0).expect("an id");
    let page = program.json(&format!(
        "/api/deliveries/sensio/dead_letters?after={first}"
    ));
    assert_eq!(page["dead_letters"].as_array().map(Vec::len), Some(1));
    let (status, problem) = program.post(&path(0, "retry"), r#"{"as_post":true}"#);
    assert_eq!(status, 409, "{problem}");
    // Nobody answers for a while: it is under way, and asked for again it is not refused.
    double
        .faults
        .always(Scope::Any, Fault::Slow(Duration::from_secs(3)));
    let (status, done) = program.post(&path(0, "retry"), "{}");
    assert_eq!((status, &done["done"]), (200, &"retry".into()), "{done}");
    assert_eq!(program.post(&path(0, "retry"), "{}").0, 409);
    double.faults.clear();
    let (status, done) = program.post(&path(1, "discard"), "{}");
    assert_eq!((status, &done["output"]), (200, &"sensio".into()), "{done}");
    program.wait_until("it is delivered", |program| {
        let delivery = delivery(program);
        delivery["delivered"] == 1 && delivery["dead"] == 0
    });
    let code = letters[0]["code"].as_str().map(str::parse::<u32>);
    let sent: Vec<u32> = double.events().iter().map(|event| event.2).collect();
    assert_eq!(
        sent.iter().filter(|sent| Some(Ok(**sent)) == code).count(),
        1,
        "{sent:?}"
    );
    for action in ["retry", "discard"] {
        assert_eq!(program.post(&path(1, action), "").0, 404);
    }
    assert_eq!(program.post("/api/deliveries/fhir/1/retry", "").0, 404);
    let series = "alarm_delivery_orders_total{output=\"sensio\",action=\"retry\",result=\"done\"}";
    assert!((program.metric(series) - 1.0).abs() < f64::EPSILON);
}

#[test]
fn what_is_overtaken_is_not_sent_again_and_stays_discarded_after_a_crash() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&[DEVICE]);
    double.faults.once(Scope::Events, Fault::answer(404));
    let program = start(directory.path(), &double, "");
    let partner = partner(&program);
    assert_eq!(partner.event("POST", DEVICE, 906, "{}"), Some(200));
    program.wait_until("it is dead", |program| delivery(program)["dead"] == 1);
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    program.wait_until("it is overtaken", |program| {
        delivery(program)["dead_letters"][0]["superseded"] == true
    });
    let id = delivery(&program)["dead_letters"][0]["id"].clone();
    let (status, problem) = program.post(&format!("/api/deliveries/sensio/{id}/retry"), "");
    assert_eq!(status, 409);
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|text| text.contains("discard"))
    );
    let path = format!("/api/deliveries/sensio/{id}/discard");
    assert_eq!(program.post(&path, "").0, 200);
    program.kill();
    let program = start(directory.path(), &double, "");
    program.wait_until("it is looked at", |program| {
        delivery(program)["in_flight"] == 0
    });
    assert_eq!(delivery(&program)["dead"], 0);
    assert_eq!(program.post(&path, "").0, 404);
}

#[test]
fn devices_classes_and_kinds_are_chosen_by_the_configuration() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&["SN-MAPPED"]);
    let more = "unlisted = \"skip\"\nwithout_kinds = [\"water_leak\"]\nheartbeats = true\n\
                [[outputs.sensio.device]]\ncontroller = \"40211870\"\nidentifier = \"SN-MAPPED\"\n\
                type = \"fall sensor\"\n";
    let program = start(directory.path(), &double, more);
    let partner = partner(&program);
    for (device, code) in [("40211871", 906), ("40211870", 910), ("40211870", 906)] {
        assert_eq!(partner.event("POST", device, code, "{}"), Some(200));
    }
    assert_eq!(
        partner.statuses(r#"[{"deviceIdentifier":"40211870"}]"#),
        Some(200)
    );
    let device = sensio_partner::DeviceIdentifier::new("SN-MAPPED").expect("valid");
    program.wait_until("the one is there, and the status", |_| {
        !double.events().is_empty() && double.backend.status(&device).is_some()
    });
    let sent: Vec<_> = double.events();
    assert_eq!((sent.len(), &*sent[0].1, sent[0].2), (1, "SN-MAPPED", 906));
}

#[test]
fn a_server_that_is_away_delays_no_input_and_gets_everything_later() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&[DEVICE]);
    double
        .faults
        .always(Scope::Any, Fault::Slow(Duration::from_secs(5)));
    let program = start(directory.path(), &double, "");
    let partner = partner(&program);
    let began = std::time::Instant::now();
    for number in 0..20 {
        let body = format!("{{\"externalEventId\":\"e{number}\"}}");
        assert_eq!(partner.event("POST", DEVICE, 906, &body), Some(200));
    }
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(double.events().len(), 0);
    double.faults.clear();
    program.wait_until("all are delivered", |program| {
        delivery(program)["delivered"] == 20
    });
}

/// Raises a fall and waits for it to arrive; gives its id.
fn raised(program: &Program, double: &Double) -> String {
    let before = program.alarms("fall").len();
    assert_eq!(partner(program).event("POST", DEVICE, 906, "{}"), Some(200));
    let alarm = program.alarms("fall")[before].clone();
    let id = alarm["id"].as_str().expect("an id").to_owned();
    program.wait_until("it arrives", |_| {
        double
            .events()
            .iter()
            .any(|(.., sent)| sent.as_deref() == Some(&*id))
    });
    id
}

fn body(id: &str, more: &str) -> String {
    format!(r#"{{"DeviceIdentifier":"{DEVICE}","EventType":906,"ExternalEventId":"{id}"{more}}}"#)
}

#[test]
fn a_command_closes_the_alarm_and_its_delete_goes_out_once_whatever_echoes() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&[DEVICE]);
    let program = start(directory.path(), &double, "");
    let web = program.addresses["web_http"];
    let id = raised(&program, &double);
    for _ in 0..3 {
        assert_eq!(webhook(web, "RequestDeactivateEvent", &body(&id, "")), 200);
    }
    program.wait_until("the DELETE arrives", |_| {
        double.methods(DEVICE).contains(&"DELETE")
    });
    let echo = body(&id, r#","IsActive":false"#);
    assert_eq!(webhook(web, "EventStateChanged", &echo), 200);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(double.methods(DEVICE), ["POST", "DELETE"]);
    // It is closed here: an end that names it, and a note.
    let ends = program.alarms("cancel");
    assert_eq!(ends.len(), 1);
    assert_eq!(ends[0]["protocol"], "sensio-webhook");
    assert_eq!(
        ends[0]["event"]["correlation"]["clears"]["event"],
        id.as_str()
    );
    assert_eq!(ends[0]["event"]["handling"], "closed");
    program.wait_until("it is noted", |program| {
        let notes = program.json(&format!("/api/alarms/{id}"))["notes"].clone();
        notes[0]["text"] == "closed by Sensio, RequestDeactivateEvent"
    });
    // A newer one stays.
    let newer = raised(&program, &double);
    assert_eq!(webhook(web, "RequestDeactivateEvent", &body(&id, "")), 200);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(program.alarms("cancel").len(), 1);
    assert_eq!(
        webhook(web, "RequestDeactivateEvent", &body(&newer, "")),
        200
    );
    program.wait_until("the second DELETE arrives", |_| {
        double.methods(DEVICE).len() == 4
    });
}

#[test]
fn what_sensio_closed_itself_is_closed_here_without_a_delete_also_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&[DEVICE]);
    let program = start(directory.path(), &double, "");
    let id = raised(&program, &double);
    program.kill();
    let program = start(directory.path(), &double, "");
    let web = program.addresses["web_http"];
    let changed = body(&id, r#","IsActive":false"#);
    assert_eq!(webhook(web, "EventStateChanged", &changed), 200);
    assert_eq!(program.alarms("cancel").len(), 1);
    // Its own end comes later, and there is nothing left to delete.
    assert_eq!(
        partner(&program).event("DELETE", DEVICE, 906, ""),
        Some(200)
    );
    program.wait_until("the end is taken over", |program| {
        delivery(program)["taken"].as_i64() >= Some(2)
    });
    std::thread::sleep(Duration::from_millis(500));
    let methods = double.methods(DEVICE);
    assert!(
        methods.iter().all(|method| *method == "POST"),
        "{methods:?}"
    );
}

#[test]
fn the_id_that_sensio_kept_closes_the_alarm_that_it_answered_with_409() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start(&[DEVICE]);
    let program = start(directory.path(), &double, "");
    let web = program.addresses["web_http"];
    let kept = raised(&program, &double);
    double.faults.once(Scope::Events, Fault::answer(409));
    let again = partner(&program).event("POST", DEVICE, 906, r#"{"externalEventId":"e2"}"#);
    assert_eq!(again, Some(200));
    program.wait_until("it is answered with 409", |program| {
        delivery(program)["delivered"] == 2
    });
    let newer = program.alarms("fall")[1]["id"].clone();
    assert_ne!(newer, kept);
    assert_eq!(
        webhook(web, "RequestDeactivateEvent", &body(&kept, "")),
        200
    );
    let ends = program.alarms("cancel");
    assert_eq!(ends[0]["event"]["correlation"]["clears"]["event"], newer);
    program.wait_until("the DELETE arrives", |_| {
        double.methods(DEVICE) == ["POST", "DELETE"]
    });
}
