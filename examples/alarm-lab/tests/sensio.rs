//! Both simulated sides of the Sensio Partner API, as a person or a script meets them.
#![allow(clippy::unwrap_used)]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/stations.rs"]
mod stations;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use scratch::Scratch;
use serde_json::Value;
use stations::{Done, PATIENCE, Running, command, lab, lines};

/// A server with its base URL.
fn server(arguments: &[&str]) -> (Running, String) {
    let start = ["simulate", "sensio", "server", "--listen", "127.0.0.1:0"];
    let mut server = Running::start(&[&start, arguments].concat());
    let listening = server.until(|line| line["event"] == "listening");
    let url = listening["url"].as_str().unwrap().to_owned();
    (server, url)
}

/// A partner's calls, and its exit status.
fn partner(url: &str, arguments: &[&str]) -> Done {
    let start = ["simulate", "sensio", "partner", "--json", "--to", url];
    let output = lab(&[&start, arguments].concat(), b"");
    Done {
        lines: lines(&output),
        code: output.status.code(),
    }
}

fn outcomes(done: &Done) -> Vec<&str> {
    done.of("call")
        .map(|call| call["outcome"].as_str().unwrap())
        .collect()
}

/// A partner's end of webhooks: answers as told, and hands over what came.
fn hook(answers: &'static [u16]) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for status in answers {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut text = String::new();
            let mut buffer = [0; 4096];
            while !text.ends_with('}') {
                let length = stream.read(&mut buffer).unwrap();
                text.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
            }
            let answer =
                format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            if sender.send(text).is_err() {
                break;
            }
        }
    });
    (url, receiver)
}

#[test]
fn an_event_is_raised_updated_and_closed_and_statuses_are_taken() {
    let (server, url) = server(&[]);
    let image = Scratch::new("image.jpg", "no picture");
    let done = partner(
        &url,
        &[
            "--do",
            "post",
            "--do",
            "put",
            "--do",
            "delete",
            "--do",
            "status",
            "--do",
            "statuses",
            "--event",
            "patient-signal",
            "--state",
            "110",
            "--description",
            "in the hall",
            "--image",
            image.path(),
            "--battery",
            "7",
            "--devices",
            "3",
            "--count",
            "3",
        ],
    );
    assert_eq!(done.code, Some(0));
    assert_eq!(outcomes(&done), ["accepted"; 15]);
    assert_eq!(done.of("token").count(), 1, "one token for all");
    let server = server.stop();
    assert_eq!(server.code, Some(0));
    let calls: Vec<_> = server.of("call").collect();
    let changes: Vec<_> = calls[..3].iter().map(|call| &call["change"]).collect();
    assert_eq!(changes, ["raised", "updated", "closed"]);
    assert_eq!(calls[0]["device"], "SN-40211870");
    assert_eq!(
        (&calls[0]["state"], &calls[0]["images"]),
        (&110.into(), &1.into())
    );
    assert_eq!(calls[0]["description"], "in the hall");
    assert_eq!(calls[3]["device"], "SN-40211871", "devices take turns");
    let report = server.of("summary").next().unwrap();
    assert_eq!(report["status_calls"], 6);
    assert_eq!(report["statuses"], 3 + 3 * 3);
    assert_eq!(report["active"], 0);
}

#[test]
fn every_fault_of_a_partner_gets_what_its_description_says() {
    let (server, url) = server(&["--device", "SN-40211870"]);
    let listed = lab(&["faults", "sensio-partner", "--json"], b"");
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed.len(), 14);
    for fault in &listed {
        let (name, description) = (&fault["fault"], fault["description"].as_str().unwrap());
        let name = name.as_str().unwrap();
        let done = partner(&url, &["--fault", name]);
        let status = description
            .split_once('(')
            .map_or(200, |(_, rest)| rest[..3].parse::<u16>().unwrap());
        for call in done.of("call") {
            assert_eq!(call["status"], status, "{name}: {call}");
            assert_eq!(call["faults"][0], name);
        }
        assert_eq!(done.code, Some(i32::from(status != 200)), "{name}");
        let calls = if name == "twice" { 2 } else { 1 };
        assert_eq!(done.of("call").count(), calls);
    }
    let server = server.stop();
    let repeated = server
        .of("call")
        .filter(|call| call["change"] == "repeated");
    assert_eq!(repeated.count(), 1, "twice is raised once");
    let tolerated = server.of("call").filter(|call| {
        call["warnings"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    });
    assert_eq!(tolerated.count(), 6);
}

#[test]
fn a_fault_with_a_percentage_shows_in_the_same_calls_for_the_same_seed() {
    let (_server, url) = server(&[]);
    let arguments = ["--fault", "no-token:40", "--seed", "7", "--count", "40"];
    let first = partner(&url, &arguments);
    let second = partner(&url, &arguments);
    assert_eq!(outcomes(&first), outcomes(&second));
    let refused = outcomes(&first)
        .iter()
        .filter(|one| **one == "token-refused")
        .count();
    assert!((5..35).contains(&refused), "{refused} of 40");
}

#[test]
fn faults_of_the_server_reach_the_partner_and_are_repeated_where_that_helps() {
    for (fault, attempts, outcome, sent) in [
        ("503@events*2", "3", "accepted", 3),
        ("429:0@events*1", "2", "accepted", 2),
        ("cut-after-body@events*1", "2", "accepted", 2),
        ("cut-during-body@events*1", "1", "no-answer", 1),
        ("kept-but-500@events*1", "2", "accepted", 2),
        ("forget-tokens@events*1", "1", "accepted", 1),
        ("redirect@events*1", "3", "unexpected-answer", 1),
        ("html@events*1", "1", "busy", 1),
        ("refuse:externalEventId@events", "1", "server-fault", 1),
        ("401@token", "3", "no-token", 1),
    ] {
        let (server, url) = server(&["--fault", fault]);
        let done = partner(&url, &["--attempts", attempts]);
        let call = done.of("call").next().unwrap();
        assert_eq!(call["outcome"], outcome, "{fault}: {call}");
        assert_eq!(call["attempts"], sent, "{fault}");
        assert_eq!(done.code, Some(i32::from(outcome != "accepted")), "{fault}");
        let server = server.stop();
        let changes = server.of("call").map(|call| call["change"].clone());
        if fault.starts_with("cut-after") || fault.starts_with("kept-but") {
            assert_eq!(
                changes.collect::<Vec<_>>(),
                ["raised", "repeated"],
                "{fault}"
            );
        }
        let cut = server.of("answer").any(|answer| answer["status"].is_null());
        assert_eq!(cut, fault.starts_with("cut"), "{fault}");
    }
}

#[test]
fn a_load_at_a_rate_is_taken_whole() {
    let (server, url) = server(&["--calls", "200"]);
    let done = partner(
        &url,
        &["--devices", "100", "--count", "200", "--rate", "400"],
    );
    assert_eq!(done.code, Some(0));
    assert_eq!(outcomes(&done), ["accepted"; 200]);
    let summary = done.of("summary").next().unwrap();
    assert_eq!(summary["latency"]["count"], 200);
    let mut server = server;
    let ended = server.finish();
    assert_eq!(ended.code, Some(0), "it ends by itself after so many calls");
    assert_eq!(
        ended.of("summary").next().unwrap()["changes"]["raised"],
        100
    );
}

#[test]
fn staff_at_the_keyboard_ends_events_by_webhooks() {
    let (hook, hooks) = hook(&[500, 200, 200]);
    let (mut server, url) = server(&["--webhook", &hook]);
    assert_eq!(partner(&url, &["--id", "01J9Z7P4WQ3N"]).code, Some(0));
    server.until(|line| line["event"] == "call");
    server.say("ask SN-40211870 906");
    let asked = hooks.recv_timeout(PATIENCE).unwrap();
    let lower = asked.to_ascii_lowercase();
    assert!(
        lower.contains("x-sensiopartner-eventname: requestdeactivateevent"),
        "{asked}"
    );
    assert!(lower.contains("x-sensiopartner-validationtoken: "));
    assert!(asked.ends_with(
        r#"{"DeviceIdentifier":"SN-40211870","EventType":906,"ExternalEventId":"01J9Z7P4WQ3N"}"#
    ));
    // The 500 is repeated.
    assert!(
        hooks
            .recv_timeout(PATIENCE)
            .unwrap()
            .contains("RequestDeactivateEvent")
    );
    server.until(|line| line["state"] == "delivered");
    server.say("close SN-40211870 906");
    assert!(
        hooks
            .recv_timeout(PATIENCE)
            .unwrap()
            .contains("\"IsActive\":false")
    );
    server.until(|line| line["state"] == "delivered");
    server.say("close SN-40211870 906");
    let problem = server.until(|line| line["event"] == "problem");
    assert_eq!(problem["detail"], "no such event is active");
    server.say("close");
    server.until(|line| line["event"] == "problem");
    // It is over at the server: an update finds nothing.
    let late = partner(&url, &["--do", "put"]);
    assert_eq!(outcomes(&late), ["no-active-event"]);
    assert_eq!(late.code, Some(1));
    server.say("quit");
    let done = server.finish();
    assert_eq!(done.code, Some(0));
    assert_eq!(done.of("summary").next().unwrap()["webhooks_delivered"], 2);
}

#[test]
fn staff_closes_every_event_and_a_refused_webhook_fails_the_run() {
    let (hook, hooks) = hook(&[403]);
    let (mut server, url) = server(&["--webhook", &hook, "--staff-closes", "0.1"]);
    assert_eq!(partner(&url, &[]).code, Some(0));
    assert!(
        hooks
            .recv_timeout(PATIENCE)
            .unwrap()
            .contains("EventStateChanged")
    );
    server.until(|line| line["state"] == "given-up");
    let done = server.stop();
    assert_eq!(done.code, Some(1));
    assert_eq!(done.of("summary").next().unwrap()["active"], 0);
}

#[test]
fn the_partners_own_end_of_an_event_is_echoed_where_that_is_wanted() {
    let (hook, hooks) = hook(&[200]);
    let (mut server, url) = server(&["--webhook", &hook, "--echo"]);
    assert_eq!(
        partner(&url, &["--do", "post", "--do", "delete"]).code,
        Some(0)
    );
    assert!(
        hooks
            .recv_timeout(PATIENCE)
            .unwrap()
            .contains("\"IsActive\":false")
    );
    server.until(|line| line["state"] == "delivered");
}

#[test]
fn a_strict_server_of_an_old_version_refuses_what_a_lenient_one_tolerates() {
    let (_server, url) = server(&["--strict", "--unity", "6.9"]);
    let done = partner(&url, &["--fault", "unknown-member"]);
    assert_eq!(outcomes(&done), ["refused"]);
    let answer = done.of("call").next().unwrap()["answer"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(answer.contains("unknown member"), "{answer}");
    let old = partner(&url, &["--unity", "6.9", "--description", "stays at home"]);
    assert_eq!(old.code, Some(0));
    assert_eq!(old.of("call").next().unwrap()["left_out"][0], "description");
}

#[test]
fn nobody_there_and_wrong_secrets_end_with_status_1() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}/partner", listener.local_addr().unwrap());
    drop(listener);
    let done = partner(&gone, &[]);
    assert_eq!((outcomes(&done), done.code), (vec!["no-token"], Some(1)));
    let (_server, url) = server(&[]);
    let output = command(&["simulate", "sensio", "partner", "--json", "--to", &url])
        .env("ALARM_LAB_CLIENT_SECRET", "another-not-real-secret")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("no-token") && !text.contains("another-not-real-secret"));
}

#[test]
fn the_dialogue_shows_requests_without_tokens_and_secrets() {
    let (_server, url) = server(&[]);
    let output = lab(&["simulate", "sensio", "partner", "--to", &url], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("> POST /partner/api/v1/devices/SN-40211870/events/906 {\"external"));
    assert!(
        !text.contains("Bearer") && !text.contains("not-a-real-secret"),
        "{text}"
    );
}

#[test]
fn wrong_usage_gives_status_2_and_says_what_to_write() {
    for (arguments, hint) in [
        (
            &["partner", "--to", "https://unity.example.net"][..],
            "--secret-file",
        ),
        (&["partner", "--to", "http://127.0.0.1:1/?x"], "query"),
        (&["partner", "--event", "levitation"], "906"),
        (&["partner", "--unity", "six"], "6.13.4"),
        (&["partner", "--fault", "thrice"], "faults sensio-partner"),
        (&["partner", "--rate", "0"], "above 0"),
        (&["partner", "--unity", "6.3", "--event", "921"], "6.8"),
        (&["server", "--listen", "0.0.0.0:0"], "--secret-file"),
        (&["server", "--fault", "503", "--fault", "429"], "*N"),
        (
            &["server", "--webhook", "https://partner.example.net/hook"],
            "--token-file",
        ),
        (&["server", "--fault", "200"], "faults sensio-server"),
        (&["server", "--staff-asks", "5"], "--webhook"),
    ] {
        let output = lab(&[&["simulate", "sensio"], arguments].concat(), b"");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(hint), "{arguments:?}: {said}");
    }
}

#[test]
fn a_partner_that_listens_closes_what_staff_ends_and_sends_the_delete_once() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let hook = format!("http://{address}/hook");
    let (mut server, url) = server(&["--webhook", &hook, "--staff-asks", "0.05", "--echo"]);
    let start = ["simulate", "sensio", "partner", "--to", &url];
    let mut partner =
        Running::start(&[&start[..], &["--listen", &address, "--wait", "10m"]].concat());
    let listening = partner.until(|line| line["event"] == "listening");
    assert_eq!(listening["url"], hook.as_str());
    let asked = partner.until(|line| line["event"] == "webhook");
    assert_eq!(asked["name"], "RequestDeactivateEvent");
    assert_eq!(asked["did"], "closed, its DELETE follows");
    let delete = partner.until(|line| line["action"] == "delete");
    assert_eq!(
        (&delete["outcome"], &delete["number"]),
        (&"accepted".into(), &2.into())
    );
    // The echo may overtake the answer to the DELETE.
    let echo = partner.once(|line| line["name"] == "EventStateChanged");
    assert_eq!(echo["did"], "nothing: closed already");
    server.until(|line| {
        line["event"] == "webhook"
            && line["name"] == "EventStateChanged"
            && line["state"] == "delivered"
    });
    let partner = partner.stop();
    let summary = partner.of("summary").next().unwrap();
    assert_eq!(
        (&summary["webhooks"], &summary["calls"]),
        (&2.into(), &2.into())
    );
    assert_eq!(partner.code, Some(0));
    let report = server.stop();
    assert_eq!(report.of("summary").next().unwrap()["active"], 0);
}

#[test]
fn a_partner_does_not_listen_with_a_token_that_protects_nothing() {
    let token = Scratch::new("token", "short");
    let arguments = ["--listen", "127.0.0.1:0", "--token-file", token.path()];
    let done = partner("http://127.0.0.1:1/partner", &arguments);
    assert_eq!(done.code, Some(2));
    let elsewhere = partner("http://127.0.0.1:1/partner", &["--listen", "0.0.0.0:0"]);
    assert_eq!(
        elsewhere.code,
        Some(2),
        "no default token outside of loopback"
    );
}
