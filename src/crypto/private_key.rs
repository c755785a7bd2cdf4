//! RFC 5958 §2 — OneAsymmetricKey, with the keys of RFC 8017, RFC 5915 and RFC 8410 inside

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef, OctetStringRef, UintRef};
use der::{Decode, DecodeValue, Encode, Header, Reader, Sequence, SliceReader, TagNumber};
use rsa::{BoxedUint, RsaPrivateKey};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::algorithm::{Curve, ID_EC_PUBLIC_KEY, ID_ED25519, ID_RSASSA_PSS, RSA_ENCRYPTION};
use super::public_key::{PublicKey, offset};
use super::rsa_key::MODULUS;
use crate::error::Malformed;

const FORMAT: &str = "private key";
/// Why a private key was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is not what it claims to be.
    Malformed(Malformed),
    /// It is of an algorithm, or on a curve, that this crate lacks.
    Unsupported(ObjectIdentifier),
}

impl From<Unread> for Malformed {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Malformed(malformed) => malformed,
            Unread::Unsupported(oid) => Self::new(FORMAT, format!("a key of the kind {oid}, which is not supported"), 0),
        }
    }
}

/// A private key, ready to sign. Each of these zeroises itself when dropped.
pub(super) enum Secret {
    Rsa(Box<RsaPrivateKey>),
    P256(Box<p256::ecdsa::SigningKey>),
    P384(Box<p384::ecdsa::SigningKey>),
    P521(Box<p521::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

/// `OneAsymmetricKey` without its attributes, which say nothing about the key.
struct OneAsymmetricKey<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    private_key: &'a [u8],
    public_key: Option<&'a [u8]>,
}

impl<'a> OneAsymmetricKey<'a> {
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(der)?;
        let key = reader.sequence(|reader| {
            let _version: u8 = reader.decode()?;
            let (algorithm, private_key) = (reader.decode()?, reader.decode::<&OctetStringRef>()?.as_bytes());
            let mut public_key = None;
            while !reader.is_finished() {
                let any: AnyRef<'a> = reader.decode()?;
                let header: Header = any.header();
                if header.tag().number() == TagNumber(1) && header.tag().is_context_specific() {
                    public_key = BitStringRef::decode_value(&mut SliceReader::new(any.value())?, header)?.as_bytes();
                }
            }
            Ok::<_, der::Error>(Self { algorithm, private_key, public_key })
        })?;
        reader.finish()?;
        Ok(key)
    }
}

/// The key of a DER `OneAsymmetricKey` and its public half.
pub(super) fn read(der: &[u8]) -> Result<(Secret, PublicKey), Unread> {
    let info = OneAsymmetricKey::read(der).map_err(|error| malformed(&error, 0))?;
    let at = offset(der, info.private_key);
    let (secret, public) = match info.algorithm.oid {
        RSA_ENCRYPTION | ID_RSASSA_PSS => rsa(info.private_key, at)?,
        ID_EC_PUBLIC_KEY => ec(named_curve(&info.algorithm)?, info.private_key, at)?,
        ID_ED25519 => ed25519(info.private_key).ok_or_else(|| broken("not a CurvePrivateKey of 32 octets", at))?,
        other => return Err(Unread::Unsupported(other)),
    };
    if info.public_key.is_some_and(|stated| stated != public) {
        return Err(broken("the public key beside the private key is not its own", at));
    }
    let key = public_key(info.algorithm, &public).map_err(|_| broken("parameters that the key cannot have", 0))?;
    Ok((secret, key))
}

fn public_key(algorithm: AlgorithmIdentifierRef<'_>, public: &[u8]) -> Result<PublicKey, Malformed> {
    let too_long = |_| Malformed::new(FORMAT, "too long", 0);
    let subject_public_key = BitStringRef::from_bytes(public).map_err(too_long)?;
    PublicKey::from_spki(&SubjectPublicKeyInfoRef { algorithm, subject_public_key }.to_der().map_err(too_long)?)
}

/// A bare `RSAPrivateKey` (RFC 8017 appendix A.1.2) as PKCS#8.
pub(super) fn wrap_pkcs1(der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unread> {
    wrap(AlgorithmIdentifierRef { oid: RSA_ENCRYPTION, parameters: Some(der::asn1::Null.into()) }, der)
}

/// A bare `ECPrivateKey` (RFC 5915 §3) as PKCS#8; it has to name its curve itself.
pub(super) fn wrap_sec1(der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unread> {
    let key = EcPrivateKey::from_der(der).map_err(|error| malformed(&error, 0))?;
    let parameters = Some(key.parameters.ok_or_else(|| broken("an ECPrivateKey without its curve", 0))?);
    wrap(AlgorithmIdentifierRef { oid: ID_EC_PUBLIC_KEY, parameters }, der)
}

fn wrap(algorithm: AlgorithmIdentifierRef<'_>, key: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unread> {
    let encode = || PrivateKeyInfo { version: 0, algorithm, private_key: OctetStringRef::new(key)? }.to_der();
    encode().map(Zeroizing::new).map_err(|error: der::Error| malformed(&error, 0))
}

/// `PrivateKeyInfo`, the first version of RFC 5958 §2, to be written.
#[derive(Sequence)]
struct PrivateKeyInfo<'a> {
    version: u8,
    algorithm: AlgorithmIdentifierRef<'a>,
    private_key: &'a OctetStringRef,
}

/// `RSAPrivateKey`, RFC 8017 appendix A.1.2, of two primes.
#[derive(Sequence)]
struct RsaPrivateKeyFields<'a> {
    version: u8,
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
    private_exponent: UintRef<'a>,
    prime1: UintRef<'a>,
    prime2: UintRef<'a>,
    exponent1: UintRef<'a>,
    exponent2: UintRef<'a>,
    coefficient: UintRef<'a>,
}

/// `RSAPublicKey`, RFC 8017 appendix A.1.1.
#[derive(Sequence)]
struct RsaPublicKeyFields<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

fn rsa(der: &[u8], at: usize) -> Result<(Secret, Vec<u8>), Unread> {
    let fields = RsaPrivateKeyFields::from_der(der).map_err(|error| malformed(&error, at))?;
    if !MODULUS.contains(&fields.modulus.as_bytes().len()) {
        return Err(broken("an RSA modulus outside of 1024 to 8192 bits", at));
    }
    let (modulus, public_exponent) = (fields.modulus, fields.public_exponent);
    let key = rsa_key(&fields).ok_or_else(|| broken("the parts of the RSA key contradict each other", at))?;
    let public = RsaPublicKeyFields { modulus, public_exponent }.to_der().map_err(|error| malformed(&error, at))?;
    Ok((Secret::Rsa(Box::new(key)), public))
}

/// The library checks the parts against each other, and computes exponents and coefficient again.
fn rsa_key(fields: &RsaPrivateKeyFields<'_>) -> Option<RsaPrivateKey> {
    let bits = u32::try_from(fields.modulus.as_bytes().len()).ok()?.checked_mul(8)?;
    let integer = |field: &UintRef<'_>| BoxedUint::from_be_slice(field.as_bytes(), bits).ok();
    let primes = vec![integer(&fields.prime1)?, integer(&fields.prime2)?];
    RsaPrivateKey::from_components(integer(&fields.modulus)?, integer(&fields.public_exponent)?, integer(&fields.private_exponent)?, primes)
        .ok()
}

/// `ECPrivateKey`, RFC 5915 §3.
#[derive(Sequence)]
struct EcPrivateKey<'a> {
    version: u8,
    private_key: &'a OctetStringRef,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    parameters: Option<AnyRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    public_key: Option<BitStringRef<'a>>,
}

fn named_curve(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Curve, Unread> {
    // A curve spelt out in full is as good as unknown: RFC 5480 §2.1.1 forbids it.
    let oid = algorithm.parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    oid.and_then(Curve::from_oid).ok_or(Unread::Unsupported(oid.unwrap_or(ID_EC_PUBLIC_KEY)))
}

fn ec(curve: Curve, der: &[u8], at: usize) -> Result<(Secret, Vec<u8>), Unread> {
    let key = EcPrivateKey::from_der(der).map_err(|error| malformed(&error, at))?;
    let stated = key.parameters.map(|any| any.decode_as::<ObjectIdentifier>());
    if stated.is_some_and(|stated| stated != Ok(curve.oid())) {
        return Err(broken("an ECPrivateKey of another curve", at));
    }
    let (secret, public) =
        scalar(curve, key.private_key.as_bytes()).ok_or_else(|| broken("a private key out of the range of its curve", at))?;
    match key.public_key {
        Some(stated) if stated.as_bytes() != Some(&public) => Err(broken("the public key beside the private key is not its own", at)),
        _ => Ok((secret, public)),
    }
}

fn scalar(curve: Curve, octets: &[u8]) -> Option<(Secret, Vec<u8>)> {
    // RFC 5915 §3 wants as many octets as the order has; some writers drop leading zeros.
    let length = usize::try_from(curve.bits().div_ceil(8)).ok()?;
    let mut padded = Zeroizing::new(vec![0; length.checked_sub(octets.len())?]);
    padded.reserve_exact(octets.len());
    padded.extend_from_slice(octets);
    Some(match curve {
        Curve::P256 => {
            let key = p256::ecdsa::SigningKey::from_slice(&padded).ok()?;
            let public = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            (Secret::P256(Box::new(key)), public)
        }
        Curve::P384 => {
            let key = p384::ecdsa::SigningKey::from_slice(&padded).ok()?;
            let public = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            (Secret::P384(Box::new(key)), public)
        }
        Curve::P521 => {
            let key = p521::ecdsa::SigningKey::from_slice(&padded).ok()?;
            let public = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            (Secret::P521(Box::new(key)), public)
        }
    })
}

/// `CurvePrivateKey`, RFC 8410 §7.
fn ed25519(der: &[u8]) -> Option<(Secret, Vec<u8>)> {
    let seed: &[u8; 32] = <&OctetStringRef>::from_der(der).ok()?.as_bytes().try_into().ok()?;
    let key = ed25519_dalek::SigningKey::from_bytes(seed);
    let public = key.verifying_key().to_bytes().to_vec();
    Some((Secret::Ed25519(Box::new(key)), public))
}

fn broken(what: &'static str, at: usize) -> Unread {
    Unread::Malformed(Malformed::new(FORMAT, what, at))
}

fn malformed(error: &der::Error, at: usize) -> Unread {
    let position = error.position().and_then(|position| usize::try_from(position).ok()).unwrap_or(0);
    Unread::Malformed(Malformed::new(FORMAT, error.kind().to_string(), position).within(at))
}
