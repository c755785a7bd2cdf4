//! RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2 — Names of algorithms in JSON

use const_oid::ObjectIdentifier;

use super::algorithm::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
use super::public_key::{KeyKind, PublicKey};

/// What a name of JSON Web Algorithms stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonAlgorithm {
    /// A signature algorithm; of an elliptic curve with that curve, which the name fixes.
    Signature(SignatureAlgorithm, Option<Curve>),
    /// `none` or a message authentication code: nobody's signature (§3.2, §3.6).
    NoSignature,
    /// Another name.
    Unknown,
}

const DIGESTS: [(&str, DigestAlgorithm, Curve); 3] = [
    ("256", DigestAlgorithm::Sha256, Curve::P256),
    ("384", DigestAlgorithm::Sha384, Curve::P384),
    ("512", DigestAlgorithm::Sha512, Curve::P521),
];

/// ETSI TS 119 182-1 §5.2.2.2: names of digest algorithms.
const DIGEST_NAMES: [(&str, DigestAlgorithm); 8] = [
    ("S224", DigestAlgorithm::Sha224),
    ("S256", DigestAlgorithm::Sha256),
    ("S384", DigestAlgorithm::Sha384),
    ("S512", DigestAlgorithm::Sha512),
    ("S3-224", DigestAlgorithm::Sha3_224),
    ("S3-256", DigestAlgorithm::Sha3_256),
    ("S3-384", DigestAlgorithm::Sha3_384),
    ("S3-512", DigestAlgorithm::Sha3_512),
];

impl JsonAlgorithm {
    /// What `name`, the value of `alg`, stands for. Names are compared octet by octet (RFC 7515 §4.1.1).
    pub fn named(name: &str) -> Self {
        match name {
            "Ed25519" | "EdDSA" => return Self::Signature(SignatureAlgorithm::Ed25519, None),
            // RFC 8812 §3.2, RFC 9864 §2.2: known, and not implemented.
            "ES256K" => return Self::Signature(SignatureAlgorithm::Unsupported(SECP256K1), None),
            "Ed448" => return Self::Signature(SignatureAlgorithm::Unsupported(ED448), None),
            _ => {}
        }
        // Whatever its letters are like: nobody means a signature by it.
        if name.eq_ignore_ascii_case("none") || name.get(..2).is_some_and(|kind| kind.eq_ignore_ascii_case("HS")) {
            return Self::NoSignature;
        }
        let Some((kind, bits)) = name.split_at_checked(2) else { return Self::Unknown };
        let Some((_, digest, curve)) = DIGESTS.into_iter().find(|(known, _, _)| *known == bits) else { return Self::Unknown };
        match kind {
            "RS" => Self::Signature(SignatureAlgorithm::RsaPkcs1(digest), None),
            "PS" => Self::Signature(SignatureAlgorithm::RsaPss(pss(digest)), None),
            "ES" => Self::Signature(SignatureAlgorithm::Ecdsa(digest), Some(curve)),
            _ => Self::Unknown,
        }
    }
}

/// id-secp256k1 (SEC 2 §A.2.1)
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
/// id-Ed448 (RFC 8410 §3)
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");

/// §3.5: the mask by the same digest, and a salt as long as it.
fn pss(digest: DigestAlgorithm) -> PssParameters {
    PssParameters { digest, mask_digest: digest, salt: digest.output() }
}

impl SignatureAlgorithm {
    /// The name of this algorithm with `key`; `None` where there is none for the two together.
    pub fn json_name(&self, key: &PublicKey) -> Option<String> {
        let of = |kind: &str, digest: &DigestAlgorithm| {
            let (bits, _, _) = DIGESTS.into_iter().find(|(_, known, _)| known == digest)?;
            Some(format!("{kind}{bits}"))
        };
        match (self, key.kind()) {
            (Self::RsaPkcs1(digest), KeyKind::Rsa) => of("RS", digest),
            (Self::RsaPss(parameters), KeyKind::Rsa | KeyKind::RsaPss(_)) if *parameters == pss(parameters.digest) => {
                of("PS", &parameters.digest)
            }
            (Self::Ecdsa(digest), KeyKind::Ec(curve)) => {
                of("ES", digest).filter(|_| DIGESTS.iter().any(|(_, known, of)| known == digest && *of == curve))
            }
            // RFC 9864 §2: `EdDSA`, which leaves the curve open, is not written any more.
            (Self::Ed25519, KeyKind::Ed25519) => Some("Ed25519".into()),
            _ => None,
        }
    }
}

impl DigestAlgorithm {
    /// The digest that `name` stands for in a JSON signature.
    pub fn from_json_name(name: &str) -> Option<Self> {
        DIGEST_NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, digest)| digest)
    }

    /// The name of this digest in a JSON signature, where it has one.
    pub fn json_name(self) -> Option<&'static str> {
        DIGEST_NAMES.into_iter().find(|(_, digest)| *digest == self).map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact_and_those_of_no_signature_are_not() {
        let ecdsa = JsonAlgorithm::Signature(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512), Some(Curve::P521));
        assert_eq!(JsonAlgorithm::named("ES512"), ecdsa);
        assert_eq!(JsonAlgorithm::named("EdDSA"), JsonAlgorithm::Signature(SignatureAlgorithm::Ed25519, None));
        for name in ["none", "None", "NONE", "nOnE", "HS256", "hs512"] {
            assert_eq!(JsonAlgorithm::named(name), JsonAlgorithm::NoSignature, "{name}");
        }
        for name in ["", "rs256", "RS1", "RS224", "ES256 ", "ES521", "é", "RSA-OAEP", "ML-DSA-44"] {
            assert_eq!(JsonAlgorithm::named(name), JsonAlgorithm::Unknown, "{name}");
        }
    }
}
