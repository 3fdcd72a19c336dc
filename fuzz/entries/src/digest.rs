//! Digest: what is read, and what a client writes against what a server takes.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use scaip::digest::{
    Algorithm, Challenge, Challenger, ChallengerConfig, ChallengerError, Credentials,
    CredentialsFault, HashedSecret, Password, QualityOfProtection, Secret, Session, Verdict,
};

use crate::wire::{Change, pick, text};

const METHOD: &str = "MESSAGE";
/// Nonces whose counts the server remembers: few, so that it has to forget some.
const NONCES: usize = 3;
const LIFE: Duration = Duration::from_secs(300);
const OPERATIONS: usize = 60;
const PASSWORD: &str = "p\u{e5}ssord";

const ALGORITHMS: [&[Algorithm]; 5] = [
    &[Algorithm::Sha256, Algorithm::Md5],
    &[Algorithm::Md5],
    &[Algorithm::Sha256Session],
    &[Algorithm::Md5Session, Algorithm::Md5],
    &[Algorithm::Md5, Algorithm::Sha256],
];

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Settings {
    algorithms: u8,
    hashed: bool,
    require_count: bool,
    require_same_uri: bool,
    /// The client answers in the form without `qop`.
    oldest_form: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    /// The server asks, the client takes the strongest offer.
    Ask {
        stale: bool,
    },
    /// A request with a new answer of a session.
    Answer {
        session: u8,
    },
    /// The same bytes as before.
    Replay {
        answer: u8,
    },
    /// One byte of a new answer is another one.
    Damaged {
        session: u8,
        change: Change,
    },
    /// A new answer, given with another request.
    Elsewhere {
        session: u8,
        method: bool,
    },
    /// The secret is wrong.
    WrongSecret {
        session: u8,
    },
    Wait {
        seconds: u16,
    },
}

/// Reads the bytes as a header value, then runs them as operations of a client and a server.
pub fn scaip_digest(data: &[u8]) {
    read(data);
    let mut input = Unstructured::new(data);
    let Ok(settings) = Settings::arbitrary(&mut input) else {
        return;
    };
    let (realm, username, uri, nonce) = (
        text(&mut input),
        text(&mut input),
        text(&mut input),
        text(&mut input),
    );
    let Some(mut world) = World::new(settings, &realm, username, uri, nonce) else {
        return;
    };
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
    }
}

/// Reading: bounded, never accepted, and what a client answers says the same back.
fn read(data: &[u8]) {
    let credentials = Credentials::new("40211870", Secret::password(PASSWORD));
    match Challenge::read(data) {
        Err(error) => assert!(error.offset <= data.len()),
        Ok(challenges) => {
            assert!(challenges.len() <= 32);
            let strongest = Challenge::strongest(challenges.clone());
            assert_eq!(strongest.is_some(), !challenges.is_empty());
            for challenge in challenges {
                let asked = challenge.clone();
                let mut session = Session::new(challenge, "5c0e2f");
                let answer = session
                    .answer(&credentials, METHOD, "sip:alarm@example.net")
                    .expect("a password serves every challenge");
                // An answer has the parameters of its challenge, so it reads as one.
                let back = Challenge::read(answer.as_bytes()).expect("what is written is readable");
                let [back] = &back[..] else {
                    panic!("one scheme is written: {answer}");
                };
                let mut expected = asked;
                expected.stale = false;
                assert_eq!(*back, expected);
            }
        }
    }
    let now = Instant::now();
    let mut server = Challenger::new(ChallengerConfig::new("example.net", [7; 32]), now)
        .expect("the settings are good");
    let accounts = HashMap::from([("40211870".to_owned(), vec![Secret::password(PASSWORD)])]);
    let verdict = server.verify(now, METHOD, b"sip:alarm@example.net", Some(data), &accounts);
    assert!(
        !matches!(verdict, Verdict::Accepted(_)),
        "nobody was asked for this answer"
    );
    assert!(verdict.status().is_some());
}

struct Asked {
    session: Session,
    nonce: String,
    at: Instant,
}

struct World {
    settings: Settings,
    server: Challenger,
    accounts: HashMap<String, Vec<Secret>>,
    credentials: Credentials,
    wrong: Credentials,
    uri: String,
    client_nonce: String,
    /// Whether the values can stand in a header at all.
    writable: bool,
    now: Instant,
    sessions: Vec<Asked>,
    /// Answers that were written and given to the server.
    given: Vec<String>,
    accepted: HashSet<String>,
}

impl World {
    fn new(
        settings: Settings,
        realm: &str,
        username: String,
        uri: String,
        client_nonce: String,
    ) -> Option<World> {
        let now = Instant::now();
        let mut config = ChallengerConfig::new(realm, [9; 32]);
        config.algorithms =
            ALGORITHMS[usize::from(settings.algorithms) % ALGORITHMS.len()].to_vec();
        config.nonce_life = LIFE;
        config.nonces = NONCES;
        config.require_count = settings.require_count;
        config.require_same_uri = settings.require_same_uri;
        let server = match Challenger::new(config, now) {
            Ok(server) => server,
            Err(error) => {
                assert_eq!(error, ChallengerError::Realm);
                assert!(realm.chars().any(char::is_control));
                return None;
            }
        };
        let secret = |algorithm| {
            let password = Password::new(PASSWORD);
            if settings.hashed {
                Secret::Hashed(HashedSecret::of(algorithm, &username, realm, &password))
            } else {
                Secret::Password(password)
            }
        };
        // A secret of before the rotation stands first.
        let all = vec![
            Secret::password("earlier"),
            secret(Algorithm::Sha256),
            secret(Algorithm::Md5),
        ];
        let breaks = |sign: char| sign.is_ascii_control() && sign != '\t';
        let session = matches!(settings.algorithms % 5, 2 | 3);
        // The oldest form has no client nonce.
        let nonce_is_written = session || !settings.oldest_form;
        let breaking_nonce = nonce_is_written && client_nonce.contains(breaks);
        let writable = !username.contains(breaks) && !uri.contains(breaks) && !breaking_nonce;
        Some(World {
            settings,
            server,
            accounts: HashMap::from([(username.clone(), all)]),
            credentials: Credentials::new(username.clone(), Secret::password(PASSWORD)),
            wrong: Credentials::new(username, Secret::password("another")),
            uri,
            client_nonce,
            writable,
            now,
            sessions: Vec::new(),
            given: Vec::new(),
            accepted: HashSet::new(),
        })
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Ask { stale } => self.ask(stale),
            Operation::Wait { seconds } => {
                self.now += Duration::from_secs(u64::from(seconds % 400));
            }
            Operation::Answer { session } => {
                if let Some((index, answer)) = self.answer(session) {
                    let newest = index + 1 == self.sessions.len();
                    let at = self.sessions[index].at;
                    let verdict = self.verify(METHOD, None, &answer);
                    let old = self.now > at + LIFE;
                    assert!(!old || !matches!(verdict, Verdict::Accepted(_)));
                    self.right(&answer, &verdict, newest && self.now <= at + LIFE);
                }
            }
            Operation::Replay { answer } => {
                let index = usize::from(answer) % self.given.len().max(1);
                if let Some(answer) = self.given.get(index).cloned() {
                    let verdict = self.verify(METHOD, None, &answer);
                    self.right(&answer, &verdict, false);
                }
            }
            Operation::Damaged { session, change } => {
                if let Some((_, answer)) = self.answer(session) {
                    self.damaged(&answer, change);
                }
            }
            Operation::Elsewhere { session, method } => {
                if let Some((_, answer)) = self.answer(session) {
                    self.elsewhere(&answer, method);
                }
            }
            Operation::WrongSecret { session } => {
                let wrong = self.wrong.clone();
                if let Some((_, answer)) = self.answer_as(&wrong, session) {
                    let verdict = self.verify(METHOD, None, &answer);
                    assert_eq!(verdict, Verdict::Refused(self.refusal()));
                }
            }
        }
    }

    fn ask(&mut self, stale: bool) {
        let config = self.server.config().clone();
        let asked = self.server.challenge(self.now, stale);
        assert_eq!(asked.len(), config.algorithms.len());
        let mut offers = Vec::new();
        for (value, algorithm) in asked.iter().zip(&config.algorithms) {
            let read = Challenge::read(value.as_bytes()).expect("a challenge is readable");
            let [challenge] = &read[..] else {
                panic!("one challenge in a header: {value}");
            };
            assert_eq!(challenge.realm, config.realm);
            assert_eq!(challenge.algorithm, *algorithm);
            assert_eq!(challenge.protection, QualityOfProtection::Auth);
            assert_eq!(challenge.stale, stale);
            offers.push(challenge.clone());
        }
        let mut challenge = Challenge::strongest(offers).expect("an offer");
        if self.settings.oldest_form {
            challenge.protection = QualityOfProtection::None;
        }
        let nonce = challenge.nonce.clone();
        assert!(
            self.sessions.iter().all(|earlier| earlier.nonce != nonce),
            "a nonce came twice"
        );
        self.sessions.push(Asked {
            session: Session::new(challenge, self.client_nonce.clone()),
            nonce,
            at: self.now,
        });
    }

    fn answer(&mut self, session: u8) -> Option<(usize, String)> {
        let credentials = self.credentials.clone();
        self.answer_as(&credentials, session)
    }

    fn answer_as(&mut self, credentials: &Credentials, session: u8) -> Option<(usize, String)> {
        let indices: Vec<usize> = (0..self.sessions.len()).collect();
        let index = pick(&indices, session)?;
        let asked = &mut self.sessions[index];
        let before = asked.session.count();
        let answer = asked
            .session
            .answer(credentials, METHOD, &self.uri)
            .expect("a password serves");
        assert_eq!(asked.session.count(), before + 1);
        Some((index, answer))
    }

    fn verify(&mut self, method: &str, uri: Option<&str>, answer: &str) -> Verdict {
        let uri = uri.unwrap_or(&self.uri).as_bytes();
        self.server.verify(
            self.now,
            method,
            uri,
            Some(answer.as_bytes()),
            &self.accounts,
        )
    }

    /// What the settings or the values alone refuse; the secret otherwise.
    fn refusal(&self) -> CredentialsFault {
        if !self.writable {
            CredentialsFault::Malformed
        } else if self.settings.oldest_form && self.settings.require_count {
            CredentialsFault::NoCount
        } else {
            CredentialsFault::Credentials
        }
    }

    /// A right answer is taken once, or its nonce is called stale; it is never called wrong.
    fn right(&mut self, answer: &str, verdict: &Verdict, must_be_taken: bool) {
        self.given.push(answer.to_owned());
        let refusal = self.refusal();
        match verdict {
            Verdict::Accepted(identity) => {
                assert_eq!(refusal, CredentialsFault::Credentials);
                assert_eq!(identity.username, self.credentials.username);
                assert!(!identity.other_uri);
                assert!(identity.secret > 0, "the earlier secret is not the one");
                assert!(
                    self.accepted.insert(answer.to_owned()),
                    "taken twice: {answer}"
                );
            }
            Verdict::Challenge { stale } => {
                assert_eq!(refusal, CredentialsFault::Credentials);
                assert!(stale);
                // The form without a count is good once for each nonce.
                assert!(!must_be_taken || self.settings.oldest_form);
            }
            Verdict::Refused(reason) => {
                assert_eq!(*reason, refusal);
                assert_ne!(
                    *reason,
                    CredentialsFault::Credentials,
                    "a right answer is refused"
                );
            }
        }
    }

    fn damaged(&mut self, answer: &str, change: Change) {
        let mut bytes = answer.as_bytes().to_vec();
        change.apply(&mut bytes);
        let uri = self.uri.clone();
        let verdict = self.server.verify(
            self.now,
            METHOD,
            uri.as_bytes(),
            Some(&bytes),
            &self.accounts,
        );
        let Verdict::Accepted(identity) = verdict else {
            return;
        };
        let before = naive(answer.as_bytes()).expect("what was written is plain");
        let after = naive(&bytes).expect("what is accepted is plain");
        assert_eq!(before, after, "{}", bytes.escape_ascii());
        assert_eq!(identity.username, self.credentials.username);
        // The count is used up: the undamaged one does not pass any more.
        self.accepted.insert(answer.to_owned());
        let again = self.verify(METHOD, None, answer);
        assert_eq!(again, Verdict::Challenge { stale: true });
    }

    fn elsewhere(&mut self, answer: &str, method: bool) {
        if method {
            let verdict = self.verify("REGISTER", None, answer);
            assert_eq!(verdict, Verdict::Refused(self.refusal()));
            return;
        }
        let other = format!("{}0", self.uri);
        match self.verify(METHOD, Some(&other), answer) {
            Verdict::Accepted(identity) => {
                assert!(identity.other_uri && !self.settings.require_same_uri);
                self.accepted.insert(answer.to_owned());
            }
            Verdict::Refused(CredentialsFault::OtherUri) => assert!(self.settings.require_same_uri),
            Verdict::Refused(reason) => {
                assert_eq!(reason, self.refusal());
                assert_ne!(reason, CredentialsFault::Credentials);
            }
            Verdict::Challenge { stale } => assert!(stale),
        }
    }
}

/// What of an answer decides, read in the plainest way: names in lower case, first mention
/// counts, and the letter case of what has none taken away.
pub(crate) fn naive(value: &[u8]) -> Option<Vec<(&'static str, String)>> {
    let text = std::str::from_utf8(value).ok()?;
    let text = text.trim_start_matches([' ', '\t', ',']);
    let (scheme, rest) = text.split_once([' ', '\t', ','])?;
    scheme.eq_ignore_ascii_case("digest").then_some(())?;
    let mut parameters: Vec<(String, String)> = Vec::new();
    let mut piece = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for sign in rest.chars().chain([',']) {
        match sign {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                if let Some((name, value)) = piece.split_once('=') {
                    let name = name.trim().to_ascii_lowercase();
                    parameters.push((name, unquoted(value.trim_matches([' ', '\t']))));
                }
                piece.clear();
                continue;
            }
            _ => {}
        }
        piece.push(sign);
    }
    let get = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone())
    };
    let algorithm = get("algorithm").unwrap_or_else(|| "MD5".to_owned());
    let quality = get("qop").unwrap_or_default().to_ascii_lowercase();
    let session = algorithm.to_ascii_lowercase().ends_with("-sess");
    let with_count = quality == "auth";
    Some(vec![
        ("username", get("username")?),
        ("realm", get("realm")?),
        ("nonce", get("nonce")?),
        ("uri", get("uri")?),
        ("response", get("response")?.to_ascii_lowercase()),
        ("algorithm", algorithm.to_ascii_lowercase()),
        ("qop", quality),
        ("nc", get("nc").filter(|_| with_count).unwrap_or_default()),
        (
            "cnonce",
            get("cnonce")
                .filter(|_| with_count || session)
                .unwrap_or_default(),
        ),
    ])
}

fn unquoted(value: &str) -> String {
    let Some(inside) = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return value.to_owned();
    };
    let mut out = String::new();
    let mut escaped = false;
    for sign in inside.chars() {
        if sign == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(sign);
            escaped = false;
        }
    }
    out
}
