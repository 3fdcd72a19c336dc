//! Digest accounts: from the configuration and the files that it names.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use scaip::digest::{Account, Algorithm, ChallengerConfig, HashedSecret, Secret};
use scaip::driver::receiver::Handle;
use scaip::receiver::{Access, Listener, ListenerConfig, SharedAccounts};
use scaip::sip::Transport;
use tokio_util::sync::CancellationToken;

use super::super::tls::read_small;
use crate::config::{
    AccountKind, DigestAlgorithm, DigestConfig, DigestSecret, Private, SipListener,
};

/// An account of the configuration cannot be used. Its name is left out: it may stand for
/// somebody's home.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// A file of passwords cannot be read.
    #[error("passwords cannot be read from {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds no password.
    #[error("{} holds no password: put each on a line of its own", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A hash is not one.
    #[error("an md5 or sha256 secret is no hash")]
    Hash,
}

type Known = HashMap<String, Account>;

/// The accounts in force, and where they come from.
pub(super) struct DigestAccounts {
    settings: DigestConfig,
    known: Arc<Known>,
}

impl std::fmt::Debug for DigestAccounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DigestAccounts")
            .field("listeners", &self.settings.listeners)
            .field("accounts", &self.known.len())
            .finish()
    }
}

fn listener(of: SipListener) -> Listener {
    Listener::Transport(match of {
        SipListener::Udp => Transport::Udp,
        SipListener::Tcp => Transport::Tcp,
        SipListener::Tls => Transport::Tls,
    })
}

impl DigestAccounts {
    /// Reads all of them.
    pub(super) fn new(settings: &DigestConfig) -> Result<Self, AccountError> {
        Ok(Self {
            settings: settings.clone(),
            known: Arc::new(read(settings)?),
        })
    }

    /// What the listeners ask for.
    pub(super) fn listeners(&self) -> Vec<ListenerConfig> {
        let listen = |of: &SipListener| {
            // Of this listener alone: a nonce of one is none of another.
            let mut key = [0; 32];
            key[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
            key[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
            let mut challenger = ChallengerConfig::new(self.settings.realm.clone(), key);
            challenger.algorithms = self.settings.algorithms.iter().map(algorithm).collect();
            challenger.nonce_life = self.settings.nonce_life.0;
            let accounts = Arc::clone(&self.known) as SharedAccounts;
            let mut config = ListenerConfig::open(listener(*of));
            config.access = Access::Digest {
                challenger,
                accounts,
            };
            config
        };
        // The rest is open, and has to say so: with some named the others would hear 403.
        let open = ListenerConfig::open(Listener::Any);
        let asking = self.settings.listeners.iter().map(listen);
        asking.chain([open]).collect()
    }

    /// Reads the files again and again until stopped. An account that lost a secret is not
    /// thrown out of its connections: the next request is checked anew anyway.
    pub(super) async fn reload(self, handle: Handle, interval: Duration, stop: CancellationToken) {
        let files = |secret: &DigestSecret| secret.file.is_some();
        let mut accounts = self.settings.accounts.iter();
        if !self.settings.is_on() || !accounts.any(|account| account.secrets.iter().any(files)) {
            return;
        }
        let settings = Arc::new(self.settings);
        let mut known = self.known;
        let mut failing = false;
        while tokio::time::timeout(interval, stop.cancelled())
            .await
            .is_err()
        {
            let again = Arc::clone(&settings);
            let Ok(looked) = tokio::task::spawn_blocking(move || read(&again)).await else {
                return;
            };
            match looked {
                Ok(now) => {
                    failing = false;
                    if now == *known {
                        continue;
                    }
                    known = Arc::new(now);
                    for of in &settings.listeners {
                        let accounts = Arc::clone(&known) as SharedAccounts;
                        if handle.set_accounts(listener(*of), accounts).await.is_err() {
                            return;
                        }
                    }
                    tracing::info!("new passwords are in force");
                }
                Err(error) => {
                    if !failing {
                        tracing::error!(%error, "the passwords on disk cannot be used, the old ones stay");
                    }
                    failing = true;
                }
            }
        }
    }
}

fn algorithm(of: &DigestAlgorithm) -> Algorithm {
    match of {
        DigestAlgorithm::Sha256 => Algorithm::Sha256,
        DigestAlgorithm::Md5 => Algorithm::Md5,
    }
}

fn read(settings: &DigestConfig) -> Result<Known, AccountError> {
    let mut known = Known::with_capacity(settings.accounts.len());
    for account in &settings.accounts {
        let mut secrets = Vec::new();
        for secret in &account.secrets {
            add(secret, &mut secrets)?;
        }
        let entry = match account.kind {
            AccountKind::Controller => Account::controller(secrets),
            AccountKind::Gateway => Account::gateway(secrets),
        };
        known.insert(account.name.clone(), entry);
    }
    Ok(known)
}

fn add(from: &DigestSecret, secrets: &mut Vec<Secret>) -> Result<(), AccountError> {
    if let Some(password) = &from.password {
        secrets.push(Secret::password(password.expose()));
    }
    for (digits, algorithm) in [
        (&from.md5, Algorithm::Md5),
        (&from.sha256, Algorithm::Sha256),
    ] {
        if let Some(digits) = digits.as_ref().map(Private::expose) {
            let hashed = HashedSecret::from_hexadecimal(algorithm, digits);
            secrets.push(Secret::Hashed(hashed.ok_or(AccountError::Hash)?));
        }
    }
    match &from.file {
        Some(path) => from_file(path, secrets),
        None => Ok(()),
    }
}

fn from_file(path: &Path, secrets: &mut Vec<Secret>) -> Result<(), AccountError> {
    let bytes = read_small(path).map_err(|source| AccountError::Read {
        path: path.to_owned(),
        source,
    })?;
    let before = secrets.len();
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    secrets.extend(lines.filter(|line| !line.is_empty()).map(Secret::password));
    if secrets.len() == before {
        return Err(AccountError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DigestAccount;

    fn one(secret: DigestSecret) -> DigestConfig {
        DigestConfig {
            accounts: vec![DigestAccount {
                name: "40211870".into(),
                kind: AccountKind::Controller,
                secrets: vec![secret],
            }],
            ..DigestConfig::default()
        }
    }

    #[test]
    fn every_line_of_a_file_is_a_password() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("passwords");
        std::fs::write(&path, "old\r\n\n new \n").expect("written");
        let from = DigestSecret {
            file: Some(path.clone()),
            ..DigestSecret::default()
        };
        let known = read(&one(from.clone())).expect("good");
        let expected = ["old", "new"].map(Secret::password);
        assert_eq!(known["40211870"], Account::controller(expected.to_vec()));

        std::fs::write(&path, "\n").expect("written");
        assert!(matches!(
            read(&one(from.clone())),
            Err(AccountError::Empty { .. })
        ));
        std::fs::remove_file(&path).expect("there");
        assert!(matches!(read(&one(from)), Err(AccountError::Read { .. })));
    }

    #[test]
    fn a_listener_that_asks_for_nothing_stays_open_beside_one_that_does() {
        let mut settings = one(DigestSecret {
            password: Some(Private::new("open sesame")),
            ..DigestSecret::default()
        });
        settings.realm = "arc.example.net".into();
        settings.listeners = vec![SipListener::Tcp];
        let mut config = scaip::receiver::Config::new([7; 16]);
        config.listeners = DigestAccounts::new(&settings).expect("good").listeners();
        let mut receiver = scaip::receiver::Receiver::new(config).expect("good settings");
        let (local, remote) = ([127, 0, 0, 1], [127, 0, 0, 2]);
        let path = scaip::sip::Path::udp((local, 5060).into(), (remote, 5060).into());
        let body = "<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty></mrq>";
        let message = format!(
            "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.2:5060;branch=z9hG4bK1\r\n\
             From: <sip:40211870@arc.example.net>;tag=1\r\nTo: <sip:alarm@arc.example.net>\r\n\
             Call-ID: 1\r\nCSeq: 1 MESSAGE\r\nContent-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let now = std::time::Instant::now();
        receiver.handle_datagram(now, path, message.clone().into());
        let event = receiver.poll_event(now);
        assert!(
            matches!(event, Some(scaip::receiver::Event::Request(_))),
            "{event:?}"
        );
        let tcp = receiver
            .connection_opened(Transport::Tcp, path.local, path.remote)
            .expect("room");
        receiver.handle_stream(now, tcp, message.as_bytes());
        let event = receiver.poll_event(now);
        assert!(
            matches!(event, Some(scaip::receiver::Event::Challenged { .. })),
            "{event:?}"
        );
    }

    #[test]
    fn nothing_of_an_account_is_shown() {
        let from = DigestSecret {
            password: Some(Private::new("open sesame")),
            ..DigestSecret::default()
        };
        let accounts = DigestAccounts::new(&one(from)).expect("good");
        let shown = format!("{accounts:?} {:?}", accounts.listeners());
        assert!(
            !shown.contains("sesame") && !shown.contains("4021"),
            "{shown}"
        );
    }
}
