//! What a client is set up with: keys in JWK and PEM, and the discovery document of the issuer, arbitrary and
//! damaged (FHIR reference 10, RFC 7517, RFC 7468, RFC 8414).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fhir_vkp::request::{Action, BaseAddress};
use fhir_vkp::security::{
    Algorithm, ClientCore, Config, Credentials, Discovery, DpopKey, Endpoint, Event, InvalidKey,
    PrivateKey,
};
use fhir_vkp::{Time, WallMicros};
use serde_json::Value;

use super::super::luck::Luck;
use super::{DISCOVERY, STS, credentials, read};

const NOW: WallMicros = WallMicros(1_795_332_425_000_000);

/// Keys that were made for tests and guard nothing, with the algorithms that they are read with.
const KEYS: [(&str, &[Algorithm]); 10] = {
    use Algorithm::{Es256, Es384, Ps256, Ps384, Ps512, Rs256};
    const RSA: &[Algorithm] = &[Ps256, Ps384, Ps512, Rs256];
    macro_rules! key {
        ($name:literal) => {
            include_str!(concat!("../../../../../fhir-vkp/tests/keys/", $name))
        };
    }
    [
        (key!("p256.jwk.json"), &[Es256]),
        (key!("p384.jwk.json"), &[Es384]),
        (key!("p521.jwk.json"), &[]),
        (key!("p256.pem"), &[Es256]),
        (key!("p256.sec1.pem"), &[Es256]),
        (key!("p384.pem"), &[Es384]),
        (key!("rsa-2048.jwk.json"), RSA),
        (key!("rsa-2048.pem"), RSA),
        (key!("rsa-2048.pkcs1.pem"), RSA),
        (key!("rsa-1024.pem"), &[]),
    ]
};

/// How many of them are on curves: RSA takes a hundred times as long.
const CURVES: usize = 6;

/// Reads a key, whole, damaged or made of anything; one that is read signs.
pub(super) fn keys(luck: &mut Luck<'_>, with_rsa: bool) {
    let given = Algorithm::ALL.get(luck.below(7)).copied();
    let keys = if with_rsa { &KEYS[..] } else { &KEYS[..CURVES] };
    let (text, fits) = match keys.get(luck.below(keys.len() + 1)) {
        Some((key, fits)) => {
            let damaged = damage(key, luck);
            let whole = damaged == key.as_bytes();
            (damaged, whole.then_some(*fits))
        }
        None => (luck.bytes(4_000).to_vec(), None),
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    let algorithm = given.unwrap_or(Algorithm::Es256);
    let jwk = PrivateKey::from_jwk(&text, given);
    let pem = PrivateKey::from_pem(&text, algorithm, Some("key-1"));
    if let Some(fits) = fits {
        let is_jwk = text.starts_with('{');
        assert_eq!(pem.is_ok(), !is_jwk && fits.contains(&algorithm));
        assert!(jwk.is_err() || (is_jwk && !fits.is_empty()));
    }
    judge(jwk, &text);
    judge(pem, &text);
}

fn judge(key: Result<PrivateKey, InvalidKey>, text: &str) {
    let key = match key {
        Ok(key) => key,
        Err(error) => return assert_hidden(&format!("{error} {error:?}"), text),
    };
    assert_eq!(
        format!("{key:?}"),
        format!("PrivateKey({}, hidden)", key.algorithm())
    );
    assert_eq!(key.thumbprint().len(), 43);
    let public: Value = serde_json::from_str(key.public_jwk()).expect("JSON");
    let members: BTreeSet<_> = public.as_object().expect("an object").keys().collect();
    let names = match public["kty"].as_str() {
        Some("RSA") => BTreeSet::from(["e", "kty", "n"]),
        _ => BTreeSet::from(["crv", "kty", "x", "y"]),
    };
    assert!(members.into_iter().eq(names), "more than the public part");
    if let Ok(jwk) = serde_json::from_str::<Value>(text) {
        let secret = jwk["d"].as_str().expect("a private key");
        assert!(secret.len() < 16 || !key.public_jwk().contains(secret));
    }
    signs(&key);
}

/// A client with this key asks for a token, signed as the key says.
fn signs(key: &PrivateKey) {
    let credentials = Credentials::new("client-1", key.clone(), ["nhn:jft/api"]);
    let proof = DpopKey::new(key.clone());
    assert_eq!(proof.is_ok(), key.algorithm().is_for_dpop());
    let credentials = match proof {
        Ok(proof) => credentials.with_dpop(proof),
        Err(_) => credentials,
    };
    let issuer = BaseAddress::new(STS).expect("an address");
    let endpoint = Endpoint::Issuer(issuer);
    let mut core = ClientCore::new(endpoint, credentials, Config::default(), 1);
    let _ = core
        .tokens()
        .expect("a client with tokens")
        .access(Time::ZERO);
    let transmit = core.poll_transmit(Time::ZERO, NOW).expect("a request");
    let form = String::from_utf8_lossy(transmit.request.body()).into_owned();
    let assertion = form
        .split("client_assertion=")
        .nth(1)
        .expect("an assertion");
    let header = assertion.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    assert_eq!(header["alg"], key.algorithm().name());
    assert_eq!(header["kid"].as_str(), key.key_id());
}

/// Reads a discovery document, whole, damaged or made of anything, alone and as the answer to a client.
pub(super) fn discovery(luck: &mut Luck<'_>) {
    let body = match luck.flag() {
        true => luck.bytes(4_000).to_vec(),
        false => damage(DISCOVERY, luck),
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    let issuer = BaseAddress::new(STS).expect("an address");
    let found = Discovery::read(body.as_bytes(), &issuer);
    assert!(found.is_ok() || body != DISCOVERY, "a good one is refused");
    match &found {
        Ok(found) => {
            let value = body.trim_start_matches('\u{feff}');
            let value: Value = serde_json::from_str(value).expect("JSON");
            assert_eq!(value["issuer"], found.issuer.as_str());
            assert_eq!(found.issuer.trim_end_matches('/'), STS);
            assert!(found.token_endpoint.starts_with("https://"));
        }
        Err(error) => assert_hidden(&format!("{error} {error:?}"), &body),
    }
    let endpoint = Endpoint::Discover(issuer);
    let mut core = ClientCore::new(endpoint, credentials(true), Config::default(), 1);
    let tokens = |core: &mut ClientCore| core.tokens().expect("with tokens").poll_event();
    let _ = core.tokens().expect("with tokens").access(Time::ZERO);
    let asked = core.poll_transmit(Time::ZERO, NOW).expect("a request");
    assert_eq!(asked.request.call().action, Action::Discover);
    let outcome = read(&asked.request, 200, None, &body);
    core.handle_token(Time::ZERO, asked.attempt, &outcome);
    match core.poll_transmit(Time::ZERO, NOW) {
        Some(next) => {
            let found = found.expect("what is not read is not used");
            assert_eq!(next.request.call().action, Action::Token);
            assert_eq!(next.request.url(), found.token_endpoint);
        }
        None => {
            let failed = tokens(&mut core);
            assert!(matches!(failed, Some(Event::Failed { .. })), "{failed:?}");
            assert_hidden(&format!("{failed:?}"), &body);
        }
    }
}

/// A text with up to seven changes.
fn damage(text: &str, luck: &mut Luck<'_>) -> Vec<u8> {
    let mut text = text.as_bytes().to_vec();
    for _ in 0..luck.below(8) {
        let at = luck.below(text.len() + 1);
        let end = (at + luck.below(300)).min(text.len());
        match luck.below(5) {
            0 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte = luck.byte();
                }
            }
            1 => drop(text.drain(at..end)),
            2 => drop(text.splice(at..at, luck.bytes(40).iter().copied())),
            3 => {
                let copied = text[at..end].to_vec();
                let to = luck.below(text.len() + 1);
                drop(text.splice(to..to, copied));
            }
            _ => text.truncate(at),
        }
    }
    text
}

/// Nothing long of a text is in what is shown.
fn assert_hidden(shown: &str, text: &str) {
    let is_material = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    for run in text.as_bytes().split(|byte| !is_material(byte)) {
        for piece in run.chunks_exact(16) {
            let piece = std::str::from_utf8(piece).expect("ASCII");
            assert!(!shown.contains(piece), "{shown}");
        }
    }
}
