//! Both sides of the Sensio Partner API: a [`Partner`] that reports events and statuses and takes webhooks,
//! and a [`Sensio`] that takes them and sends webhooks. Built on the state machines and the server of the crate
//! `sensio-partner`; a fault changes what goes over the line and nothing else.

mod backend;
mod ears;
mod exchange;
mod fault;
mod hooks;
mod partner;
mod planned;
mod server;
mod told;

pub use ears::{HOOK_PATH, WebhookEnd};
pub use fault::{Fault, FaultRate};
pub use partner::{Action, Partner, SettingsError};
pub use planned::{InvalidFault, PLANNED, Planned};
pub use server::{Command, Hooks, InvalidCommand, Sensio, Staff, StartError};
pub use told::{
    CallOutcome, EventTold, PartnerEvent, PartnerReport, SensioEvent, SensioReport, WebhookState,
};

/// The base URL at which both sides meet unless told otherwise.
pub const DEFAULT_URL: &str = "http://127.0.0.1:8180/partner";
/// The address of [`DEFAULT_URL`].
pub const DEFAULT_ADDRESS: &str = "127.0.0.1:8180";
/// The client id that both sides have unless told otherwise.
pub const DEFAULT_CLIENT_ID: &str = "alarm-lab";
/// The secret of both sides on loopback unless told otherwise.
pub const DEFAULT_SECRET: &str = "not-a-real-secret";
/// The validation token of webhooks on loopback unless told otherwise.
pub const DEFAULT_TOKEN: &str = "3c1f5f7a-not-a-real-token";

/// An HTTP client that follows nothing and repeats nothing.
fn http(
    timeout: std::time::Duration,
    roots: &[Vec<u8>],
) -> Result<reqwest::Client, reqwest::Error> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been quicker, with the same result.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let mut all = Vec::new();
    for pem in roots {
        all.extend(reqwest::Certificate::from_pem_bundle(pem)?);
    }
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .no_proxy()
        .timeout(timeout)
        .user_agent(concat!("alarm-lab/", env!("CARGO_PKG_VERSION")));
    match all.is_empty() {
        true => builder.build(),
        false => builder.tls_certs_merge(all).build(),
    }
}
