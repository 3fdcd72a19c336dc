//! The client of this crate against its server side in strict mode: what one writes the other takes, and
//! what goes wrong on purpose is understood as what it is.
#![cfg(all(feature = "axum", feature = "reqwest"))]

#[allow(dead_code, reason = "each test file uses a part")]
mod partner;

use std::time::Duration;

use partner::{Partner, start};
use sensio_partner::client::Client;
use sensio_partner::server::Recorded;
use sensio_partner::server::faults::{Fault, Scope};
use sensio_partner::token::Credentials;
use sensio_partner::wire::{BodyEncoding, TokenWire, WireProfile};
use sensio_partner::{
    BatteryLevel, CallError, Class, Description, DeviceIdentifier, DeviceStatus, Effect, Endpoint,
    EventParameters, EventType, ExternalEventId, IdentifierRules, Mode, Refusal, StatusEntry,
    UnityVersion,
};

async fn strict() -> Partner {
    start(|config| config.mode = Mode::Strict).await
}

fn client_with(partner: &Partner, token: TokenWire) -> Client {
    let endpoint = Endpoint::new(&format!("http://{}/partner", partner.address)).expect("loopback");
    let credentials = Credentials::new("nordlys-partner", "not-a-real-secret")
        .with("username", "nordlys-partner")
        .with("password", "not-a-real-secret");
    let mut profile = WireProfile::default();
    profile.token = token;
    Client::builder(endpoint, credentials)
        .profile(profile)
        .timeout(Duration::from_secs(30))
        .seed(7)
        .build()
        .expect("a client")
}

fn client(partner: &Partner) -> Client {
    client_with(partner, TokenWire::default())
}

fn device() -> DeviceIdentifier {
    DeviceIdentifier::new("SN-004711").expect("valid")
}

fn fall() -> EventParameters {
    EventParameters {
        trigger_value: Some(31.into()),
        external_event_id: ExternalEventId::new("01J9Z7P4WQ3N").ok(),
        description: Description::new("Fall ved sengen 🛏").ok(),
        ..EventParameters::new()
    }
}

async fn post(client: &Client) -> Class {
    match client.post_event(&device(), EventType::FALL, &fall()).await {
        Ok(delivered) => delivered.outcome.class,
        Err(CallError::Outcome(outcome)) => outcome.class,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_client_writes_a_strict_server_takes_without_a_warning() {
    let partner = strict().await;
    let client = client(&partner);
    assert_eq!(post(&client).await, Class::Done(Effect::Accepted));
    let (call, _) = partner.last_event();
    assert_eq!(call.decoded.message(), &fall());
    let update = EventParameters::new();
    let updated = client.put_event(&device(), EventType::FALL, &update).await;
    assert!(updated.expect("active").outcome.class.is_done());
    for effect in [Effect::Accepted, Effect::WasNotActive] {
        let closed = client.delete_event(&device(), EventType::FALL).await;
        assert_eq!(closed.expect("closed").outcome.class, Class::Done(effect));
    }
    let names = sensio_partner::wire::StatusNames::default();
    let level = BatteryLevel::new(78).expect("a percentage");
    let status = DeviceStatus::heartbeat().with_battery_level(level, &names);
    client.put_status(&device(), &status).await.expect("taken");
    let entry = StatusEntry {
        device: device(),
        status,
    };
    let refused = client.put_statuses(&[entry]).await.expect("taken");
    assert!(refused.is_empty());
    for recorded in partner.backend.calls() {
        let warnings = match recorded {
            Recorded::Event { call, .. } => call.warnings,
            Recorded::Statuses { call, .. } => call.warnings,
            other => panic!("{other:?}"),
        };
        assert!(warnings.is_empty(), "{warnings:?}");
    }
}

#[tokio::test]
async fn every_shape_of_the_token_call_is_understood() {
    let partner = strict().await;
    let mut json = TokenWire::default();
    json.encoding = BodyEncoding::Json;
    for token in [
        TokenWire::default(),
        json,
        TokenWire::basic(),
        TokenWire::password(),
    ] {
        let client = client_with(&partner, token);
        assert_eq!(post(&client).await, Class::Done(Effect::Accepted));
    }
}

#[tokio::test]
async fn identifiers_arrive_as_they_are() {
    let partner = start(|_| ()).await;
    let client = client(&partner);
    for text in ["a/b", "%2F", "blåbær", "status"] {
        let rules = IdentifierRules { slashes: true };
        let device = DeviceIdentifier::with_rules(text, rules).expect("valid");
        let status = DeviceStatus::heartbeat();
        client.put_status(&device, &status).await.expect("taken");
        assert!(partner.backend.status(&device).is_some(), "{text}");
    }
}

#[tokio::test]
async fn a_cut_connection_is_ambiguous_whether_the_call_was_kept_or_not() {
    let partner = strict().await;
    let client = client(&partner);
    assert_eq!(post(&client).await, Class::Done(Effect::Accepted));
    for fault in [
        Fault::CutBeforeBody,
        Fault::CutDuringBody,
        Fault::CutAfterBody,
    ] {
        // HTTP libraries repeat by themselves what a closed connection cannot have taken: the fault
        // stays until it has been seen.
        partner.faults.always(Scope::Events, fault.clone());
        assert_eq!(post(&client).await, Class::Ambiguous, "{fault:?}");
    }
    partner.faults.clear();
    assert_eq!(post(&client).await, Class::Done(Effect::Accepted));
}

#[tokio::test]
async fn a_first_refused_token_is_renewed_and_a_second_one_is_an_error() {
    let partner = strict().await;
    let client = client(&partner);
    assert_eq!(post(&client).await, Class::Done(Effect::Accepted));
    partner.faults.once(Scope::Events, Fault::ForgetTokens);
    assert_eq!(post(&client).await, Class::Done(Effect::Accepted));
    partner.faults.times(2, Scope::Events, Fault::answer(401));
    assert_eq!(post(&client).await, Class::Token);
}

#[tokio::test]
async fn planned_answers_are_read_as_their_class() {
    let partner = strict().await;
    let client = client(&partner);
    for (fault, class) in [
        (Fault::answer(409), Class::Done(Effect::AlreadyActive)),
        (Fault::answer(429), Class::Transient),
        (Fault::answer(500), Class::ServerFault),
        (Fault::KeptButAnswer { status: 503 }, Class::Transient),
        (Fault::answer(404), Class::Permanent(Refusal::UnknownDevice)),
        (Fault::answer(413), Class::TooLarge),
        (Fault::HtmlPage { status: 502 }, Class::Transient),
        (
            Fault::Redirect {
                location: "https://elsewhere.example.net/".into(),
            },
            Class::Configuration,
        ),
        (
            Fault::Slow(Duration::from_millis(100)),
            Class::Done(Effect::Accepted),
        ),
    ] {
        partner.faults.once(Scope::Events, fault.clone());
        assert_eq!(post(&client).await, class, "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_of_an_older_version_gets_what_it_knows() {
    let partner = start(|config| {
        config.mode = Mode::Strict;
        config.version = UnityVersion::V6_9;
    })
    .await;
    let endpoint = Endpoint::new(&format!("http://{}/partner", partner.address)).expect("loopback");
    let credentials = Credentials::new("nordlys-partner", "not-a-real-secret");
    let older = Client::builder(endpoint, credentials)
        .version(UnityVersion::V6_9)
        .build()
        .expect("a client");
    // The description would be answered 500.
    assert_eq!(post(&older).await, Class::Done(Effect::Accepted));
    assert_eq!(post(&client(&partner)).await, Class::ServerFault);
}
