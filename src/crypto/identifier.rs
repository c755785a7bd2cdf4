//! RFC 5280 §4.1.1.2 — AlgorithmIdentifier of signatures (RFC 3279, RFC 4055, RFC 5754, RFC 5758, RFC 8410)

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, Null};
use der::{Decode, Encode, Sequence, Tag, Tagged};
use spki::{AlgorithmIdentifier, AlgorithmIdentifierRef};

use super::algorithm::{
    DigestAlgorithm, EC_SIGNATURE_TYPE, ID_EC_PUBLIC_KEY, ID_ED25519, ID_MGF1, ID_RSASSA_PSS, PssParameters, RSA_ENCRYPTION,
    SignatureAlgorithm, X509_RSA,
};
use crate::error::Malformed;

const FORMAT: &str = "AlgorithmIdentifier";

/// `sha1WithRSASignature` of the OIW agreements of 1991, still met in old files.
const OIW_SHA1_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.29");

/// RSASSA-PSS with SHAKE128 and SHAKE256, RFC 8702 §2: everything is fixed, and parameters are absent.
const PSS_SHAKE: [(ObjectIdentifier, DigestAlgorithm); 2] = [
    (ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.6.30"), DigestAlgorithm::Shake128),
    (ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.6.31"), DigestAlgorithm::Shake256),
];

/// RFC 4055 §3.1: `trailerField` 1 stands for the octet 0xbc, the only one there is.
const TRAILER_FIELD_BC: u32 = 1;
const DEFAULT_SALT: u32 = 20;

impl SignatureAlgorithm {
    /// The algorithm that `oid` and the DER of its `parameters` identify; one that this crate lacks is [`Self::Unsupported`].
    /// `digest` is what stands beside the identifier in a CMS `SignerInfo`: there `rsaEncryption` (RFC 3370 §3.2) and `id-ecPublicKey` leave it open.
    ///
    /// # Errors
    /// [`Malformed`] when the parameters are not those of the algorithm, at their offset in `parameters`.
    pub fn from_identifier(oid: ObjectIdentifier, parameters: Option<&[u8]>, digest: Option<DigestAlgorithm>) -> Result<Self, Malformed> {
        let any = parameters.map(AnyRef::from_der).transpose().map_err(|error| malformed(&error, 0))?;
        match oid {
            ID_RSASSA_PSS => pss(any.ok_or_else(|| Malformed::new(FORMAT, "id-RSASSA-PSS without parameters", 0))?),
            ID_ED25519 if any.is_some() => Err(Malformed::new(FORMAT, "parameters of id-Ed25519 present (RFC 8410 §3)", 0)),
            ID_ED25519 => Ok(Self::Ed25519),
            // RFC 4055 §5: NULL, and absent must be understood. RFC 5758 §3.2: absent; NULL in its place is met and says nothing.
            _ => match scheme(oid, digest) {
                Some(_) if any.is_some_and(|any| any.tag() != Tag::Null || !any.value().is_empty()) => {
                    Err(Malformed::new(FORMAT, format!("parameters of {oid} are not NULL"), 0))
                }
                Some(algorithm) => Ok(algorithm),
                None => Ok(Self::Unsupported(oid)),
            },
        }
    }

    /// The DER `AlgorithmIdentifier`; `None` for an algorithm without an identifier that this crate knows in full.
    pub fn to_identifier(&self) -> Option<Vec<u8>> {
        let null = || Some(AnyRef::from(Null));
        let (oid, parameters) = match self {
            Self::RsaPkcs1(digest) => (digest.rsa_pkcs1_oid()?, null()),
            Self::Ecdsa(digest) => (digest.ecdsa_oid()?, None),
            Self::Ed25519 => (ID_ED25519, None),
            Self::RsaPss(parameters) => return parameters.to_identifier(),
            Self::Unsupported(_) => return None,
        };
        AlgorithmIdentifier { oid, parameters }.to_der().ok()
    }
}

/// The schemes whose identifiers have no parameters of their own.
fn scheme(oid: ObjectIdentifier, digest: Option<DigestAlgorithm>) -> Option<SignatureAlgorithm> {
    match oid {
        RSA_ENCRYPTION | X509_RSA => digest.map(SignatureAlgorithm::RsaPkcs1),
        ID_EC_PUBLIC_KEY | EC_SIGNATURE_TYPE => digest.map(SignatureAlgorithm::Ecdsa),
        OIW_SHA1_WITH_RSA => Some(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1)),
        _ => PSS_SHAKE.into_iter().find(|(known, _)| *known == oid).map(|(_, digest)| SignatureAlgorithm::RsaPss(shake(digest))).or_else(
            || {
                DigestAlgorithm::from_signature_oid(oid).map(|(digest, rsa)| match rsa {
                    true => SignatureAlgorithm::RsaPkcs1(digest),
                    false => SignatureAlgorithm::Ecdsa(digest),
                })
            },
        ),
    }
}

/// RFC 8702 §3.2.1
fn shake(digest: DigestAlgorithm) -> PssParameters {
    PssParameters { digest, mask_digest: digest, salt: digest.output() }
}

/// `RSASSA-PSS-params`, RFC 4055 §3.1. DER leaves defaults out; writers that put them in are understood.
#[derive(Sequence)]
struct RsassaPssParams<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash_algorithm: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask_gen_algorithm: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt_length: Option<u32>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer_field: Option<u32>,
}

/// `RSASSA-PSS-params` as an algorithm: `Unsupported` with the identifier of a digest or mask generation function that is not here.
pub(super) fn pss(parameters: AnyRef<'_>) -> Result<SignatureAlgorithm, Malformed> {
    let parameters: RsassaPssParams<'_> = parameters.decode_as().map_err(|error| malformed(&error, 0))?;
    if parameters.trailer_field.is_some_and(|trailer| trailer != TRAILER_FIELD_BC) {
        return Err(Malformed::new(FORMAT, "trailerField of RSASSA-PSS is not 1", 0));
    }
    let digest = match digest(parameters.hash_algorithm) {
        Ok(digest) => digest,
        Err(oid) => return Ok(SignatureAlgorithm::Unsupported(oid)),
    };
    let mask_digest = match mask_digest(parameters.mask_gen_algorithm)? {
        Ok(digest) => digest,
        Err(oid) => return Ok(SignatureAlgorithm::Unsupported(oid)),
    };
    let salt = usize::try_from(parameters.salt_length.unwrap_or(DEFAULT_SALT)).unwrap_or(usize::MAX);
    Ok(SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest, salt }))
}

fn digest(identifier: Option<AlgorithmIdentifierRef<'_>>) -> Result<DigestAlgorithm, ObjectIdentifier> {
    // SHAKE has identifiers of its own for RSASSA-PSS and none in these parameters.
    identifier.map_or(Ok(DigestAlgorithm::Sha1), |identifier| {
        DigestAlgorithm::from_oid(identifier.oid).filter(|digest| !digest.extendable()).ok_or(identifier.oid)
    })
}

fn mask_digest(identifier: Option<AlgorithmIdentifierRef<'_>>) -> Result<Result<DigestAlgorithm, ObjectIdentifier>, Malformed> {
    match identifier {
        None => Ok(Ok(DigestAlgorithm::Sha1)),
        Some(AlgorithmIdentifier { oid: ID_MGF1, parameters: Some(any) }) => {
            Ok(digest(Some(any.decode_as().map_err(|error| malformed(&error, 0))?)))
        }
        Some(AlgorithmIdentifier { oid: ID_MGF1, parameters: None }) => Err(Malformed::new(FORMAT, "id-mgf1 without a digest", 0)),
        Some(AlgorithmIdentifier { oid, .. }) => Ok(Err(oid)),
    }
}

impl PssParameters {
    /// `None` for mixtures with SHAKE, which RFC 8702 does not have.
    fn to_identifier(self) -> Option<Vec<u8>> {
        if let Some((oid, digest)) = PSS_SHAKE.into_iter().find(|(_, digest)| *digest == self.digest) {
            return if self == shake(digest) { AlgorithmIdentifierRef { oid, parameters: None }.to_der().ok() } else { None };
        }
        if self.mask_digest.extendable() {
            return None;
        }
        // RFC 4055 §2.1: the digests of RSASSA-PSS are written with NULL parameters.
        let identifier = |digest: DigestAlgorithm| AlgorithmIdentifierRef { oid: digest.oid(), parameters: Some(Null.into()) };
        let mask_digest = identifier(self.mask_digest).to_der().ok()?;
        let mask = AlgorithmIdentifierRef { oid: ID_MGF1, parameters: Some(AnyRef::from_der(&mask_digest).ok()?) };
        let salt = u32::try_from(self.salt).ok()?;
        let parameters = RsassaPssParams {
            hash_algorithm: Some(identifier(self.digest)).filter(|_| self.digest != DigestAlgorithm::Sha1),
            mask_gen_algorithm: Some(mask).filter(|_| self.mask_digest != DigestAlgorithm::Sha1),
            salt_length: Some(salt).filter(|salt| *salt != DEFAULT_SALT),
            trailer_field: None,
        }
        .to_der()
        .ok()?;
        AlgorithmIdentifierRef { oid: ID_RSASSA_PSS, parameters: Some(AnyRef::from_der(&parameters).ok()?) }.to_der().ok()
    }
}

fn malformed(error: &der::Error, at: usize) -> Malformed {
    let position = error.position().and_then(|position| usize::try_from(position).ok()).unwrap_or(at);
    Malformed::new(FORMAT, error.kind().to_string(), position)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
    const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
    const NULL: &[u8] = &[5, 0];

    fn read(oid: ObjectIdentifier, parameters: Option<&[u8]>) -> Result<SignatureAlgorithm, String> {
        SignatureAlgorithm::from_identifier(oid, parameters, None).map_err(|malformed| malformed.what.into_owned())
    }

    fn pss(digest: DigestAlgorithm, mask_digest: DigestAlgorithm, salt: usize) -> SignatureAlgorithm {
        SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest, salt })
    }

    fn hex(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn parameters_are_null_or_absent_where_they_say_nothing() {
        let rsa = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256);
        assert_eq!(read(SHA256_RSA, Some(NULL)), Ok(rsa));
        assert_eq!(read(SHA256_RSA, None), Ok(rsa));
        assert!(read(SHA256_RSA, Some(&[0x30, 0])).is_err());
        assert_eq!(read(ECDSA_SHA256, None), Ok(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256)));
        assert!(read(ECDSA_SHA256, Some(&[4, 0])).is_err());
        assert_eq!(read(ID_ED25519, None), Ok(SignatureAlgorithm::Ed25519));
        assert!(read(ID_ED25519, Some(NULL)).is_err());
    }

    #[test]
    fn the_identifier_of_a_key_takes_the_digest_beside_it() {
        for (oid, expected) in [
            (RSA_ENCRYPTION, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha384)),
            (ID_EC_PUBLIC_KEY, SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384)),
            (SHA256_RSA, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256)),
        ] {
            assert_eq!(SignatureAlgorithm::from_identifier(oid, None, Some(DigestAlgorithm::Sha384)), Ok(expected));
        }
        assert_eq!(read(RSA_ENCRYPTION, Some(NULL)), Ok(SignatureAlgorithm::Unsupported(RSA_ENCRYPTION)));
    }

    /// Defaults of RFC 4055 §3.1; the second line is what OpenSSL writes for `rsa_pss_keygen_saltlen:32` with SHA-256.
    #[test]
    fn pss_parameters_have_defaults_and_one_trailer() {
        use DigestAlgorithm::{Sha1, Sha256};
        let openssl = hex("3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120");
        assert_eq!(read(ID_RSASSA_PSS, Some(&[0x30, 0])), Ok(pss(Sha1, Sha1, 20)));
        assert_eq!(read(ID_RSASSA_PSS, Some(&openssl)), Ok(pss(Sha256, Sha256, 32)));
        assert_eq!(read(ID_RSASSA_PSS, Some(&hex("3005a303020101"))), Ok(pss(Sha1, Sha1, 20)));
        assert_eq!(read(ID_RSASSA_PSS, Some(&hex("3005a303020102"))), Err("trailerField of RSASSA-PSS is not 1".into()));
        assert_eq!(read(ID_RSASSA_PSS, None), Err("id-RSASSA-PSS without parameters".into()));
        assert!(read(ID_RSASSA_PSS, Some(&hex("3005a2030201ff"))).is_err(), "a salt of -1 octets");
        let written = pss(Sha256, Sha256, 32).to_identifier().unwrap();
        assert_eq!(written[13..], openssl[..]);
    }

    #[test]
    fn what_is_written_is_read() {
        use DigestAlgorithm::{Sha3_256, Sha256, Sha512, Shake128, Shake256};
        for algorithm in [
            SignatureAlgorithm::RsaPkcs1(Sha3_256),
            SignatureAlgorithm::Ecdsa(Sha3_256),
            SignatureAlgorithm::Ecdsa(Shake256),
            SignatureAlgorithm::Ed25519,
            pss(Sha256, DigestAlgorithm::Sha1, 20),
            pss(Sha512, Sha256, 0),
            pss(Shake128, Shake128, 32),
            pss(Shake256, Shake256, 64),
        ] {
            let written = algorithm.to_identifier().unwrap();
            let identifier = AlgorithmIdentifierRef::from_der(&written).unwrap();
            let parameters = identifier.parameters.map(|any| any.to_der().unwrap());
            assert_eq!(read(identifier.oid, parameters.as_deref()), Ok(algorithm));
        }
    }

    #[test]
    fn what_has_no_identifier_is_not_written() {
        use DigestAlgorithm::{Sha256, Sha512_256, Shake128};
        for algorithm in [
            SignatureAlgorithm::Ecdsa(Sha512_256),
            SignatureAlgorithm::RsaPkcs1(Shake128),
            pss(Shake128, Shake128, 20),
            pss(Shake128, Sha256, 32),
            pss(Sha256, Shake128, 32),
            SignatureAlgorithm::Unsupported(RSA_ENCRYPTION),
        ] {
            assert_eq!(algorithm.to_identifier(), None, "{algorithm}");
        }
    }
}
