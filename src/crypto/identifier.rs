//! RFC 5280 §4.1.1.2 — AlgorithmIdentifier of signatures (RFC 3279, RFC 4055, RFC 5754, RFC 5758, RFC 8410)

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, Null};
use der::{Decode, Encode, Sequence, Tag, Tagged};
use spki::{AlgorithmIdentifier, AlgorithmIdentifierRef};

use super::algorithm::{
    DigestAlgorithm, ID_EC_PUBLIC_KEY, ID_ED25519, ID_MGF1, ID_RSASSA_PSS, PssParameters, RSA_ENCRYPTION, SignatureAlgorithm,
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
        RSA_ENCRYPTION => digest.map(SignatureAlgorithm::RsaPkcs1),
        ID_EC_PUBLIC_KEY => digest.map(SignatureAlgorithm::Ecdsa),
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
    fn to_identifier(self) -> Option<Vec<u8>> {
        if let Some((oid, digest)) = PSS_SHAKE.into_iter().find(|(_, digest)| *digest == self.digest) {
            return if self == shake(digest) { AlgorithmIdentifierRef { oid, parameters: None }.to_der().ok() } else { None };
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
