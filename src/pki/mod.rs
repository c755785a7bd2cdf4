//! Who says so? Certificates, revocation lists, OCSP responses, timestamps and CMS: read and inspected, never judged.

pub mod algorithm_identifier;
pub mod certificate;
pub mod crl;
pub mod crl_entry;
pub mod ess;
pub mod evidence_record;
pub mod extension;
#[cfg(all(test, feature = "sign"))]
mod fixture;
#[cfg(feature = "sign")]
pub mod key_file;
pub mod name;
pub mod object_id;
pub mod objects;
pub mod ocsp_request;
pub mod ocsp_response;
pub mod revocation_information;
pub mod signed_attributes;
pub mod signed_data;
pub mod signer_info;
pub mod subject_kind;
pub mod timestamp_request;
pub mod timestamp_token;
pub mod unread;
pub mod validation_data;
pub mod verification;

pub use algorithm_identifier::AlgorithmIdentifier;
pub use certificate::Certificate;
pub use crl::CertificateList;
pub use crl_entry::{RevocationReason, RevokedCertificate};
pub use ess::{EssCertificateId, SigningCertificate};
pub use evidence_record::{ArchiveTimeStamp, ArchiveTimeStampChain, EvidenceRecord};
pub use extension::{Extension, Extensions};
#[cfg(feature = "sign")]
pub use key_file::{KeyFile, KeyFileError};
pub use name::Name;
pub use objects::{PkiObject, objects};
pub use ocsp_request::OcspRequest;
pub use ocsp_response::{BasicOcspResponse, OcspResponse};
pub use revocation_information::RevocationInformation;
pub use signed_attributes::{Attribute, Attributes, SignedAttributes};
pub use signed_data::SignedData;
pub use signer_info::{SignerIdentifier, SignerInfo};
pub use subject_kind::{KindReason, SubjectKind, subject_kind};
pub use timestamp_request::{TimestampError, TimestampRequest};
pub use timestamp_token::{TimestampInfo, TimestampResponse, TimestampToken};
pub use unread::Unread;
pub use validation_data::ValidationData;
pub use verification::{CoveredOctets, SignatureFacts, verify_signature};

use crate::encoding::der::{Reader, Received, tag};
use crate::error::Malformed;

/// The octets of a `signatureValue`. One with bits left over is the value of no algorithm: it is read as the empty one, which no key has made,
/// so that its certificate can still be shown and fails for its signature.
fn signature_value(reader: &mut Reader<'_>) -> Result<Received, Malformed> {
    let value = reader.expect(tag::BIT_STRING, "signatureValue")?;
    match value.bit_string()? {
        (0, octets) => Ok(octets),
        _ => Ok(Received::new(&[])),
    }
}

/// Whether two INTEGERs are the same number, also where one was encoded with octets that add nothing.
pub fn same_integer(one: &[u8], other: &[u8]) -> bool {
    shortest(one) == shortest(other)
}

fn shortest(mut integer: &[u8]) -> &[u8] {
    while let [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] = integer {
        integer = integer.get(1..).unwrap_or_default();
    }
    integer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_compared_as_numbers() {
        assert!(same_integer(&[0, 0, 0x7f], &[0x7f]));
        assert!(same_integer(&[0xff, 0xff, 0x80], &[0x80]));
        assert!(!same_integer(&[0, 0x80], &[0x80]));
        assert!(same_integer(&[0], &[0, 0]));
        assert!(!same_integer(&[0xff], &[0]));
    }
}
