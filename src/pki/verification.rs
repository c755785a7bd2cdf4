//! RFC 5652 §5.4, §5.6 — Message digest and signature value: the mathematics only

use super::{SignedAttributes, SignerInfo};
use crate::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm, Signed, Verification};
use crate::error::Malformed;

/// What was found when the signature of one signer was checked with one key. Facts only: whether they suffice is for others to say.
#[derive(Clone, Debug)]
pub struct SignatureFacts {
    /// `digestAlgorithm`, where this crate has it.
    pub digest_algorithm: Option<DigestAlgorithm>,
    /// The digest of the content; `None` when it could not be computed.
    pub content_digest: Option<Vec<u8>>,
    /// `message-digest` of the signed attributes; `None` when there are no signed attributes.
    pub message_digest: Option<Result<Vec<u8>, Malformed>>,
    /// The algorithm of the signature value.
    pub algorithm: Result<SignatureAlgorithm, Malformed>,
    /// What the signature value was checked over: where it is valid, what made it valid.
    pub covered: CoveredOctets,
    /// Whether the signature value is that of the key over `covered`.
    pub value: Verification,
}

/// Octets that a signature value may cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoveredOctets {
    /// The content itself: there are no signed attributes.
    Content,
    /// The signed attributes as received, under the tag `SET OF`.
    AttributesAsReceived,
    /// The DER of the signed attributes, which were received otherwise.
    AttributesDer,
}

impl SignatureFacts {
    /// Whether the content has the digest that was signed; `None` when nobody can tell here. Without signed attributes the signature value tells.
    pub fn content_intact(&self) -> Option<bool> {
        match (&self.message_digest, &self.content_digest) {
            (Some(Ok(expected)), Some(actual)) => Some(expected == actual),
            (Some(Err(_)), _) => Some(false),
            (Some(Ok(_)), None) => None,
            (None, _) => match &self.value {
                Verification::Valid => Some(true),
                Verification::Invalid => Some(false),
                Verification::Unsupported(_) => None,
            },
        }
    }

    /// Whether digest and value both hold.
    pub fn holds(&self) -> bool {
        self.content_intact() == Some(true) && self.value == Verification::Valid
    }
}

/// Checks the signature of `signer` over `content` with `key`. A digest given as content is that of `digestAlgorithm`.
pub fn verify_signature(signer: &SignerInfo, key: &PublicKey, content: Signed<'_>) -> SignatureFacts {
    let digest_algorithm = signer.digest();
    let content_digest = match content {
        Signed::Digest(digest) => Some(digest.to_vec()),
        Signed::Octets(octets) => digest_algorithm.map(|algorithm| algorithm.digest(octets)),
    };
    let algorithm = signer.signature_algorithm();
    let (covered, value) = match (&algorithm, &signer.signed_attributes) {
        (Err(malformed), attributes) => (CoveredOctets::unchecked(attributes.as_ref()), Verification::Unsupported(malformed.to_string())),
        (Ok(algorithm), Some(attributes)) => over_attributes(attributes, key, algorithm, signer.signature.octets()),
        (Ok(algorithm), None) => (CoveredOctets::Content, over_content(signer, key, algorithm, content)),
    };
    let message_digest =
        signer.signed_attributes.as_ref().map(|attributes| attributes.message_digest().map(|digest| digest.octets().to_vec()));
    SignatureFacts { digest_algorithm, content_digest, message_digest, algorithm, covered, value }
}

impl CoveredOctets {
    fn unchecked(attributes: Option<&SignedAttributes>) -> Self {
        attributes.map_or(Self::Content, |_| Self::AttributesAsReceived)
    }
}

/// Most signers sign what they send; some send the attributes in another order than they signed them. Either is the signer's doing.
fn over_attributes(
    attributes: &SignedAttributes,
    key: &PublicKey,
    algorithm: &SignatureAlgorithm,
    value: &[u8],
) -> (CoveredOctets, Verification) {
    let received = attributes.to_be_signed_as_received();
    let verdict = key.verify(algorithm, Signed::Octets(&received), value);
    if verdict != Verification::Invalid {
        return (CoveredOctets::AttributesAsReceived, verdict);
    }
    let der = attributes.to_be_signed_der();
    if der != received && key.verify(algorithm, Signed::Octets(&der), value) == Verification::Valid {
        return (CoveredOctets::AttributesDer, Verification::Valid);
    }
    (CoveredOctets::AttributesAsReceived, verdict)
}

fn over_content(signer: &SignerInfo, key: &PublicKey, algorithm: &SignatureAlgorithm, content: Signed<'_>) -> Verification {
    // A digest by another algorithm than that of the signature value is no help.
    if matches!(content, Signed::Digest(_)) && algorithm.digest().is_some_and(|digest| Some(digest) != signer.digest()) {
        return Verification::Unsupported("the digest of the content is by another algorithm than that of the signature".to_owned());
    }
    key.verify(algorithm, content, signer.signature.octets())
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::encoding::der::{tag, write};
    use crate::pki::SignedData;
    use crate::pki::fixture::{SignedDataParts, key};

    fn facts(parts: &SignedDataParts, content: Signed<'_>) -> SignatureFacts {
        let signed_data = SignedData::from_ber(&parts.to_der()).unwrap();
        verify_signature(&signed_data.signer_infos[0], key().public_key(), content)
    }

    #[test]
    fn content_as_signed_holds() {
        let facts = facts(&SignedDataParts::attached(b"content"), Signed::Octets(b"content"));
        assert!(facts.holds());
        assert_eq!(facts.covered, CoveredOctets::AttributesAsReceived);
    }

    #[test]
    fn its_digest_will_do() {
        let digest = DigestAlgorithm::Sha256.digest(b"content");
        assert!(facts(&SignedDataParts::attached(b"content"), Signed::Digest(&digest)).holds());
    }

    #[test]
    fn altered_content_has_another_digest() {
        let facts = facts(&SignedDataParts::attached(b"content"), Signed::Octets(b"Content"));
        assert_eq!((facts.content_intact(), facts.value), (Some(false), Verification::Valid));
    }

    #[test]
    fn altered_attributes_have_another_signature() {
        let other = SignedDataParts::attached(b"Content");
        let parts = SignedDataParts { attributes: other.attributes, ..SignedDataParts::attached(b"content") };
        let facts = facts(&parts, Signed::Octets(b"Content"));
        assert_eq!((facts.content_intact(), facts.value), (Some(true), Verification::Invalid));
    }

    #[test]
    fn attributes_out_of_order_hold_as_received_or_as_der() {
        let sorted = SignedDataParts::attached(b"content").attributes;
        let reversed: Vec<_> = sorted.iter().rev().cloned().collect();
        for (signed, covered) in [(&sorted, CoveredOctets::AttributesDer), (&reversed, CoveredOctets::AttributesAsReceived)] {
            let signed = write::value(tag::SET, &signed.concat());
            let parts = SignedDataParts { attributes: reversed.clone(), signed, ..SignedDataParts::attached(b"content") };
            let facts = facts(&parts, Signed::Octets(b"content"));
            assert!(facts.holds());
            assert_eq!(facts.covered, covered);
        }
    }

    #[test]
    fn without_attributes_the_value_is_over_the_content() {
        let parts = SignedDataParts { attributes: Vec::new(), signed: b"content".to_vec(), ..SignedDataParts::attached(b"content") };
        assert!(facts(&parts, Signed::Octets(b"content")).holds());
        let altered = facts(&parts, Signed::Octets(b"Content"));
        assert_eq!((altered.content_intact(), altered.covered), (Some(false), CoveredOctets::Content));
    }

    /// Attributes taken for content: the same signature value over the same octets, and yet not the same statement. The tag tells them apart no more;
    /// that the attributes must be there is for the profile to demand.
    #[test]
    fn attributes_as_content_are_reported_as_content() {
        let attributes = SignedDataParts::attached(b"content").signed;
        let parts = SignedDataParts { attributes: Vec::new(), ..SignedDataParts::attached(b"content") };
        let facts = facts(&parts, Signed::Octets(&attributes));
        assert_eq!((facts.covered, facts.message_digest.is_none()), (CoveredOctets::Content, true));
    }
}
