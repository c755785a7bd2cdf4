//! EN 319 102-1 §5.1.3 — Status indications and sub-indications

use serde::{Deserialize, Serialize};

/// The main status indication. Building blocks and whole processes use the same words, so that a conclusion is carried up unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Indication {
    /// Everything asked was found to hold.
    #[serde(rename = "TOTAL-PASSED")]
    TotalPassed,
    /// Something was found not to hold, and no further knowledge can change that.
    #[serde(rename = "TOTAL-FAILED")]
    TotalFailed,
    /// Knowledge is missing.
    #[serde(rename = "INDETERMINATE")]
    Indeterminate,
    /// The document has no signature.
    #[serde(rename = "NO-SIGNATURE")]
    NoSignature,
}

/// The sub-indications of EN 319 102-1 Table 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum SubIndication {
    CertificateChainGeneralFailure,
    ChainConstraintsFailure,
    CryptoConstraintsFailure,
    CryptoConstraintsFailureNoPoe,
    Expired,
    FormatFailure,
    HashFailure,
    NoCertificateChainFound,
    NoCertificateChainFoundNoPoe,
    NoPoe,
    NoSigningCertificateFound,
    NotYetValid,
    OutOfBoundsNoPoe,
    OutOfBoundsNotRevoked,
    PolicyProcessingError,
    RevocationOutOfBoundsNoPoe,
    Revoked,
    RevokedCaNoPoe,
    RevokedNoPoe,
    SigConstraintsFailure,
    SigCryptoFailure,
    SignaturePolicyNotAvailable,
    SignedDataNotFound,
    TimestampOrderFailure,
    TryLater,
}

/// An indication with its sub-indication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conclusion {
    /// The main status.
    pub indication: Indication,
    /// What it rests on; absent when passed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sub_indication: Option<SubIndication>,
}

impl Conclusion {
    /// `TOTAL-PASSED`.
    pub const PASSED: Self = Self { indication: Indication::TotalPassed, sub_indication: None };

    /// `TOTAL-FAILED` for this reason.
    pub const fn failed(sub_indication: SubIndication) -> Self {
        Self { indication: Indication::TotalFailed, sub_indication: Some(sub_indication) }
    }

    /// `INDETERMINATE` for this reason.
    pub const fn indeterminate(sub_indication: SubIndication) -> Self {
        Self { indication: Indication::Indeterminate, sub_indication: Some(sub_indication) }
    }

    /// Whether this is `TOTAL-PASSED`.
    pub fn is_passed(&self) -> bool {
        self.indication == Indication::TotalPassed
    }
}

impl Indication {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TotalPassed, Self::TotalFailed, Self::Indeterminate, Self::NoSignature];

    /// As the report writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TotalPassed => "TOTAL-PASSED",
            Self::TotalFailed => "TOTAL-FAILED",
            Self::Indeterminate => "INDETERMINATE",
            Self::NoSignature => "NO-SIGNATURE",
        }
    }
}

impl SubIndication {
    /// All of them, by name.
    pub const ALL: [Self; 25] = [
        Self::CertificateChainGeneralFailure,
        Self::ChainConstraintsFailure,
        Self::CryptoConstraintsFailure,
        Self::CryptoConstraintsFailureNoPoe,
        Self::Expired,
        Self::FormatFailure,
        Self::HashFailure,
        Self::NoCertificateChainFound,
        Self::NoCertificateChainFoundNoPoe,
        Self::NoPoe,
        Self::NoSigningCertificateFound,
        Self::NotYetValid,
        Self::OutOfBoundsNoPoe,
        Self::OutOfBoundsNotRevoked,
        Self::PolicyProcessingError,
        Self::RevocationOutOfBoundsNoPoe,
        Self::Revoked,
        Self::RevokedCaNoPoe,
        Self::RevokedNoPoe,
        Self::SigConstraintsFailure,
        Self::SigCryptoFailure,
        Self::SignaturePolicyNotAvailable,
        Self::SignedDataNotFound,
        Self::TimestampOrderFailure,
        Self::TryLater,
    ];

    /// As the report writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
            Self::CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            Self::Expired => "EXPIRED",
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::HashFailure => "HASH_FAILURE",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::NoCertificateChainFoundNoPoe => "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
            Self::NoPoe => "NO_POE",
            Self::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::OutOfBoundsNotRevoked => "OUT_OF_BOUNDS_NOT_REVOKED",
            Self::PolicyProcessingError => "POLICY_PROCESSING_ERROR",
            Self::RevocationOutOfBoundsNoPoe => "REVOCATION_OUT_OF_BOUNDS_NO_POE",
            Self::Revoked => "REVOKED",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            Self::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            Self::SignaturePolicyNotAvailable => "SIGNATURE_POLICY_NOT_AVAILABLE",
            Self::SignedDataNotFound => "SIGNED_DATA_NOT_FOUND",
            Self::TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
            Self::TryLater => "TRY_LATER",
        }
    }
}

/// `INDETERMINATE / NO_POE`
impl std::fmt::Display for Conclusion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.indication.as_str())?;
        self.sub_indication.map_or(Ok(()), |sub| write!(f, " / {}", sub.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_report_are_those_of_the_standard() {
        for sub in [SubIndication::NoPoe, SubIndication::RevokedCaNoPoe, SubIndication::OutOfBoundsNotRevoked, SubIndication::TryLater] {
            assert_eq!(serde_json::to_string(&sub).unwrap(), format!("\"{}\"", sub.as_str()));
        }
        assert_eq!(serde_json::to_string(&Conclusion::PASSED).unwrap(), r#"{"indication":"TOTAL-PASSED"}"#);
        assert_eq!(
            serde_json::to_string(&Conclusion::failed(SubIndication::HashFailure)).unwrap(),
            r#"{"indication":"TOTAL-FAILED","sub_indication":"HASH_FAILURE"}"#
        );
    }
}
