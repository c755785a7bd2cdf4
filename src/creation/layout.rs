//! EN 319 102-1 §4.2 — Where the signature value comes into the document

#[cfg(feature = "cms")]
use super::signed_data_parts::SignedDataParts;
use crate::crypto::{KeyKind, PublicKey};
use crate::encoding::base64;
#[cfg(feature = "cms")]
use crate::encoding::der::write;
use crate::encoding::pdf::Written;
#[cfg(feature = "cms")]
use crate::error::Malformed;
#[cfg(feature = "cms")]
use crate::pki::object_id;

/// The document as it will be, but for the signature value.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// An incremental update with a hole for the CMS that has the value.
    Pdf(Written),
    /// Octets before and after the value.
    Around(Around),
    /// Signed data that get the signer with the value.
    #[cfg(feature = "cms")]
    WithSigner(WithSigner),
    /// A container that gets the file with the signature.
    #[cfg(feature = "asic")]
    InContainer(InContainer),
}

/// See [`Layout::InContainer`].
#[cfg(feature = "asic")]
#[derive(Clone, Debug)]
pub(super) struct InContainer {
    /// The ZIP file, without the signature.
    pub container: Vec<u8>,
    /// The name of the file that is added, or that there is and gets one more signature.
    pub name: String,
    /// That file.
    pub file: Box<Layout>,
}

/// See [`Layout::WithSigner`]. The length of what stands around a value depends on the value's own.
#[cfg(feature = "cms")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WithSigner {
    /// `ContentInfo` without the signer, with its certificates.
    pub signed_data: Vec<u8>,
    /// The signer whose value is signed, counted from 0.
    pub counter: Option<usize>,
}

/// See [`Layout::Around`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Around {
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    pub coding: Coding,
}

/// How the value is written. That of an elliptic curve is written as the concatenation of its integers (RFC 7518 §3.4, XML Signature §6.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 4648 §4
    Base64,
    /// RFC 4648 §5
    #[cfg(feature = "json")]
    Base64Url,
}

/// Number and coding in a stored draft.
pub(super) const CODINGS: &[(u64, Coding)] = &[
    (1, Coding::Base64),
    #[cfg(feature = "json")]
    (2, Coding::Base64Url),
];

impl Around {
    /// The whole document; `None` when the value is none of this key.
    pub fn with_value(&self, key: &PublicKey, value: &[u8]) -> Option<Vec<u8>> {
        let value = match key.kind() {
            KeyKind::Ec(curve) => curve.concatenation_of_value(value)?,
            _ => value.to_vec(),
        };
        let text = match self.coding {
            Coding::Base64 => base64::encode(&value),
            #[cfg(feature = "json")]
            Coding::Base64Url => crate::encoding::base64url::encode(&value),
        };
        Some([&self.before, text.as_bytes(), &self.after].concat())
    }
}

#[cfg(feature = "cms")]
impl WithSigner {
    /// The whole document; `None` when there is no signer to be countersigned.
    pub fn with_signer(&self, signer: Vec<u8>, digest_algorithm: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
        let mut parts = SignedDataParts::from_ber(&self.signed_data)?;
        match self.counter {
            None => parts.add_signer(signer, digest_algorithm),
            Some(signed) => {
                let attribute = write::sequence(&[write::object_id(object_id::COUNTER_SIGNATURE), write::set_of(vec![signer])]);
                if parts.add_unsigned_attribute(signed, &attribute)?.is_none() {
                    return Ok(None);
                }
            }
        }
        Ok(Some(parts.to_der()))
    }
}
