//! Line 50, and 38 with a real challenger.

use std::collections::HashMap;

use scaip::digest::{Challenger, ChallengerConfig, Secret, Verdict};
use scaip::sender::FailureReason;
use scaip::sip::StatusCode;

use crate::sender_support::{Bench, Sent, config, pressed, seconds, with_credentials};

struct Guard {
    challenger: Challenger,
    accounts: HashMap<String, Vec<Secret>>,
}

impl Guard {
    fn new(bench: &Bench) -> Self {
        let config = ChallengerConfig::new("arc0.example.net", [8; 32]);
        Guard {
            challenger: Challenger::new(config, bench.now).unwrap(),
            accounts: HashMap::from([("40211870".into(), vec![Secret::password("right")])]),
        }
    }

    /// Judges a request; answers it unless it is good.
    fn admits(&mut self, bench: &mut Bench, sent: &Sent, proxy: bool) -> bool {
        let (ask, answer, status) = if proxy {
            ("Proxy-Authenticate", "Proxy-Authorization", 407)
        } else {
            ("WWW-Authenticate", "Authorization", 401)
        };
        let verdict = self.challenger.verify(
            bench.now,
            "MESSAGE",
            sent.message.request_uri_raw().unwrap(),
            sent.message.header_named(answer),
            &self.accounts,
        );
        match verdict {
            Verdict::Accepted(identity) => {
                assert!(!identity.other_uri);
                return true;
            }
            Verdict::Challenge { stale } => {
                let values = self.challenger.challenge(bench.now, stale);
                let headers: Vec<_> = values.iter().map(|value| (ask, &**value)).collect();
                bench.answer_headed(sent, status, &headers);
            }
            refused @ Verdict::Refused(_) => {
                bench.answer(sent, refused.status().unwrap().get());
            }
        }
        false
    }
}

fn tag(sent: &Sent) -> Vec<u8> {
    sent.message.from().unwrap().tag().unwrap().to_vec()
}

#[test]
fn line_50_a_401_is_answered_with_cseq_plus_one_and_the_same_call_id_and_from_tag() {
    let mut bench = Bench::new(with_credentials(2, "right"));
    let mut guard = Guard::new(&bench);
    let (alarm, first) = bench.press();
    assert!(!guard.admits(&mut bench, &first, false));
    let second = bench.one_to(0);
    assert_eq!(second.message.cseq(), first.message.cseq() + 1);
    assert_eq!(second.message.call_id(), first.message.call_id());
    assert_eq!(tag(&second), tag(&first));
    assert_eq!(second.request, first.request);
    assert!(second.header("Authorization").unwrap().contains("SHA-256"));
    assert!(guard.admits(&mut bench, &second, false));
    bench.respond(&second, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    assert!(bench.failures().is_empty());
    // The next alarm goes through at once, with the next nonce count.
    let (_, third) = bench.press();
    assert!(
        third
            .header("Authorization")
            .unwrap()
            .contains("nc=00000002")
    );
    assert!(guard.admits(&mut bench, &third, false));
    bench.respond(&third, 0);
    // Until the nonce is stale: one more round, no failure.
    let _ = bench.pass(seconds(400));
    let (_, stale) = bench.press();
    assert!(!guard.admits(&mut bench, &stale, false));
    let fresh = bench.one();
    assert!(guard.admits(&mut bench, &fresh, false));
    bench.respond(&fresh, 0);
    assert_eq!(bench.accepted().len(), 3);
    assert!(bench.failures().is_empty());
}

#[test]
fn line_50_a_407_of_a_proxy_and_a_401_behind_it_are_both_answered() {
    let mut bench = Bench::new(with_credentials(1, "right"));
    let (mut proxy, mut server) = (Guard::new(&bench), Guard::new(&bench));
    let (alarm, first) = bench.press();
    assert!(!proxy.admits(&mut bench, &first, true));
    let second = bench.one();
    assert!(proxy.admits(&mut bench, &second, true));
    assert!(!server.admits(&mut bench, &second, false));
    let third = bench.one();
    assert_eq!(third.message.cseq(), 3);
    assert!(proxy.admits(&mut bench, &third, true));
    assert!(server.admits(&mut bench, &third, false));
    bench.respond(&third, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
}

#[test]
fn line_50_wrong_missing_or_useless_credentials_end_in_the_next_receiver() {
    // Wrong, with a server that says 403.
    let mut bench = Bench::new(with_credentials(2, "wrong"));
    let mut guard = Guard::new(&bench);
    let _ = bench.submit();
    for _ in 0..2 {
        let sent = bench.one();
        assert!(!guard.admits(&mut bench, &sent, false));
    }
    bench.moved_on(FailureReason::Refused(StatusCode::FORBIDDEN));
    // Wrong, with a server that asks again for ever; and always stale: bounded.
    for (password, stale, times) in [("wrong", false, 2), ("right", true, 4)] {
        let mut bench = Bench::new(with_credentials(2, password));
        let mut guard = Guard::new(&bench);
        let _ = bench.submit();
        for _ in 0..times {
            let sent = bench.one_to(0);
            let values = guard.challenger.challenge(bench.now, stale);
            bench.challenge(&sent, &values[0]);
        }
        bench.moved_on(FailureReason::CredentialsRefused);
    }
    // None, and a kind nobody knows.
    for (config, reason) in [
        (config(2), FailureReason::CredentialsMissing),
        (
            with_credentials(2, "right"),
            FailureReason::ChallengeNotUnderstood,
        ),
    ] {
        let (mut bench, _, sent) = pressed(config);
        bench.challenge(&sent, "Negotiate dG9rZW4=");
        bench.moved_on(reason);
    }
}
