//! RFC 5280 §4.2.1.12 — What a certificate is used for, and what a trust anchor is believed for

use std::fmt;

use serde::{Deserialize, Serialize};

/// A use of a certificate, as a question to a certification path and as a limit of a trust anchor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Signing documents.
    #[default]
    Signing,
    /// Signing timestamps (RFC 3161 §2.3).
    Timestamping,
    /// Signing OCSP responses (RFC 6960 §4.2.2.2).
    #[serde(rename = "ocsp")]
    OcspSigning,
    /// Signing revocation lists (RFC 5280 §6.3.3 (f)).
    #[serde(rename = "crl")]
    CrlSigning,
    /// Whatever the certificate allows: its uses are not asked.
    Any,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [Self::Signing, Self::Timestamping, Self::OcspSigning, Self::CrlSigning, Self::Any];

    /// The name in reports, in trust stores and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Timestamping => "timestamping",
            Self::OcspSigning => "ocsp",
            Self::CrlSigning => "crl",
            Self::Any => "any",
        }
    }

    /// The purpose of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_has_one_name_everywhere() {
        for purpose in Purpose::ALL {
            assert_eq!(serde_json::to_string(&purpose).unwrap(), format!("\"{purpose}\""));
            assert_eq!(Purpose::named(purpose.as_str()), Some(purpose));
        }
        assert_eq!(Purpose::named("Signing"), None);
    }
}
