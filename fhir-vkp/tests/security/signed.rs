use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fhir_vkp::WallMicros;
use fhir_vkp::identifier::OrganisationNumber;
use fhir_vkp::request::{Method, Request};
use fhir_vkp::security::{
    Algorithm, AssertionType, Credentials, Details, DpopKey, Organisation, PrivateKey, Proof,
};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};

use super::keys::{P256_JWK, RSA_JWK};

const NOW: WallMicros = WallMicros(1_795_332_425_500_000);

/// Header and claims of a JWT whose signature is checked against this public key.
pub(crate) fn verified(jwt: &str, public: &str) -> (Value, Value) {
    let mut parts = jwt.split('.');
    let mut part = || {
        let part = URL_SAFE_NO_PAD
            .decode(parts.next().expect("a part"))
            .expect("base64url");
        serde_json::from_slice::<Value>(&part).expect("JSON")
    };
    let (header, claims) = (part(), part());
    let jwk: Jwk = serde_json::from_str(public).expect("a JWK");
    let key = DecodingKey::from_jwk(&jwk).expect("a key");
    let algorithm = header["alg"].as_str().expect("alg").parse().expect("known");
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(jwt, &key, &validation).expect("a good signature");
    (header, claims)
}

fn form(request: &Request) -> HashMap<String, String> {
    url::form_urlencoded::parse(request.body())
        .into_owned()
        .collect()
}

fn organisation() -> Organisation {
    let number = |text| OrganisationNumber::new(text).expect("a number");
    Organisation::new(&number("310000000"), Some(&number("310000001")))
}

fn token_request(credentials: &Credentials, nonce: Option<&str>) -> Request {
    let endpoint = "https://sts.example.net/connect/token";
    credentials
        .token_request(
            endpoint,
            "https://sts.example.net",
            NOW,
            nonce,
            ("a-1", "p-1"),
        )
        .expect("signed")
}

#[test]
fn the_assertion_says_what_helseid_asks_for() {
    for jwk in [P256_JWK, RSA_JWK] {
        let key = PrivateKey::from_jwk(jwk, None).expect("a key");
        let public = key.public_jwk().to_owned();
        let algorithm = key.algorithm().name();
        let credentials = Credentials::new("client-1", key, ["nhn:jft/api", "x"]);
        let request = token_request(&credentials, None);
        assert_eq!(request.url(), "https://sts.example.net/connect/token");
        assert!(request.headers().all(|header| header.name != "dpop"));
        let form = form(&request);
        assert_eq!(form["grant_type"], "client_credentials");
        assert_eq!(form["client_id"], "client-1");
        assert_eq!(form["scope"], "nhn:jft/api x");
        assert_eq!(
            form["client_assertion_type"],
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        let (header, claims) = verified(&form["client_assertion"], &public);
        let expected =
            json!({"alg": algorithm, "typ": "client-authentication+jwt", "kid": "test-key"});
        assert_eq!(header, expected);
        assert_eq!(
            claims,
            json!({
                // Half of the 60 seconds that HelseID takes: its clock may be behind.
                "iss": "client-1", "sub": "client-1", "aud": "https://sts.example.net",
                "iat": 1_795_332_425, "nbf": 1_795_332_425, "exp": 1_795_332_455, "jti": "a-1",
            })
        );
    }
}

#[test]
fn a_multi_tenant_client_names_its_organisation_in_one_of_two_claims() {
    let details = json!([{
        "type": "helseid_authorization",
        "practitioner_role": {"organization": {"identifier": {
            "system": "urn:oid:1.0.6523", "type": "ENH", "value": "NO:ORGNR:310000000:310000001",
        }}},
    }]);
    for (named, there, absent) in [
        (
            Details::Assertion(organisation()),
            "assertion_details",
            "authorization_details",
        ),
        (
            Details::Authorization(organisation()),
            "authorization_details",
            "assertion_details",
        ),
    ] {
        let key = PrivateKey::from_jwk(P256_JWK, None).expect("a key");
        let public = key.public_jwk().to_owned();
        let credentials = Credentials::new("client-1", key, ["x"])
            .with_details(named)
            .with_assertion_type(AssertionType::Jwt)
            .with_assertion_life(core::time::Duration::from_secs(600));
        let form = form(&token_request(&credentials, None));
        let (header, claims) = verified(&form["client_assertion"], &public);
        assert_eq!(header["typ"], "JWT");
        assert_eq!(claims[there], details);
        assert!(claims.get(absent).is_none());
        // 60 seconds at most, whatever was asked for.
        assert_eq!(claims["exp"], 1_795_332_485);
    }
}

#[test]
fn the_call_for_a_token_carries_a_proof_with_the_nonce() {
    let key = PrivateKey::from_jwk(P256_JWK, None).expect("a key");
    let dpop = DpopKey::generate().expect("a key");
    let public = dpop.public_jwk().to_owned();
    let credentials = Credentials::new("client-1", key, ["x"]).with_dpop(dpop);
    for nonce in [None, Some("n-1")] {
        let request = token_request(&credentials, nonce);
        let proof = request
            .headers()
            .find(|header| header.name == "dpop")
            .expect("a proof");
        assert!(proof.sensitive && !format!("{proof:?}").contains(proof.value));
        let (header, claims) = verified(proof.value, &public);
        assert_eq!(header["typ"], "dpop+jwt");
        let jwk: Value = serde_json::from_str(&public).expect("JSON");
        assert_eq!(header["jwk"], jwk);
        assert_eq!(claims["htm"], "POST");
        assert_eq!(claims["htu"], "https://sts.example.net/connect/token");
        assert_eq!(claims.get("nonce").and_then(Value::as_str), nonce);
        assert!(claims.get("ath").is_none());
        assert_ne!(claims["jti"], "a-1");
    }
}

#[test]
fn a_proof_leaves_the_query_out_and_hashes_the_token_as_the_rfc_shows() {
    for algorithm in [Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512] {
        let pem = include_str!("../keys/rsa-2048.pem");
        let key = PrivateKey::from_pem(pem, algorithm, None).expect("a key");
        let key = DpopKey::new(key).expect("for DPoP");
        // Token and hash of RFC 9449 7.1.
        let proof = Proof::new(
            Method::Get,
            "https://read.example.net:443/v1/Bundle?cursor=a#b",
        )
        .with_access_token("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
        let jwt = key.prove(&proof, NOW, "j").expect("signed");
        let (header, claims) = verified(jwt.expose(), key.public_jwk());
        assert_eq!(header["alg"], algorithm.name());
        assert_eq!(
            claims,
            json!({
                "jti": "j", "htm": "GET", "htu": "https://read.example.net/v1/Bundle",
                "iat": 1_795_332_425, "ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo",
            })
        );
    }
    let key = DpopKey::generate().expect("a key");
    assert!(
        key.prove(&Proof::new(Method::Get, "nowhere"), NOW, "j")
            .is_err()
    );
}
