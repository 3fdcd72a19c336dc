//! Answers to digest challenges, judged; and the hashes below them alone.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use md5::Md5;
use scaip::digest::{
    Algorithm, Challenge, Challenger, ChallengerConfig, Credentials, HashedSecret, Password,
    Secret, Session, Verdict,
};
use sha2::{Digest as _, Sha256};

const REALM: &str = "example.net";
const USERNAME: &str = "40211870";
const PASSWORD: &str = "pendant";
const METHOD: &str = "MESSAGE";
const URI: &str = "sip:alarm@example.net";
const CLIENT_NONCE: &str = "5c0e2f77aa013b9d";
/// Answers that are written beforehand: each is good once for each server.
const ANSWERS: usize = 4096;

/// What the server keeps of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The hash of name, realm and password, as servers should.
    Hash,
    /// The password.
    Password,
}

/// A server that judges answers, each of them new.
#[derive(Debug)]
pub struct VerifyRound {
    config: ChallengerConfig,
    server: Challenger,
    accounts: HashMap<String, Vec<Secret>>,
    answers: Vec<String>,
    next: usize,
    now: Instant,
}

impl VerifyRound {
    /// A server that asks with this algorithm, and a client's answers.
    ///
    /// # Panics
    ///
    /// Never: the settings are good.
    #[must_use]
    pub fn new(algorithm: Algorithm, kept: Kept) -> Self {
        let now = Instant::now();
        let mut config = ChallengerConfig::new(REALM, [7; 32]);
        config.algorithms = vec![algorithm];
        let mut server = Challenger::new(config.clone(), now).expect("the settings are good");
        let value = server.challenge(now, false).remove(0);
        let challenge = Challenge::read(value.as_bytes())
            .expect("readable")
            .remove(0);
        let credentials = Credentials::new(USERNAME, Secret::password(PASSWORD));
        let mut session = Session::new(challenge, CLIENT_NONCE);
        let answers = (0..ANSWERS)
            .map(|_| session.answer(&credentials, METHOD, URI).expect("usable"))
            .collect();
        let password = Password::new(PASSWORD);
        let secret = match kept {
            Kept::Hash => Secret::Hashed(HashedSecret::of(algorithm, USERNAME, REALM, &password)),
            Kept::Password => Secret::Password(password),
        };
        VerifyRound {
            config,
            server,
            accounts: HashMap::from([(USERNAME.to_owned(), vec![secret])]),
            answers,
            next: 0,
            now,
        }
    }

    /// Judges the next answer.
    ///
    /// # Panics
    ///
    /// When it is not accepted.
    pub fn run(&mut self) {
        if self.next == self.answers.len() {
            // A server of the same key that has seen none of them.
            self.server = Challenger::new(self.config.clone(), self.now).expect("good");
            self.next = 0;
        }
        let answer = &self.answers[self.next];
        self.next += 1;
        let verdict = self.server.verify(
            self.now,
            METHOD,
            URI.as_bytes(),
            Some(black_box(answer.as_bytes())),
            &self.accounts,
        );
        assert!(matches!(verdict, Verdict::Accepted(_)));
    }
}

/// As many bytes as a server hashes for one answer when it keeps the hash of the secret: method
/// and URI, the response, and the check of its own nonce, which is SHA-256 in any case.
#[derive(Debug)]
pub struct BareHashes {
    second: Vec<u8>,
    response: Vec<u8>,
    nonce: Vec<u8>,
}

impl BareHashes {
    /// The bytes for an algorithm.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        let digits = match algorithm.base() {
            Algorithm::Md5 => 32,
            _ => 64,
        };
        // Secret, nonce, count, client nonce, auth, and the hash of method and URI; the nonce has
        // 56 digits.
        let response = digits + 1 + 56 + 1 + 8 + 1 + CLIENT_NONCE.len() + 1 + 4 + 1 + digits;
        BareHashes {
            second: vec![b'x'; METHOD.len() + 1 + URI.len()],
            response: vec![b'x'; response],
            // The key, two lengths, a word, time and number.
            nonce: vec![b'x'; 32 + 8 + 5 + 8 + 12],
        }
    }

    /// All three, MD5 for the first two.
    #[must_use]
    pub fn md5(&self) -> u8 {
        let second = Md5::digest(black_box(&self.second));
        let response = Md5::digest(black_box(&self.response));
        let nonce = Sha256::digest(black_box(&self.nonce));
        second[0] ^ response[0] ^ nonce[0]
    }

    /// All three.
    #[must_use]
    pub fn sha256(&self) -> u8 {
        let second = Sha256::digest(black_box(&self.second));
        let response = Sha256::digest(black_box(&self.response));
        let nonce = Sha256::digest(black_box(&self.nonce));
        second[0] ^ response[0] ^ nonce[0]
    }
}
