//! The published addresses, as data.

use super::address::BaseAddress;

/// Where the services of one environment are. `None` where no address is public (FHIR reference 1).
///
/// | | test | production |
/// |---|---|---|
/// | HelseID | `https://helseid-sts.test.nhn.no` | `https://helseid-sts.nhn.no` \[likely\] |
/// | VKP | `https://api.test.vkpnorge.no/epj/r4` | `https://api.vkpnorge.no/epj/r4` \[likely\] |
/// | JFT | `https://api.write.jft.test.nhn.no`, `https://api.read.jft.test.nhn.no` | `https://api.write.jft.nhn.no`, `https://api.read.jft.nhn.no` |
/// | PIT | `https://api.pit.test.nhn.no` | unknown |
/// | PMD | `https://api.pmd.dev.nhn.no` | unknown |
///
/// Every field can be replaced by an address of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Environment {
    /// The issuer of tokens.
    pub helseid: BaseAddress,
    /// VKP without the organisation number.
    pub vkp: Option<BaseAddress>,
    /// JFT for response centres, which write.
    pub jft_write: Option<BaseAddress>,
    /// JFT for patient records, which read.
    pub jft_read: Option<BaseAddress>,
    /// PIT.
    pub pit: Option<BaseAddress>,
    /// PMD.
    pub pmd: Option<BaseAddress>,
}

impl Environment {
    /// The test environment.
    #[must_use]
    pub fn test() -> Self {
        Self {
            helseid: BaseAddress::known("https://helseid-sts.test.nhn.no", ""),
            vkp: Some(BaseAddress::known(
                "https://api.test.vkpnorge.no",
                "/epj/r4",
            )),
            jft_write: Some(BaseAddress::known("https://api.write.jft.test.nhn.no", "")),
            jft_read: Some(BaseAddress::known("https://api.read.jft.test.nhn.no", "")),
            pit: Some(BaseAddress::known("https://api.pit.test.nhn.no", "")),
            pmd: Some(BaseAddress::known("https://api.pmd.dev.nhn.no", "")),
        }
    }

    /// The production environment, as far as it is public.
    #[must_use]
    pub fn production() -> Self {
        Self {
            helseid: BaseAddress::known("https://helseid-sts.nhn.no", ""),
            vkp: Some(BaseAddress::known("https://api.vkpnorge.no", "/epj/r4")),
            jft_write: Some(BaseAddress::known("https://api.write.jft.nhn.no", "")),
            jft_read: Some(BaseAddress::known("https://api.read.jft.nhn.no", "")),
            pit: None,
            pmd: None,
        }
    }

    /// An environment of one's own, such as a double: only HelseID, the rest to be filled in.
    #[must_use]
    pub const fn own(helseid: BaseAddress) -> Self {
        Self {
            helseid,
            vkp: None,
            jft_write: None,
            jft_read: None,
            pit: None,
            pmd: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_address_is_one_that_tokens_may_be_sent_to() {
        for environment in [Environment::test(), Environment::production()] {
            let all = [
                environment.vkp,
                environment.jft_write,
                environment.jft_read,
                environment.pit,
                environment.pmd,
            ];
            for address in all.into_iter().flatten().chain([environment.helseid]) {
                assert_eq!(BaseAddress::new(&address.join("")), Ok(address));
            }
        }
    }
}
