//! One table of algorithms: names and object identifiers (RFC 3279, RFC 4055, RFC 5754, RFC 5758, RFC 8410, RFC 8702).

use const_oid::ObjectIdentifier;

/// RFC 8017 appendix A.1
/// id-ecSigType of ANSI X9.62, which one signer in the field writes for ECDSA with the digest named beside it.
pub(crate) const EC_SIGNATURE_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4");
/// `rsa` of X.509 (1988) annex H, which one timestamp authority in the field writes for rsaEncryption.
pub(crate) const X509_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.8.1.1");
pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RFC 8017 appendix A.2.3
pub(crate) const ID_RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
/// RFC 8017 appendix B.2.1
pub(crate) const ID_MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
/// RFC 5480 §2.1.1
pub(crate) const ID_EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 8410 §3
pub(crate) const ID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// A digest algorithm that this crate computes. SHA-1 is for verification only. SHAKE has the fixed outputs of RFC 8702 §3.1, 256 and 512 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DigestAlgorithm {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512_224,
    Sha512_256,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
    Shake128,
    Shake256,
}

use DigestAlgorithm::*;

struct DigestRow {
    algorithm: DigestAlgorithm,
    name: &'static str,
    output: usize,
    oid: ObjectIdentifier,
    rsa_pkcs1: Option<ObjectIdentifier>,
    ecdsa: Option<ObjectIdentifier>,
}

const fn row(
    algorithm: DigestAlgorithm,
    name: &'static str,
    output: usize,
    oid: &str,
    rsa_pkcs1: Option<&str>,
    ecdsa: Option<&str>,
) -> DigestRow {
    DigestRow {
        algorithm,
        name,
        output,
        oid: ObjectIdentifier::new_unwrap(oid),
        rsa_pkcs1: identifier(rsa_pkcs1),
        ecdsa: identifier(ecdsa),
    }
}

const fn identifier(dotted: Option<&str>) -> Option<ObjectIdentifier> {
    match dotted {
        Some(dotted) => Some(ObjectIdentifier::new_unwrap(dotted)),
        None => None,
    }
}

/// In the order of the enum.
static DIGESTS: [DigestRow; 13] = [
    row(Sha1, "SHA-1", 20, "1.3.14.3.2.26", Some("1.2.840.113549.1.1.5"), Some("1.2.840.10045.4.1")),
    row(Sha224, "SHA-224", 28, "2.16.840.1.101.3.4.2.4", Some("1.2.840.113549.1.1.14"), Some("1.2.840.10045.4.3.1")),
    row(Sha256, "SHA-256", 32, "2.16.840.1.101.3.4.2.1", Some("1.2.840.113549.1.1.11"), Some("1.2.840.10045.4.3.2")),
    row(Sha384, "SHA-384", 48, "2.16.840.1.101.3.4.2.2", Some("1.2.840.113549.1.1.12"), Some("1.2.840.10045.4.3.3")),
    row(Sha512, "SHA-512", 64, "2.16.840.1.101.3.4.2.3", Some("1.2.840.113549.1.1.13"), Some("1.2.840.10045.4.3.4")),
    row(Sha512_224, "SHA-512/224", 28, "2.16.840.1.101.3.4.2.5", Some("1.2.840.113549.1.1.15"), None),
    row(Sha512_256, "SHA-512/256", 32, "2.16.840.1.101.3.4.2.6", Some("1.2.840.113549.1.1.16"), None),
    row(Sha3_224, "SHA3-224", 28, "2.16.840.1.101.3.4.2.7", Some("2.16.840.1.101.3.4.3.13"), Some("2.16.840.1.101.3.4.3.9")),
    row(Sha3_256, "SHA3-256", 32, "2.16.840.1.101.3.4.2.8", Some("2.16.840.1.101.3.4.3.14"), Some("2.16.840.1.101.3.4.3.10")),
    row(Sha3_384, "SHA3-384", 48, "2.16.840.1.101.3.4.2.9", Some("2.16.840.1.101.3.4.3.15"), Some("2.16.840.1.101.3.4.3.11")),
    row(Sha3_512, "SHA3-512", 64, "2.16.840.1.101.3.4.2.10", Some("2.16.840.1.101.3.4.3.16"), Some("2.16.840.1.101.3.4.3.12")),
    row(Shake128, "SHAKE128", 32, "2.16.840.1.101.3.4.2.11", None, Some("1.3.6.1.5.5.7.6.32")),
    row(Shake256, "SHAKE256", 64, "2.16.840.1.101.3.4.2.12", None, Some("1.3.6.1.5.5.7.6.33")),
];

impl DigestAlgorithm {
    /// Every digest algorithm of this crate.
    pub const ALL: [Self; 13] =
        [Sha1, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256, Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256];

    #[expect(
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "the table has one row for each variant, in order; a test compares them"
    )]
    fn row(self) -> &'static DigestRow {
        &DIGESTS[self as usize]
    }

    /// The name of FIPS 180-4 or FIPS 202: `SHA-256`, `SHA3-256`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Octets of a digest.
    pub fn output(self) -> usize {
        self.row().output
    }

    /// The object identifier of the digest itself.
    pub fn oid(self) -> ObjectIdentifier {
        self.row().oid
    }

    /// Is this SHAKE, which masks without MGF1 (RFC 8702 §3.2.1) and has no HMAC?
    pub(crate) fn extendable(self) -> bool {
        matches!(self, Shake128 | Shake256)
    }

    /// The identifier of this digest's RSASSA-PKCS1-v1_5 signatures, where one is registered.
    pub fn rsa_pkcs1_oid(self) -> Option<ObjectIdentifier> {
        self.row().rsa_pkcs1
    }

    /// The identifier of this digest's ECDSA signatures, where one is registered.
    pub fn ecdsa_oid(self) -> Option<ObjectIdentifier> {
        self.row().ecdsa
    }

    /// The digest that `oid` names; a signature's identifier in its place, as some writers put it, is understood too.
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        DIGESTS.iter().find(|row| row.oid == oid || row.rsa_pkcs1 == Some(oid) || row.ecdsa == Some(oid)).map(|row| row.algorithm)
    }

    /// The digest whose signatures `oid` identifies, and whether they are RSASSA-PKCS1-v1_5 (else ECDSA).
    pub(crate) fn from_signature_oid(oid: ObjectIdentifier) -> Option<(Self, bool)> {
        DIGESTS.iter().find_map(|row| {
            if row.rsa_pkcs1 == Some(oid) {
                Some((row.algorithm, true))
            } else {
                (row.ecdsa == Some(oid)).then_some((row.algorithm, false))
            }
        })
    }
}

/// The named curves of this crate (RFC 5480 §2.1.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// Every curve of this crate.
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// The identifier of RFC 5480 §2.1.1.1.
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Self::P256 => ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
            Self::P384 => ObjectIdentifier::new_unwrap("1.3.132.0.34"),
            Self::P521 => ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        }
    }

    /// The curve that `oid` names.
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == oid)
    }

    /// The name of FIPS 186-5: `P-256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Bits of the order of the curve.
    pub fn bits(self) -> u32 {
        match self {
            Self::P256 => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }
}

/// RSASSA-PSS-params (RFC 4055 §3.1), read from the signature, never guessed.
/// With SHAKE as its digest the mask is that SHAKE too, and the salt as long as the digest (RFC 8702 §3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PssParameters {
    /// Digest of the message.
    pub digest: DigestAlgorithm,
    /// Digest inside MGF1; SHAKE stands for itself.
    pub mask_digest: DigestAlgorithm,
    /// Octets of salt.
    pub salt: usize,
}

/// A signature algorithm with its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RFC 8017 §8.2
    RsaPkcs1(DigestAlgorithm),
    /// RFC 8017 §8.1
    RsaPss(PssParameters),
    /// FIPS 186-5 §6, value as DER `ECDSA-Sig-Value`
    Ecdsa(DigestAlgorithm),
    /// RFC 8032 §5.1
    Ed25519,
    /// Known by its identifier only.
    Unsupported(ObjectIdentifier),
}

impl SignatureAlgorithm {
    /// The digest of the message; `None` where the algorithm has none of its own to tell.
    pub fn digest(&self) -> Option<DigestAlgorithm> {
        match self {
            Self::RsaPkcs1(digest) | Self::Ecdsa(digest) | Self::RsaPss(PssParameters { digest, .. }) => Some(*digest),
            Self::Ed25519 | Self::Unsupported(_) => None,
        }
    }
}

/// `RSASSA-PKCS1-v1_5 SHA-256`, `RSASSA-PSS SHA-256 MGF1 SHA-256 salt 32`, `ECDSA SHA-384`, `Ed25519`, or a dotted identifier.
impl std::fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RsaPkcs1(digest) => write!(f, "RSASSA-PKCS1-v1_5 {}", digest.name()),
            Self::RsaPss(p) => write!(f, "RSASSA-PSS {} MGF1 {} salt {}", p.digest.name(), p.mask_digest.name(), p.salt),
            Self::Ecdsa(digest) => write!(f, "ECDSA {}", digest.name()),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Unsupported(oid) => write!(f, "{oid}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_has_its_row() {
        for (index, algorithm) in DigestAlgorithm::ALL.into_iter().enumerate() {
            assert_eq!(DIGESTS[index].algorithm, algorithm);
            assert_eq!(DigestAlgorithm::from_oid(algorithm.oid()), Some(algorithm));
        }
    }
}
