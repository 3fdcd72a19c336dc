use fhir_vkp::security::{Algorithm, DpopKey, InvalidKey, NotForDpop, PrivateKey};

pub(crate) const P256_JWK: &str = include_str!("../keys/p256.jwk.json");
const P256_PEM: &str = include_str!("../keys/p256.pem");
const P256_SEC1: &str = include_str!("../keys/p256.sec1.pem");
const P384_JWK: &str = include_str!("../keys/p384.jwk.json");
const P384_PEM: &str = include_str!("../keys/p384.pem");
const P521_JWK: &str = include_str!("../keys/p521.jwk.json");
pub(crate) const RSA_JWK: &str = include_str!("../keys/rsa-2048.jwk.json");
const RSA_PEM: &str = include_str!("../keys/rsa-2048.pem");
const RSA_PKCS1: &str = include_str!("../keys/rsa-2048.pkcs1.pem");
const RSA_1024: &str = include_str!("../keys/rsa-1024.pem");

/// Thumbprints as jwcrypto, another implementation, computes them.
const P256_THUMBPRINT: &str = "RIviTAoUQwlQmfM61W4tveRTeqLov-aAt6z7Plx-eqA";
const P384_THUMBPRINT: &str = "KiEYpEaaZoYh5iOkwqGT3Du0T22p95Tm4PzvqrIyesA";
const RSA_THUMBPRINT: &str = "Font0WF0hZStgEegl3_b7Zh9kW5c5ocUzXnxdUx7Nw4";

#[test]
fn keys_are_read_in_every_form_and_have_the_thumbprint_that_others_compute() {
    for (key, thumbprint) in [
        (PrivateKey::from_jwk(P256_JWK, None), P256_THUMBPRINT),
        (
            PrivateKey::from_pem(P256_PEM, Algorithm::Es256, None),
            P256_THUMBPRINT,
        ),
        (
            PrivateKey::from_pem(P256_SEC1, Algorithm::Es256, None),
            P256_THUMBPRINT,
        ),
        (
            PrivateKey::from_jwk(P384_JWK, Some(Algorithm::Es384)),
            P384_THUMBPRINT,
        ),
        (
            PrivateKey::from_pem(P384_PEM, Algorithm::Es384, None),
            P384_THUMBPRINT,
        ),
        (PrivateKey::from_jwk(RSA_JWK, None), RSA_THUMBPRINT),
        (
            PrivateKey::from_pem(RSA_PEM, Algorithm::Ps512, None),
            RSA_THUMBPRINT,
        ),
        (
            PrivateKey::from_pem(RSA_PKCS1, Algorithm::Rs256, None),
            RSA_THUMBPRINT,
        ),
    ] {
        assert_eq!(key.expect("a key").thumbprint(), thumbprint);
    }
    let key = PrivateKey::from_jwk(RSA_JWK, None).expect("a key");
    assert_eq!(
        (key.key_id(), key.algorithm()),
        (Some("test-key"), Algorithm::Ps256)
    );
}

#[test]
fn an_rsa_key_without_its_primes_is_completed() {
    let mut jwk: serde_json::Value = serde_json::from_str(RSA_JWK).expect("JSON");
    for member in ["p", "q", "dp", "dq", "qi"] {
        jwk.as_object_mut().expect("an object").remove(member);
    }
    let key = PrivateKey::from_jwk(&jwk.to_string(), None).expect("a key");
    assert_eq!(key.thumbprint(), RSA_THUMBPRINT);
}

#[test]
fn what_is_no_key_for_it_is_refused_with_a_reason() {
    let jwk = |text: &str, algorithm| PrivateKey::from_jwk(text, algorithm).err();
    let edited = |text: &str, member: &str, value: serde_json::Value| {
        let mut jwk: serde_json::Value = serde_json::from_str(text).expect("JSON");
        jwk[member] = value;
        jwk.to_string()
    };
    let public = |text| {
        let mut jwk: serde_json::Value = serde_json::from_str(text).expect("JSON");
        jwk.as_object_mut().expect("an object").remove("d");
        jwk.to_string()
    };
    let without_algorithm = edited(RSA_JWK, "alg", serde_json::Value::Null);
    for (refused, reason) in [
        (jwk("", None), InvalidKey::NotJwk),
        (jwk("{}", None), InvalidKey::NotJwk),
        (
            jwk(r#"{"kty":"oct","k":"AA","d":"AA"}"#, None),
            InvalidKey::NotJwk,
        ),
        (jwk(&public(P256_JWK), None), InvalidKey::NotPrivate),
        (jwk(P521_JWK, None), InvalidKey::Curve),
        (
            jwk(&edited(P521_JWK, "alg", "ES512".into()), None),
            InvalidKey::UnknownAlgorithm,
        ),
        (jwk(&without_algorithm, None), InvalidKey::NoAlgorithm),
        (
            jwk(&without_algorithm, Some(Algorithm::Es256)),
            InvalidKey::OtherAlgorithm,
        ),
        (
            jwk(RSA_JWK, Some(Algorithm::Ps512)),
            InvalidKey::OtherAlgorithm,
        ),
        (
            jwk(&edited(P256_JWK, "alg", "ES384".into()), None),
            InvalidKey::OtherAlgorithm,
        ),
        (
            jwk(&edited(P256_JWK, "d", "AQ".into()), None),
            InvalidKey::Inconsistent,
        ),
        (
            jwk(&edited(P256_JWK, "x", "AQ".into()), None),
            InvalidKey::Inconsistent,
        ),
        (
            jwk(&edited(RSA_JWK, "d", "AQ".into()), None),
            InvalidKey::Inconsistent,
        ),
        (
            jwk(&edited(RSA_JWK, "n", "AQ".into()), None),
            InvalidKey::Length,
        ),
        (
            PrivateKey::from_pem(RSA_1024, Algorithm::Ps256, None).err(),
            InvalidKey::Length,
        ),
        (
            PrivateKey::from_pem(RSA_PEM, Algorithm::Es256, None).err(),
            InvalidKey::NotPem,
        ),
        (
            PrivateKey::from_pem(P256_PEM, Algorithm::Es384, None).err(),
            InvalidKey::NotPem,
        ),
        (
            PrivateKey::from_pem("", Algorithm::Ps256, None).err(),
            InvalidKey::NotPem,
        ),
    ] {
        assert_eq!(refused, Some(reason));
    }
}

#[test]
fn rs256_signs_no_proofs_and_nothing_prints_a_key() {
    let key = PrivateKey::from_pem(RSA_PEM, Algorithm::Rs256, Some("k")).expect("a key");
    let private = serde_json::from_str::<serde_json::Value>(RSA_JWK).expect("JSON");
    let shown = format!("{key:?}");
    assert_eq!(shown, "PrivateKey(RS256, hidden)");
    assert!(!shown.contains(private["d"].as_str().expect("text")));
    assert_eq!(DpopKey::new(key).err(), Some(NotForDpop(Algorithm::Rs256)));
    let key = DpopKey::generate().expect("a key");
    assert_eq!(format!("{key:?}"), "DpopKey(ES256, hidden)");
    assert!(!key.public_jwk().contains("\"d\""));
}

#[test]
fn every_generated_key_is_another_one() {
    let generate = || DpopKey::generate().expect("a key").thumbprint();
    assert_ne!(generate(), generate());
}
