//! Tokens: what HelseID asks for, without a look at signatures (FHIR reference 10, RFC 9449).

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The assertion type of RFC 7523.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Tokens and nonces that were handed out, and proofs that were seen.
#[derive(Default)]
pub(super) struct HelseId {
    /// Whether each is bound to a key.
    tokens: HashMap<String, bool>,
    nonce: Option<String>,
    seen: HashSet<String>,
}

/// Why a token or a call is refused.
pub(super) struct Refused {
    /// The error of OAuth.
    pub(super) error: &'static str,
    /// What is wrong; no value.
    pub(super) detail: &'static str,
}

const fn refused(error: &'static str, detail: &'static str) -> Refused {
    Refused { error, detail }
}

/// Tokens and proofs that are remembered; then all are forgotten.
const MOST: usize = 1_000_000;

/// Something that cannot be guessed, for a double good enough.
fn random() -> String {
    format!("{:032x}", fastrand::u128(..))
}

impl HelseId {
    /// The nonce that proofs have to carry, if any.
    pub(super) fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// Demands a nonce from now on, another one than before.
    pub(super) fn renew_nonce(&mut self) {
        self.nonce = Some(random());
    }

    pub(super) fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    /// A token for a form: with a proof for `path` one that is bound to its key, without one a bearer
    /// token. Says which, too.
    pub(super) fn token(
        &mut self,
        form: &[u8],
        proof: Option<&str>,
        path: &str,
    ) -> Result<(String, &'static str), Refused> {
        let form = Form::read(form);
        let invalid = |detail| refused("invalid_request", detail);
        if form.get("grant_type").as_deref() != Some("client_credentials") {
            let detail = "grant_type is not client_credentials";
            return Err(refused("unsupported_grant_type", detail));
        }
        if form
            .get("scope")
            .is_none_or(|scope| scope.trim().is_empty())
        {
            return Err(refused("invalid_scope", "there is no scope"));
        }
        if form.get("client_assertion_type").as_deref() != Some(ASSERTION) {
            return Err(invalid("client_assertion_type is not that of RFC 7523"));
        }
        let assertion = form.get("client_assertion").unwrap_or_default();
        let invalid_client = |detail| refused("invalid_client", detail);
        let Some((header, claims)) = parts(&assertion) else {
            return Err(invalid_client("client_assertion is no signed JWT"));
        };
        if header["alg"]
            .as_str()
            .is_none_or(|alg| alg == "none" || alg.starts_with("HS"))
        {
            return Err(invalid_client(
                "client_assertion is not signed with a private key",
            ));
        }
        if ["iss", "sub", "aud", "exp", "jti"]
            .iter()
            .any(|name| claims[name].is_null())
        {
            return Err(invalid_client(
                "client_assertion lacks one of iss, sub, aud, exp, jti",
            ));
        }
        if claims["iss"] != claims["sub"] {
            return Err(invalid_client("iss and sub of client_assertion differ"));
        }
        self.once(&claims["jti"])
            .map_err(|_| invalid_client("jti of client_assertion was used before"))?;
        if let Some(proof) = proof {
            self.check(proof, "POST", path, None)?;
        }
        if self.tokens.len() >= MOST {
            self.tokens.clear();
        }
        let token = random();
        self.tokens.insert(token.clone(), proof.is_some());
        Ok((token, if proof.is_some() { "DPoP" } else { "Bearer" }))
    }

    /// Whether a call brings a token that was handed out, and a proof that goes with it. A bearer token is
    /// taken where `bearer` says so: by VKP.
    pub(super) fn admit(
        &mut self,
        bearer: bool,
        authorization: Option<&str>,
        proof: Option<&str>,
        method: &str,
        path: &str,
    ) -> Result<(), Refused> {
        let invalid = |detail| refused("invalid_token", detail);
        let authorization =
            authorization.ok_or_else(|| invalid("there is no header Authorization"))?;
        let (scheme, token) = authorization.split_once(' ').unwrap_or_default();
        let of_scheme = match scheme {
            "DPoP" => true,
            "Bearer" if bearer => false,
            "Bearer" => return Err(invalid("a bearer token, where DPoP is due")),
            _ => return Err(invalid("Authorization begins with neither DPoP nor Bearer")),
        };
        let Some(&bound) = self.tokens.get(token) else {
            return Err(invalid(
                "the token is none that was handed out, or was forgotten",
            ));
        };
        if bound != of_scheme {
            return Err(invalid(
                "the token is of the other scheme than Authorization says",
            ));
        }
        if !bound {
            return Ok(());
        }
        let proof =
            proof.ok_or_else(|| refused("invalid_dpop_proof", "there is no header DPoP"))?;
        self.check(proof, method, path, Some(token))
    }

    /// The claims of a proof (RFC 9449 4.3), and no signature.
    fn check(
        &mut self,
        proof: &str,
        method: &str,
        path: &str,
        token: Option<&str>,
    ) -> Result<(), Refused> {
        let invalid = |detail| refused("invalid_dpop_proof", detail);
        let (header, claims) = parts(proof).ok_or_else(|| invalid("DPoP is no signed JWT"))?;
        if header["typ"] != "dpop+jwt" || !header["jwk"].is_object() {
            return Err(invalid("typ of DPoP is not dpop+jwt, or there is no jwk"));
        }
        if !header["jwk"]["d"].is_null() {
            return Err(invalid("jwk of DPoP holds the private key"));
        }
        if claims["htm"] != method {
            return Err(invalid("htm of DPoP is not the method"));
        }
        // A proxy in front may have another host.
        let htu = claims["htu"].as_str().unwrap_or_default();
        let after_scheme = htu.split_once("://").map_or("", |(_, rest)| rest);
        let its_path = after_scheme.find('/').map_or("/", |at| &after_scheme[at..]);
        if after_scheme.is_empty() || its_path != path {
            return Err(invalid("htu of DPoP is not the address without its query"));
        }
        if claims["iat"].as_i64().is_none() {
            return Err(invalid("DPoP has no iat"));
        }
        if let Some(token) = token
            && claims["ath"] != URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
        {
            return Err(invalid("ath of DPoP is not the hash of the token"));
        }
        if self.nonce.is_some() && claims["nonce"].as_str() != self.nonce() {
            return Err(refused(
                "use_dpop_nonce",
                "DPoP does not carry the nonce that was handed out last",
            ));
        }
        self.once(&claims["jti"])
    }

    /// Whether an identifier of a JWT is there and new.
    fn once(&mut self, jti: &Value) -> Result<(), Refused> {
        let invalid = |detail| refused("invalid_dpop_proof", detail);
        let jti = jti.as_str().ok_or_else(|| invalid("DPoP has no jti"))?;
        if self.seen.len() >= MOST {
            self.seen.clear();
        }
        if self.seen.insert(jti.to_owned()) {
            Ok(())
        } else {
            Err(invalid("jti of DPoP was used before"))
        }
    }
}

/// Header and claims of a JWS in compact form.
fn parts(jws: &str) -> Option<(Value, Value)> {
    let mut parts = jws.split('.');
    let json = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        value.is_object().then_some(value)
    };
    let (header, claims) = (json(parts.next()?)?, json(parts.next()?)?);
    let signature = parts.next().filter(|part| !part.is_empty());
    (signature.is_some() && parts.next().is_none()).then_some((header, claims))
}

/// A form as browsers write it.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body);
        Form(pairs.into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<String> {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn jws(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2lnbmF0dXJl", part(header), part(claims))
    }

    fn assertion(change: impl FnOnce(&mut Value)) -> String {
        let mut claims = json!({ "iss": "c", "sub": "c", "aud": "a", "exp": 1, "jti": random() });
        change(&mut claims);
        jws(
            &json!({ "alg": "PS256", "typ": "client-authentication+jwt" }),
            &claims,
        )
    }

    fn form(assertion: &str) -> Vec<u8> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        form.append_pair("scope", "nhn:jft/api");
        form.append_pair("client_assertion_type", ASSERTION);
        form.append_pair("client_assertion", assertion);
        form.finish().into_bytes()
    }

    fn proof(change: impl FnOnce(&mut Value)) -> String {
        let mut claims = json!({
            "jti": random(), "htm": "POST", "htu": "https://jft.example.net/v1/Bundle", "iat": 1,
        });
        change(&mut claims);
        jws(
            &json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": { "kty": "EC" } }),
            &claims,
        )
    }

    /// A proof for the token endpoint.
    fn token_proof(nonce: Option<&str>) -> String {
        proof(|claims| {
            claims["htu"] = "https://id.example.net/connect/token".into();
            claims["nonce"] = nonce.into();
        })
    }

    fn token(id: &mut HelseId, assertion: &str, proof: &str) -> Result<String, Refused> {
        let given = id.token(&form(assertion), Some(proof), "/connect/token");
        given.map(|(token, kind)| {
            assert_eq!(kind, "DPoP");
            token
        })
    }

    fn error<T>(result: Result<T, Refused>) -> (&'static str, &'static str) {
        let refused = result.err().unwrap();
        (refused.error, refused.detail)
    }

    #[test]
    fn a_token_is_given_for_an_assertion_and_a_proof_with_the_nonce() {
        let mut id = HelseId::default();
        id.renew_nonce();
        let first = token(&mut id, &assertion(|_| {}), &token_proof(None));
        assert_eq!(error(first).0, "use_dpop_nonce");
        let nonce = id.nonce().unwrap().to_owned();
        let given = token(&mut id, &assertion(|_| {}), &token_proof(Some(&nonce)));
        let given = given.ok().unwrap();
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(given.as_bytes()));
        let proof = proof(|claims| {
            claims["nonce"] = nonce.into();
            claims["ath"] = hash.into();
        });
        let authorization = format!("DPoP {given}");
        let mut call = || {
            id.admit(
                false,
                Some(&authorization),
                Some(&proof),
                "POST",
                "/v1/Bundle",
            )
        };
        assert!(call().is_ok());
        assert_eq!(error(call()).1, "jti of DPoP was used before");
        id.forget_tokens();
        let call = id.admit(
            false,
            Some(&authorization),
            Some(&proof),
            "POST",
            "/v1/Bundle",
        );
        assert_eq!(error(call).0, "invalid_token");
    }

    #[test]
    fn what_a_sender_forgot_is_told() {
        let mut id = HelseId::default();
        let mut refusal =
            |assertion: String| error(token(&mut id, &assertion, &token_proof(None))).1;
        assert!(refusal("a.b.c".to_owned()).contains("no signed JWT"));
        let without = |name: &'static str| assertion(move |claims| claims[name] = Value::Null);
        assert!(refusal(without("exp")).contains("lacks"));
        assert!(refusal(assertion(|it| it["sub"] = "other".into())).contains("differ"));
        let same = assertion(|_| {});
        assert!(token(&mut id, &same, &token_proof(None)).is_ok());
        let again = token(&mut id, &same, &token_proof(None));
        assert!(error(again).1.contains("used before"));
        let given = token(&mut id, &assertion(|_| {}), &token_proof(None))
            .ok()
            .unwrap();
        let authorization = format!("DPoP {given}");
        let mut refusal = |change: fn(&mut Value)| {
            let proof = proof(change);
            error(id.admit(
                false,
                Some(&authorization),
                Some(&proof),
                "POST",
                "/v1/Bundle",
            ))
            .1
        };
        assert!(refusal(|it| it["htm"] = "GET".into()).contains("htm"));
        assert!(
            refusal(|it| it["htu"] = "https://jft.example.net/v1/Bundle?a=b".into())
                .contains("htu")
        );
        assert!(refusal(|it| it["htu"] = "/v1/Bundle".into()).contains("htu"));
        assert!(refusal(|it| it["iat"] = Value::Null).contains("iat"));
        assert!(refusal(|_| {}).contains("ath"));
        let bearer = id.admit(false, Some("Bearer x"), None, "POST", "/v1/Bundle");
        assert!(error(bearer).1.contains("where DPoP is due"));
        let none = id.admit(false, None, None, "POST", "/v1/Bundle");
        assert_eq!(error(none).0, "invalid_token");
    }

    #[test]
    fn a_bearer_token_is_for_vkp_alone() {
        let mut id = HelseId::default();
        let (token, kind) = id
            .token(&form(&assertion(|_| {})), None, "/connect/token")
            .ok()
            .unwrap();
        assert_eq!(kind, "Bearer");
        let (bearer, dpop) = (format!("Bearer {token}"), format!("DPoP {token}"));
        assert!(
            id.admit(true, Some(&bearer), None, "POST", "/310000000/bundle")
                .is_ok()
        );
        let at_jft = id.admit(false, Some(&bearer), None, "POST", "/v1/Bundle");
        assert!(error(at_jft).1.contains("DPoP is due"));
        let as_bound = id.admit(true, Some(&dpop), None, "POST", "/310000000/bundle");
        assert!(error(as_bound).1.contains("other scheme"));
    }
}
