//! Digest authentication: the vectors of the RFCs, client against server (line 38 of the
//! conformance list, SCAIP reference 15), and answers changed on the way.

#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use scaip::digest::{
    Accounts, Algorithm, Challenge, Challenger, ChallengerConfig, ChallengerError, Credentials,
    CredentialsFault, HashedSecret, Password, Secret, Session, Verdict,
};
use scaip::sip::StatusCode;

const URI: &str = "sip:alarm@example.net";
const USER: &str = "40211870";

/// The value of one parameter of an answer.
fn part<'a>(header: &'a str, name: &str) -> &'a str {
    header
        .trim_start_matches("Digest ")
        .split(", ")
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        .unwrap()
        .trim_matches('"')
}

fn mufasa(challenge: &str, password: &str, client_nonce: &str) -> String {
    let challenge = Challenge::read(challenge.as_bytes()).unwrap().remove(0);
    let credentials = Credentials::new("Mufasa", Secret::password(password));
    Session::new(challenge, client_nonce)
        .answer(&credentials, "GET", "/dir/index.html")
        .unwrap()
}

#[test]
fn the_example_of_rfc_2617_section_3_5_comes_out() {
    let answer = mufasa(
        r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#,
        "Circle Of Life",
        "0a4f113b",
    );
    assert_eq!(
        part(&answer, "response"),
        "6629fae49393a05397450978507c4ef1"
    );
    assert_eq!(part(&answer, "nc"), "00000001");
    assert_eq!(part(&answer, "opaque"), "5ccc069c403ebaf9f0171e9517f40e41");
}

#[test]
fn both_examples_of_rfc_7616_section_3_9_1_come_out() {
    let ask = |algorithm: &str| {
        format!(
            r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#
        )
    };
    let nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    let md5 = mufasa(&ask("MD5"), "Circle of Life", nonce);
    assert_eq!(part(&md5, "response"), "8ca523f5e9506fed4657c9700eebdbec");
    let sha = mufasa(&ask("SHA-256"), "Circle of Life", nonce);
    assert_eq!(
        part(&sha, "response"),
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    );
}

#[test]
fn the_example_of_rfc_2069_comes_out_with_its_errata() {
    // The response printed in RFC 2069 2.4 is wrong; erratum 749 gives this one.
    let answer = mufasa(
        r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#,
        "CircleOfLife",
        "unused",
    );
    assert_eq!(
        part(&answer, "response"),
        "1949323746fe6a43ef61f9606e7febea"
    );
    assert!(!answer.contains("nc="));
    assert!(!answer.contains("cnonce"));
}

struct Bench {
    server: Challenger,
    accounts: HashMap<String, Vec<Secret>>,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        Self::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut ChallengerConfig)) -> Self {
        let now = Instant::now();
        let mut config = ChallengerConfig::new("example.net", [3; 32]);
        change(&mut config);
        Bench {
            server: Challenger::new(config, now).unwrap(),
            accounts: HashMap::from([(USER.to_owned(), vec![Secret::password("right")])]),
            now,
        }
    }

    fn session(&mut self) -> Session {
        let offers = self.server.challenge(self.now, false);
        let offers = offers
            .iter()
            .flat_map(|value| Challenge::read(value.as_bytes()).unwrap());
        Session::new(Challenge::strongest(offers).unwrap(), "c1")
    }

    fn verify(&mut self, header: &str) -> Verdict {
        self.server.verify(
            self.now,
            "MESSAGE",
            URI.as_bytes(),
            Some(header.as_bytes()),
            &self.accounts,
        )
    }
}

fn right() -> Credentials {
    Credentials::new(USER, Secret::password("right"))
}

fn answer(session: &mut Session) -> String {
    session.answer(&right(), "MESSAGE", URI).unwrap()
}

fn accepted(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Accepted(identity) if identity.username == USER)
}

const STALE: Verdict = Verdict::Challenge { stale: true };
const ASK: Verdict = Verdict::Challenge { stale: false };
const WRONG: Verdict = Verdict::Refused(CredentialsFault::Credentials);

#[test]
fn line_38_challenge_right_wrong_stale_nonce_repeated_nonce_count() {
    let mut bench = Bench::new();
    // Challenge.
    let none = bench
        .server
        .verify(bench.now, "MESSAGE", URI.as_bytes(), None, &bench.accounts);
    assert_eq!(none, ASK);
    assert_eq!(none.status(), Some(StatusCode::UNAUTHORIZED));
    // Right, and again with the next count.
    let mut session = bench.session();
    assert_eq!(session.challenge().algorithm, Algorithm::Sha256);
    let first = answer(&mut session);
    let verdict = bench.verify(&first);
    assert!(accepted(&verdict), "{verdict:?}");
    assert_eq!(verdict.status(), None);
    assert!(accepted(&bench.verify(&answer(&mut session))));
    // Wrong password, unknown user.
    let mut fresh = bench.session();
    let wrong = Credentials::new(USER, Secret::password("wrong"));
    let wrong = fresh.answer(&wrong, "MESSAGE", URI).unwrap();
    assert_eq!(bench.verify(&wrong), WRONG);
    assert_eq!(WRONG.status(), Some(StatusCode::FORBIDDEN));
    let unknown = Credentials::new("99999999", Secret::password("right"));
    let unknown = fresh.answer(&unknown, "MESSAGE", URI).unwrap();
    assert_eq!(bench.verify(&unknown), WRONG);
    // Repeated count: right, but not again.
    assert_eq!(bench.verify(&first), STALE);
    // Stale nonce: right secret gets another try, a wrong one does not.
    bench.now += Duration::from_secs(301);
    assert_eq!(bench.verify(&answer(&mut session)), STALE);
    assert_eq!(bench.verify(&wrong), WRONG);
    let again = bench.server.challenge(bench.now, true);
    assert!(again[0].contains("stale=true"));
    let mut session = bench.session();
    assert!(accepted(&bench.verify(&answer(&mut session))));
}

#[test]
fn a_nonce_of_an_earlier_start_is_stale_and_a_forged_one_too() {
    let mut earlier = Bench::with(|config| config.key = [4; 32]);
    let mut bench = Bench::new();
    let mut session = earlier.session();
    assert_eq!(bench.verify(&answer(&mut session)), STALE);
}

#[test]
fn during_rotation_the_present_and_the_next_secret_are_good() {
    let mut bench = Bench::new();
    let next = HashedSecret::of(
        Algorithm::Sha256,
        USER,
        "example.net",
        &Password::new("next"),
    );
    bench.accounts.insert(
        USER.into(),
        vec![Secret::password("right"), Secret::Hashed(next)],
    );
    for (password, place) in [("right", 0), ("next", 1)] {
        let mut session = bench.session();
        let credentials = Credentials::new(USER, Secret::password(password));
        let header = session.answer(&credentials, "MESSAGE", URI).unwrap();
        match bench.verify(&header) {
            Verdict::Accepted(identity) => assert_eq!(identity.secret, place),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_hashed_secret_serves_instead_of_the_password_on_both_sides() {
    let hashed = HashedSecret::of(Algorithm::Md5, USER, "example.net", &Password::new("right"));
    let mut bench = Bench::with(|config| config.algorithms = vec![Algorithm::Md5]);
    bench
        .accounts
        .insert(USER.into(), vec![Secret::Hashed(hashed.clone())]);
    let mut session = bench.session();
    let credentials = Credentials::new(USER, Secret::Hashed(hashed.clone()));
    let header = session.answer(&credentials, "MESSAGE", URI).unwrap();
    assert!(accepted(&bench.verify(&header)));
    // A hash of another algorithm is of no use.
    let mut other = Bench::new().session();
    assert_eq!(other.answer(&credentials, "MESSAGE", URI), None);
}

#[test]
fn an_answer_without_count_is_taken_once_for_each_nonce() {
    let mut bench = Bench::with(|config| config.algorithms = vec![Algorithm::Md5]);
    let asked = bench.server.challenge(bench.now, false)[0].replace(", qop=\"auth\"", "");
    let old = Challenge::read(asked.as_bytes()).unwrap().remove(0);
    let mut session = Session::new(old, "c1");
    let header = answer(&mut session);
    assert!(!header.contains("nc="));
    assert!(accepted(&bench.verify(&header)));
    assert_eq!(bench.verify(&header), STALE);
    bench = Bench::with(|config| {
        config.algorithms = vec![Algorithm::Md5];
        config.require_count = true;
    });
    assert_eq!(
        bench.verify(&header),
        Verdict::Refused(CredentialsFault::NoCount)
    );
}

#[test]
fn an_answer_for_another_uri_is_told_or_refused_as_set() {
    let mut bench = Bench::new();
    let mut session = bench.session();
    let header = session
        .answer(&right(), "MESSAGE", "sip:example.net")
        .unwrap();
    match bench.verify(&header) {
        Verdict::Accepted(identity) => assert!(identity.other_uri),
        other => panic!("{other:?}"),
    }
    let mut strict = Bench::with(|config| config.require_same_uri = true);
    let header = strict
        .session()
        .answer(&right(), "MESSAGE", "sip:example.net")
        .unwrap();
    let refused = Verdict::Refused(CredentialsFault::OtherUri);
    assert_eq!(strict.verify(&header), refused);
}

#[test]
fn what_is_no_digest_answer_is_asked_again_or_refused() {
    let mut bench = Bench::new();
    let good = answer(&mut bench.session());
    let malformed = Verdict::Refused(CredentialsFault::Malformed);
    for (header, verdict) in [
        ("Basic dTpw".to_owned(), ASK),
        (
            good.replace("example.net\", nonce", "example.org\", nonce"),
            ASK,
        ),
        (String::new(), malformed.clone()),
        ("Digest username=\"u\"".to_owned(), malformed.clone()),
        (
            good.replace("nc=00000001", "nc=1234567890"),
            malformed.clone(),
        ),
        (
            good.replace("qop=auth,", "qop=auth-int,"),
            malformed.clone(),
        ),
        (format!("{good}, username=\"{USER}\""), malformed),
        (
            good.replace("SHA-256", "SHA-512-256"),
            Verdict::Refused(CredentialsFault::Algorithm),
        ),
    ] {
        assert_eq!(bench.verify(&header), verdict, "{header}");
    }
    assert!(accepted(&bench.verify(&good)));
}

#[test]
fn settings_that_could_ask_nothing_are_refused() {
    let now = Instant::now();
    let refused = |change: fn(&mut ChallengerConfig)| {
        let mut config = ChallengerConfig::new("r", [0; 32]);
        change(&mut config);
        Challenger::new(config, now).unwrap_err()
    };
    assert_eq!(
        refused(|config| config.algorithms.clear()),
        ChallengerError::NoAlgorithm
    );
    assert_eq!(
        refused(|config| config.nonces = 0),
        ChallengerError::Zero { setting: "nonces" }
    );
    assert_eq!(
        refused(|config| config.realm = "a\nb".into()),
        ChallengerError::Realm
    );
}

#[test]
fn accounts_may_come_from_anywhere() {
    struct Everybody(Vec<Secret>);
    impl Accounts for Everybody {
        fn secrets(&self, _: &str) -> &[Secret] {
            &self.0
        }
    }
    let mut bench = Bench::new();
    let header = answer(&mut bench.session());
    let store = Everybody(vec![Secret::password("right")]);
    let verdict = bench.server.verify(
        bench.now,
        "MESSAGE",
        URI.as_bytes(),
        Some(header.as_bytes()),
        &store,
    );
    assert!(accepted(&verdict));
}

fn algorithms() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(vec![
        Algorithm::Md5,
        Algorithm::Md5Session,
        Algorithm::Sha256,
        Algorithm::Sha256Session,
    ])
}

/// Printable text, quotes and backslashes included.
fn text() -> impl Strategy<Value = String> {
    "[ -~æøåéß]{1,24}"
}

proptest! {
    #[test]
    fn our_answers_to_our_challenges_are_accepted(
        algorithm in algorithms(), user in text(), realm in text(), password in any::<Vec<u8>>(),
        uri in "sips?:[a-z0-9]{1,12}@[a-z.]{1,20}", times in 1_usize..5,
    ) {
        let now = Instant::now();
        let mut config = ChallengerConfig::new(realm, [1; 32]);
        config.algorithms = vec![algorithm];
        let mut server = Challenger::new(config, now).unwrap();
        let accounts = HashMap::from([(user.clone(), vec![Secret::password(password.clone())])]);
        let asked = server.challenge(now, false).remove(0);
        let mut session = Session::new(Challenge::read(asked.as_bytes()).unwrap().remove(0), "c\"1");
        let credentials = Credentials::new(user.clone(), Secret::password(password));
        for _ in 0..times {
            let header = session.answer(&credentials, "MESSAGE", &uri).unwrap();
            let verdict =
                server.verify(now, "MESSAGE", uri.as_bytes(), Some(header.as_bytes()), &accounts);
            prop_assert!(
                matches!(&verdict, Verdict::Accepted(identity)
                    if identity.username == user && !identity.other_uri),
                "{:?}", verdict
            );
        }
    }

    #[test]
    fn an_answer_with_any_value_changed_is_not_accepted(
        algorithm in algorithms(), place in any::<prop::sample::Index>(), to in 0x21_u8..0x7f,
    ) {
        let mut bench = Bench::with(|config| config.algorithms = vec![algorithm]);
        let header = answer(&mut bench.session());
        // Bytes of values: names, blanks and letter case may change without changing anything.
        let values: Vec<usize> = ["username", "realm", "nonce", "uri", "response", "cnonce"]
            .iter()
            .flat_map(|name| {
                let start = header.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
                start..start + header[start..].find('"').unwrap()
            })
            .chain({
                let start = header.find("nc=").unwrap() + 3;
                start..start + 8
            })
            .collect();
        let at = *place.get(&values);
        let mut changed = header.clone().into_bytes();
        prop_assume!(!changed[at].eq_ignore_ascii_case(&to));
        changed[at] = to;
        let verdict = bench.verify(std::str::from_utf8(&changed).unwrap());
        prop_assert!(!matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
        // The untouched one is still good: nothing was used up by the forgery.
        prop_assert!(accepted(&bench.verify(&header)));
        // Nor is it good for another method.
        let header = answer(&mut bench.session());
        let other = bench.server.verify(
            bench.now, "REGISTER", URI.as_bytes(), Some(header.as_bytes()), &bench.accounts,
        );
        prop_assert_eq!(other, WRONG);
    }

    #[test]
    fn reading_any_bytes_never_panics(
        bytes in any::<Vec<u8>>(),
        near in r#"(Digest|Basic|,| |=|"|\\|realm|nonce|qop|nc|æ|[a-z0-9]){0,40}"#,
    ) {
        let mut bench = Bench::new();
        for value in [&bytes[..], near.as_bytes()] {
            let _ = Challenge::read(value);
            let verdict =
                bench.server.verify(bench.now, "MESSAGE", b"", Some(value), &bench.accounts);
            prop_assert!(!matches!(verdict, Verdict::Accepted(_)));
        }
    }
}
