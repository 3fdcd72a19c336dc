//! Header, claims, signature.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
use serde::Serialize;

use super::key::PrivateKey;
use crate::secret::Secret;

/// The library could not sign, or a proof is for something that is no URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the key could not sign")]
pub struct SignError;

/// Signs a JWT in compact form (RFC 7515 3.1). The library's own provider is used, whatever
/// other parts of the process have made the default.
pub(super) fn sign(
    key: &PrivateKey,
    header: &[u8],
    claims: &impl Serialize,
) -> Result<Secret, SignError> {
    let mut jwt = String::with_capacity(2_048);
    URL_SAFE_NO_PAD.encode_string(header, &mut jwt);
    jwt.push('.');
    let claims = serde_json::to_vec(claims).map_err(|_| SignError)?;
    URL_SAFE_NO_PAD.encode_string(claims, &mut jwt);
    let algorithm = key.algorithm.of_library();
    let signer = (DEFAULT_PROVIDER.signer_factory)(&algorithm, &key.signer);
    let signature = signer
        .map_err(|_| SignError)?
        .try_sign(jwt.as_bytes())
        .map_err(|_| SignError)?;
    jwt.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
    Ok(Secret::new(jwt))
}
