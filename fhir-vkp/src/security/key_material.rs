//! From JWK and PEM to the DER that the library signs with.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::elliptic_curve::zeroize::Zeroizing;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPrivateKey};
use serde::Deserialize;

use super::key::{Algorithm, InvalidKey, PrivateKey};

/// The members that matter. Base64url has no escapes, so they borrow from the text.
#[derive(Deserialize)]
struct Jwk<'a> {
    #[serde(borrow)]
    kty: Cow<'a, str>,
    #[serde(borrow)]
    crv: Option<Cow<'a, str>>,
    #[serde(borrow)]
    alg: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    x: Option<Cow<'a, str>>,
    #[serde(borrow)]
    y: Option<Cow<'a, str>>,
    #[serde(borrow)]
    d: Option<Cow<'a, str>>,
    #[serde(borrow)]
    n: Option<Cow<'a, str>>,
    #[serde(borrow)]
    e: Option<Cow<'a, str>>,
    #[serde(borrow)]
    p: Option<Cow<'a, str>>,
    #[serde(borrow)]
    q: Option<Cow<'a, str>>,
}

pub(super) fn from_jwk(text: &str, algorithm: Option<Algorithm>) -> Result<PrivateKey, InvalidKey> {
    let jwk: Jwk<'_> = serde_json::from_str(text).map_err(|_| InvalidKey::NotJwk)?;
    if jwk.d.is_none() {
        return Err(InvalidKey::NotPrivate);
    }
    let named = match jwk.alg.as_deref() {
        None => None,
        Some(name) => Some(Algorithm::from_name(name).ok_or(InvalidKey::UnknownAlgorithm)?),
    };
    if named.is_some() && algorithm.is_some() && named != algorithm {
        return Err(InvalidKey::OtherAlgorithm);
    }
    let algorithm = named.or(algorithm);
    let key_id = jwk.kid.as_deref();
    match &*jwk.kty {
        "RSA" => {
            let key = rsa_key(&jwk)?;
            rsa(&key, algorithm.ok_or(InvalidKey::NoAlgorithm)?, key_id)
        }
        "EC" => {
            let own = match jwk.crv.as_deref() {
                Some("P-256") => Algorithm::Es256,
                Some("P-384") => Algorithm::Es384,
                _ => return Err(InvalidKey::Curve),
            };
            if algorithm.is_some_and(|algorithm| algorithm != own) {
                return Err(InvalidKey::OtherAlgorithm);
            }
            let key = ec_key(&jwk, own, key_id)?;
            // What is written as the public part must be it.
            for (name, value) in [("x", &jwk.x), ("y", &jwk.y)] {
                let Some(value) = value else { continue };
                let member = format!("\"{name}\":\"{}\"", value.trim_end_matches('='));
                if !key.public.contains(&member) {
                    return Err(InvalidKey::Inconsistent);
                }
            }
            Ok(key)
        }
        _ => Err(InvalidKey::NotJwk),
    }
}

pub(super) fn from_pem(
    pem: &str,
    algorithm: Algorithm,
    key_id: Option<&str>,
) -> Result<PrivateKey, InvalidKey> {
    let pem = pem.trim();
    match algorithm {
        Algorithm::Es256 => {
            let key = p256::SecretKey::from_pkcs8_pem(pem)
                .ok()
                .or_else(|| p256::SecretKey::from_sec1_pem(pem).ok());
            p256_key(&key.ok_or(InvalidKey::NotPem)?, key_id)
        }
        Algorithm::Es384 => {
            let key = p384::SecretKey::from_pkcs8_pem(pem)
                .ok()
                .or_else(|| p384::SecretKey::from_sec1_pem(pem).ok());
            p384_key(&key.ok_or(InvalidKey::NotPem)?, key_id)
        }
        _ => {
            let key = RsaPrivateKey::from_pkcs8_pem(pem)
                .ok()
                .or_else(|| RsaPrivateKey::from_pkcs1_pem(pem).ok());
            rsa(&key.ok_or(InvalidKey::NotPem)?, algorithm, key_id)
        }
    }
}

fn bytes(value: Option<&Cow<'_, str>>) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
    let value = value.ok_or(InvalidKey::NotJwk)?;
    let read = URL_SAFE_NO_PAD
        .decode(&**value)
        .or_else(|_| URL_SAFE.decode(&**value));
    read.map(Zeroizing::new).map_err(|_| InvalidKey::NotJwk)
}

fn rsa_key(jwk: &Jwk<'_>) -> Result<RsaPrivateKey, InvalidKey> {
    let number = |value| Ok(BigUint::from_bytes_be(&bytes(value)?));
    let primes = match (&jwk.p, &jwk.q) {
        (Some(p), Some(q)) => vec![number(Some(p))?, number(Some(q))?],
        // They can be found again from the rest.
        _ => Vec::new(),
    };
    let (n, e) = (number(jwk.n.as_ref())?, number(jwk.e.as_ref())?);
    check_length(n.bits())?;
    RsaPrivateKey::from_components(n, e, number(jwk.d.as_ref())?, primes)
        .map_err(|_| InvalidKey::Inconsistent)
}

fn check_length(bits: usize) -> Result<(), InvalidKey> {
    if (2_048..=4_096).contains(&bits) {
        Ok(())
    } else {
        Err(InvalidKey::Length)
    }
}

fn rsa(
    key: &RsaPrivateKey,
    algorithm: Algorithm,
    key_id: Option<&str>,
) -> Result<PrivateKey, InvalidKey> {
    if matches!(algorithm, Algorithm::Es256 | Algorithm::Es384) {
        return Err(InvalidKey::OtherAlgorithm);
    }
    check_length(key.n().bits())?;
    key.validate().map_err(|_| InvalidKey::Inconsistent)?;
    let der = key.to_pkcs1_der().map_err(|_| InvalidKey::Inconsistent)?;
    let (n, e) = (key.n().to_bytes_be(), key.e().to_bytes_be());
    let public = format!(
        "{{\"e\":\"{}\",\"kty\":\"RSA\",\"n\":\"{}\"}}",
        URL_SAFE_NO_PAD.encode(e),
        URL_SAFE_NO_PAD.encode(n)
    );
    Ok(PrivateKey {
        algorithm,
        key_id: key_id.map(Into::into),
        signer: EncodingKey::from_rsa_der(der.as_bytes()),
        public: public.into(),
    })
}

fn ec_key(
    jwk: &Jwk<'_>,
    algorithm: Algorithm,
    key_id: Option<&str>,
) -> Result<PrivateKey, InvalidKey> {
    let scalar = bytes(jwk.d.as_ref())?;
    let wrong = |_| InvalidKey::Inconsistent;
    if algorithm == Algorithm::Es256 {
        p256_key(
            &p256::SecretKey::from_slice(&scalar).map_err(wrong)?,
            key_id,
        )
    } else {
        p384_key(
            &p384::SecretKey::from_slice(&scalar).map_err(wrong)?,
            key_id,
        )
    }
}

pub(super) fn p256_key(
    key: &p256::SecretKey,
    key_id: Option<&str>,
) -> Result<PrivateKey, InvalidKey> {
    let der = key.to_pkcs8_der().map_err(|_| InvalidKey::Inconsistent)?;
    let point = key.public_key().to_encoded_point(false);
    ec(
        Algorithm::Es256,
        "P-256",
        der.as_bytes(),
        point.as_bytes(),
        key_id,
    )
}

fn p384_key(key: &p384::SecretKey, key_id: Option<&str>) -> Result<PrivateKey, InvalidKey> {
    let der = key.to_pkcs8_der().map_err(|_| InvalidKey::Inconsistent)?;
    let point = key.public_key().to_encoded_point(false);
    ec(
        Algorithm::Es384,
        "P-384",
        der.as_bytes(),
        point.as_bytes(),
        key_id,
    )
}

/// `point` is uncompressed: a four, then both coordinates (SEC 1 2.3.3).
fn ec(
    algorithm: Algorithm,
    curve: &str,
    der: &[u8],
    point: &[u8],
    key_id: Option<&str>,
) -> Result<PrivateKey, InvalidKey> {
    let coordinates = point.get(1..).ok_or(InvalidKey::Inconsistent)?;
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    let public = format!(
        "{{\"crv\":\"{curve}\",\"kty\":\"EC\",\"x\":\"{}\",\"y\":\"{}\"}}",
        URL_SAFE_NO_PAD.encode(x),
        URL_SAFE_NO_PAD.encode(y)
    );
    Ok(PrivateKey {
        algorithm,
        key_id: key_id.map(Into::into),
        signer: EncodingKey::from_ec_der(der),
        public: public.into(),
    })
}
