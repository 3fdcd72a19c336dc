//! Where a service is: an `https:` address that tokens may be sent to.

use core::fmt;

use url::{Host, Url};

/// The address of a service, such as `https://api.write.jft.test.nhn.no`: scheme, host, port and a path
/// in front of every call.
///
/// Only `https:`, or `http:` to the own machine for tests: tokens and health data never travel in the
/// open. Tokens are only sent to the origin (scheme, host, port) of such an address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BaseAddress {
    origin: Box<str>,
    path: Box<str>,
}

/// Why a text cannot be a [`BaseAddress`]. The text itself is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAddress {
    /// Not an absolute URL with a host.
    #[error("the address is not a URL")]
    NotUrl,
    /// Another scheme than `https:`.
    #[error("the address must be https")]
    NotHttps,
    /// `http:` to another machine.
    #[error("http is for the own machine only: the address must be https")]
    HttpNotLoopback,
    /// User name or password inside.
    #[error("the address must not carry a user name or a password")]
    UserInfo,
    /// A query or a fragment.
    #[error("the address must not have a query or a fragment")]
    QueryOrFragment,
    /// The address leads to another server than the one that named it.
    #[error("the address leads to another origin")]
    OtherOrigin,
    /// Longer than 8,192 bytes.
    #[error("the address is too long")]
    TooLong,
}

/// Bytes of an address that a server hands out.
const LONGEST: usize = 8_192;

impl BaseAddress {
    /// Reads an address, with or without a slash at the end.
    ///
    /// ```
    /// use fhir_vkp::request::BaseAddress;
    ///
    /// let vkp = BaseAddress::new("https://api.test.vkpnorge.no/epj/r4/")?;
    /// assert_eq!(vkp.origin(), "https://api.test.vkpnorge.no");
    /// assert_eq!(vkp.path(), "/epj/r4");
    /// assert!(BaseAddress::new("http://api.test.vkpnorge.no/epj/r4/").is_err());
    /// # Ok::<(), fhir_vkp::request::InvalidAddress>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] for anything but a plain `https:` URL, or `http:` to a loopback address.
    pub fn new(text: &str) -> Result<Self, InvalidAddress> {
        let url = checked(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidAddress::QueryOrFragment);
        }
        Ok(Self {
            origin: origin(&url).into(),
            path: url.path().trim_end_matches('/').into(),
        })
    }

    /// An address of this crate's own table.
    pub(super) fn known(origin: &str, path: &str) -> Self {
        Self {
            origin: origin.into(),
            path: path.into(),
        }
    }

    /// Scheme, host and, when it is not the default one, port.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path in front of every call, without a slash at the end; empty for the root.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The URL of a call. The tail begins with a slash.
    pub(crate) fn join(&self, tail: &str) -> String {
        let mut url = String::with_capacity(self.origin.len() + self.path.len() + tail.len());
        url.push_str(&self.origin);
        url.push_str(&self.path);
        url.push_str(tail);
        url
    }

    /// An address that the server at this origin handed out, whole or relative to `context`, as it is
    /// followed: to the same origin or not at all (FHIR reference 9.3).
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] when it leads elsewhere or is no address.
    pub fn follow(&self, context: &str, given: &str) -> Result<String, InvalidAddress> {
        join(context, given, &self.origin)
    }
}

/// Scheme and host, which are no secret.
impl fmt::Debug for BaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseAddress({}{})", self.origin, self.path)
    }
}

/// An address that the server at `url` handed out, followed to the origin of `url`.
pub(super) fn follow(url: &str, given: &str) -> Result<String, InvalidAddress> {
    let context = Url::parse(url).map_err(|_| InvalidAddress::NotUrl)?;
    join(url, given, &origin(&context))
}

fn join(context: &str, given: &str, allowed: &str) -> Result<String, InvalidAddress> {
    if given.len() > LONGEST {
        return Err(InvalidAddress::TooLong);
    }
    let context = Url::parse(context).map_err(|_| InvalidAddress::NotUrl)?;
    let url = context.join(given.trim());
    let mut url = url.map_err(|_| InvalidAddress::NotUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidAddress::UserInfo);
    }
    if origin(&url) != allowed {
        return Err(InvalidAddress::OtherOrigin);
    }
    url.set_fragment(None);
    Ok(url.into())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// An absolute address that secrets may be sent to.
pub(crate) fn checked(text: &str) -> Result<Url, InvalidAddress> {
    if text.len() > LONGEST {
        return Err(InvalidAddress::TooLong);
    }
    let url = Url::parse(text.trim()).map_err(|_| InvalidAddress::NotUrl)?;
    match (url.scheme(), url.host()) {
        (_, None) => return Err(InvalidAddress::NotUrl),
        ("https", _) => {}
        ("http", Some(host)) if is_loopback(&host) => {}
        ("http", _) => return Err(InvalidAddress::HttpNotLoopback),
        _ => return Err(InvalidAddress::NotHttps),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidAddress::UserInfo);
    }
    Ok(url)
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_sent_to_https_or_the_own_machine_only() {
        for (text, result) in [
            ("https://a.example.net", Ok("https://a.example.net")),
            (
                "https://a.example.net:443/x/",
                Ok("https://a.example.net/x"),
            ),
            ("http://127.0.0.1:8080", Ok("http://127.0.0.1:8080")),
            ("http://localhost/", Ok("http://localhost")),
            ("http://[::1]:9", Ok("http://[::1]:9")),
            ("http://a.example.net", Err(InvalidAddress::HttpNotLoopback)),
            (
                "http://localhost.example.net",
                Err(InvalidAddress::HttpNotLoopback),
            ),
            ("ftp://a.example.net", Err(InvalidAddress::NotHttps)),
            ("a.example.net", Err(InvalidAddress::NotUrl)),
            ("data:text/plain,x", Err(InvalidAddress::NotUrl)),
            ("https://u:p@a.example.net", Err(InvalidAddress::UserInfo)),
            (
                "https://a.example.net/?q=1",
                Err(InvalidAddress::QueryOrFragment),
            ),
            ("", Err(InvalidAddress::NotUrl)),
        ] {
            let read = BaseAddress::new(text).map(|address| address.join(""));
            assert_eq!(read.as_deref(), result.as_ref().copied(), "{text}");
        }
    }

    #[test]
    fn what_a_server_hands_out_is_followed_to_its_own_origin_only() {
        let base = BaseAddress::new("https://a.example.net/v1").expect("an address");
        let context = "https://a.example.net/v1/Bundle?_count=2";
        for (given, result) in [
            (
                "https://a.example.net/v1/Bundle/7/$status",
                Ok("https://a.example.net/v1/Bundle/7/$status"),
            ),
            (
                "/v1/Bundle/7/$status",
                Ok("https://a.example.net/v1/Bundle/7/$status"),
            ),
            (
                "Bundle/7/$status#x",
                Ok("https://a.example.net/v1/Bundle/7/$status"),
            ),
            (
                "?cursor=a%2Fb+c%3D&_count=2",
                Ok("https://a.example.net/v1/Bundle?cursor=a%2Fb+c%3D&_count=2"),
            ),
            (
                "https://a.example.net:444/v1",
                Err(InvalidAddress::OtherOrigin),
            ),
            ("http://a.example.net/v1", Err(InvalidAddress::OtherOrigin)),
            ("//b.example.net/v1", Err(InvalidAddress::OtherOrigin)),
            (
                "https://a.example.net@b.example.net/",
                Err(InvalidAddress::UserInfo),
            ),
            (
                "https://a.example.net.b.example.net/",
                Err(InvalidAddress::OtherOrigin),
            ),
            ("javascript:alert(1)", Err(InvalidAddress::OtherOrigin)),
            ("https://", Err(InvalidAddress::NotUrl)),
        ] {
            let followed = base.follow(context, given);
            assert_eq!(followed.as_deref(), result.as_ref().copied(), "{given}");
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        assert_eq!(base.follow(context, &long), Err(InvalidAddress::TooLong));
    }
}
