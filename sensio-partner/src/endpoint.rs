//! Where a customer's server is.

use core::fmt;

use url::{Host, Url};

use crate::request::{Call, Request};
use crate::wire::Paths;

/// One customer's server: the base of the interface and the URL of the token call (Partner API
/// reference 2). Both are `https:`, or `http:` to the own machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Location,
    token: Location,
    api: Box<str>,
}

/// An origin such as `https://unity.example.no` and a path without a slash at its end.
#[derive(Clone, PartialEq, Eq)]
struct Location {
    origin: Box<str>,
    path: Box<str>,
}

/// Why a URL cannot be an endpoint. The URL itself is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEndpoint {
    /// Not an absolute URL with a host.
    #[error("the endpoint is not a URL")]
    NotUrl,
    /// Another scheme than `https:`.
    #[error("the endpoint must be https")]
    NotHttps,
    /// `http:` to another machine: tokens and health data would travel in the open.
    #[error("http is for the own machine only: the endpoint must be https")]
    HttpNotLoopback,
    /// User name or password inside.
    #[error("the endpoint must not carry a user name or a password")]
    UserInfo,
    /// A query or a fragment.
    #[error("the endpoint must not have a query or a fragment")]
    QueryOrFragment,
    /// A part of the profile's paths that is no path.
    #[error("a path of the profile must be empty or begin with a slash and be a plain path")]
    ProfilePath,
}

impl Endpoint {
    /// The endpoint with this base URL, such as `https://unity.example.no/partner`, with or without a
    /// slash at the end. A base without a path gets the default one.
    ///
    /// ```
    /// use sensio_partner::Endpoint;
    ///
    /// let with = Endpoint::new("https://unity.example.no/partner/")?;
    /// assert_eq!(with, Endpoint::new("https://unity.example.no")?);
    /// assert_eq!(with.base_path(), "/partner");
    /// # Ok::<(), sensio_partner::InvalidEndpoint>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidEndpoint`] for anything but a plain `https:` URL, or `http:` to a loopback address.
    pub fn new(base: &str) -> Result<Self, InvalidEndpoint> {
        Self::with_paths(base, &Paths::default())
    }

    /// The endpoint with the paths of a [profile](crate::WireProfile).
    ///
    /// # Errors
    ///
    /// [`InvalidEndpoint`] as for [`new`](Self::new), or when a path of the profile is no path.
    pub fn with_paths(base: &str, paths: &Paths) -> Result<Self, InvalidEndpoint> {
        let mut base = Location::parse(base)?;
        if base.path.is_empty() {
            base.path = plain_path(&paths.base_when_missing)?.into();
        }
        let api = plain_path(&paths.api)?;
        let token = Location {
            origin: base.origin.clone(),
            path: format!("{}{api}{}", base.path, plain_path(&paths.token)?).into(),
        };
        Ok(Self {
            base,
            token,
            api: api.into(),
        })
    }

    /// The same with a token URL of its own.
    ///
    /// # Errors
    ///
    /// [`InvalidEndpoint`] as for [`new`](Self::new).
    pub fn with_token_url(mut self, url: &str) -> Result<Self, InvalidEndpoint> {
        self.token = Location::parse(url)?;
        Ok(self)
    }

    /// The path of the base, such as `/partner`; empty for the root.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.base.path
    }

    /// The path in front of every call, such as `/partner` and `/api/v1`.
    pub(crate) fn call_path(&self) -> impl fmt::Display + '_ {
        struct Both<'a>(&'a str, &'a str);
        impl fmt::Display for Both<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", self.0, self.1)
            }
        }
        Both(&self.base.path, &self.api)
    }

    pub(crate) fn token_path(&self) -> &str {
        match &*self.token.path {
            "" => "/",
            path => path,
        }
    }

    /// The whole URL of a request. It holds the identifier of the device: keep it out of logs.
    #[must_use]
    pub fn url(&self, request: &Request) -> String {
        let origin = match request.call() {
            Call::Token => &self.token.origin,
            _ => &self.base.origin,
        };
        format!("{origin}{}", request.path())
    }
}

/// Scheme and host, which are no secret; paths stay hidden.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("base", &self.base.origin)
            .field("token", &self.token.origin)
            .finish_non_exhaustive()
    }
}

impl Location {
    fn parse(text: &str) -> Result<Self, InvalidEndpoint> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidEndpoint::NotUrl)?;
        let host = url.host();
        match (url.scheme(), &host) {
            (_, None) => return Err(InvalidEndpoint::NotUrl),
            ("https", _) => {}
            ("http", Some(host)) if is_loopback(host) => {}
            ("http", _) => return Err(InvalidEndpoint::HttpNotLoopback),
            _ => return Err(InvalidEndpoint::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidEndpoint::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidEndpoint::QueryOrFragment);
        }
        Ok(Self {
            origin: url.origin().ascii_serialization().into(),
            path: url.path().trim_end_matches('/').into(),
        })
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// A path that no URL library rewrites, without a slash at its end.
fn plain_path(path: &str) -> Result<&str, InvalidEndpoint> {
    let path = path.trim_end_matches('/');
    if path.is_empty() || is_plain_path(path) {
        Ok(path)
    } else {
        Err(InvalidEndpoint::ProfilePath)
    }
}

/// Whether a path begins with a slash, is made of characters that a path may hold as they are, and
/// has no empty and no dot segment, percent-encoded or not (RFC 3986 3.3 and 5.2.4).
pub(crate) fn is_plain_path(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&b);
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    rest.split('/').all(|segment| {
        let dots = segment.to_ascii_lowercase().replace("%2e", ".");
        !segment.is_empty() && segment.bytes().all(plain) && !matches!(&*dots, "." | "..")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_would_leak_or_mislead() {
        for (url, error) in [
            ("unity.example.no", InvalidEndpoint::NotUrl),
            ("ftp://unity.example.no", InvalidEndpoint::NotHttps),
            ("data:text/plain,x", InvalidEndpoint::NotUrl),
            (
                "http://unity.example.no/partner",
                InvalidEndpoint::HttpNotLoopback,
            ),
            (
                "http://localhost.example.no/",
                InvalidEndpoint::HttpNotLoopback,
            ),
            ("https://a:b@unity.example.no/", InvalidEndpoint::UserInfo),
            (
                "https://unity.example.no/?a=b",
                InvalidEndpoint::QueryOrFragment,
            ),
            (
                "https://unity.example.no/#a",
                InvalidEndpoint::QueryOrFragment,
            ),
        ] {
            assert_eq!(Endpoint::new(url), Err(error), "{url}");
        }
    }

    #[test]
    fn takes_http_to_the_own_machine() {
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost/partner",
            "http://[::1]/x",
        ] {
            assert!(Endpoint::new(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_slash_at_the_end_makes_no_difference() {
        let endpoint = Endpoint::new("https://unity.example.no/a/partner").expect("valid");
        assert_eq!(
            endpoint,
            Endpoint::new("https://unity.example.no/a/partner///").expect("valid")
        );
        assert_eq!(
            endpoint.token_path(),
            "/a/partner/api/v1/tokens/oauth/accesstoken"
        );
        assert_eq!(endpoint.call_path().to_string(), "/a/partner/api/v1");
    }

    #[test]
    fn paths_with_dots_or_gaps_are_no_plain_paths() {
        assert!(is_plain_path("/employees/17"));
        for path in [
            "", "a", "/", "//a", "/a//b", "/a/.", "/%2E./b", "/a b", "/a?b", "/a#b",
        ] {
            assert!(!is_plain_path(path), "{path}");
        }
    }
}
