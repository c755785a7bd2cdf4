//! RFC 5280 §4.1.2.7 — Subject Public Key Info

use std::fmt;
use std::sync::Arc;

use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, Tag, Tagged};
use spki::SubjectPublicKeyInfoRef;

use super::algorithm::{Curve, ID_EC_PUBLIC_KEY, ID_ED25519, ID_RSASSA_PSS, PssParameters, RSA_ENCRYPTION, SignatureAlgorithm};
use super::identifier::pss;
use super::verification::{Key, Signed, Verification};
use crate::error::Malformed;

const FORMAT: &str = "SubjectPublicKeyInfo";

/// A public key as a certificate carries it. The received octets are kept; a clone shares them.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    spki: Vec<u8>,
    /// Where the content of the BIT STRING lies in `spki`; it is last, so the end is the end.
    subject_public_key: usize,
    kind: KeyKind,
    key: Key,
}

/// What the algorithm identifier of a key says that the key is for (RFC 3279 §2.3, RFC 4055 §3.1, RFC 5480 §2.1.1, RFC 8410 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// `rsaEncryption`: any RSA signature scheme.
    Rsa,
    /// `id-RSASSA-PSS`: this scheme only and, when present, with these parameters (`salt` is then the least number of octets).
    RsaPss(Option<PssParameters>),
    /// `id-ecPublicKey` on a named curve.
    Ec(Curve),
    /// `id-Ed25519`
    Ed25519,
    /// An algorithm or a curve that this crate lacks, by its identifier.
    Unsupported(ObjectIdentifier),
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`. An algorithm or curve that this crate lacks is no error but [`KeyKind::Unsupported`].
    ///
    /// # Errors
    /// [`Malformed`] when the octets are no `SubjectPublicKeyInfo`, or the key in it is none of its own algorithm.
    pub fn from_spki(der: &[u8]) -> Result<Self, Malformed> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|error| malformed(&error, der.len()))?;
        let content = info.subject_public_key.as_bytes().ok_or_else(|| Malformed::new(FORMAT, "key of a broken octet", der.len()))?;
        let subject_public_key = der.len().saturating_sub(content.len());
        let kind = kind(&info, subject_public_key)?;
        let key = Key::decode(kind, content).map_err(|what| Malformed::new(FORMAT, what, subject_public_key))?;
        Ok(Self(Arc::new(Inner { spki: der.to_vec(), subject_public_key, kind, key })))
    }

    /// The received `SubjectPublicKeyInfo`.
    pub fn spki(&self) -> &[u8] {
        &self.0.spki
    }

    /// The content of the BIT STRING `subjectPublicKey`: what key identifiers digest (RFC 5280 §4.2.1.2).
    pub fn subject_public_key(&self) -> &[u8] {
        self.0.spki.get(self.0.subject_public_key..).unwrap_or_default()
    }

    /// The kind of key.
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// Bits of the modulus, or of the order of the curve; `None` for an unsupported kind.
    pub fn bits(&self) -> Option<u32> {
        self.0.key.bits()
    }

    /// Is `value` the signature of this key over `signed`?
    pub fn verify(&self, algorithm: &SignatureAlgorithm, signed: Signed<'_>, value: &[u8]) -> Verification {
        self.0.key.verify(self.0.kind, algorithm, signed, value)
    }
}

fn kind(info: &SubjectPublicKeyInfoRef<'_>, at: usize) -> Result<KeyKind, Malformed> {
    let parameters = info.algorithm.parameters;
    let wrong = |what: &'static str| Err(Malformed::new(FORMAT, what, at));
    match info.algorithm.oid {
        // RFC 3279 §2.3.1 wants NULL here; keys without it exist, and nothing depends on it.
        RSA_ENCRYPTION if parameters.is_none_or(|any| any.tag() == Tag::Null) => Ok(KeyKind::Rsa),
        RSA_ENCRYPTION => wrong("parameters of rsaEncryption are not NULL"),
        ID_RSASSA_PSS => restricted(parameters),
        ID_EC_PUBLIC_KEY => match parameters {
            Some(any) => Ok(curve(any)),
            None => wrong("id-ecPublicKey without parameters"),
        },
        ID_ED25519 if parameters.is_none() => Ok(KeyKind::Ed25519),
        // RFC 8410 §3
        ID_ED25519 => wrong("id-Ed25519 with parameters"),
        other => Ok(KeyKind::Unsupported(other)),
    }
}

/// RFC 4055 §3.1: parameters of an `id-RSASSA-PSS` key restrict it.
fn restricted(parameters: Option<AnyRef<'_>>) -> Result<KeyKind, Malformed> {
    Ok(match parameters.map(pss).transpose()? {
        None => KeyKind::RsaPss(None),
        Some(SignatureAlgorithm::RsaPss(parameters)) => KeyKind::RsaPss(Some(parameters)),
        Some(SignatureAlgorithm::Unsupported(oid)) => KeyKind::Unsupported(oid),
        Some(_) => KeyKind::Unsupported(ID_RSASSA_PSS),
    })
}

/// RFC 5480 §2.1.1: only named curves; one that is spelt out in full is as good as unknown.
fn curve(parameters: AnyRef<'_>) -> KeyKind {
    match parameters.decode_as::<ObjectIdentifier>() {
        Ok(oid) => Curve::from_oid(oid).map_or(KeyKind::Unsupported(oid), KeyKind::Ec),
        Err(_) => KeyKind::Unsupported(ID_EC_PUBLIC_KEY),
    }
}

/// Where `inner`, a part of `outer`, begins in it.
pub(super) fn offset(outer: &[u8], inner: &[u8]) -> usize {
    inner.as_ptr().addr().saturating_sub(outer.as_ptr().addr())
}

fn malformed(error: &der::Error, end: usize) -> Malformed {
    let at = error.position().and_then(|position| usize::try_from(position).ok()).unwrap_or(end);
    Malformed::new(FORMAT, error.kind().to_string(), at)
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.spki == other.0.spki
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("kind", &self.0.kind).field("bits", &self.bits()).finish_non_exhaustive()
    }
}
