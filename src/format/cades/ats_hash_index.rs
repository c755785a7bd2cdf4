//! EN 319 122-1 §5.5.2 — The ats-hash-index-v3 attribute, and its elder versions

use std::collections::{BTreeMap, BTreeSet};

use super::stamped::Stamped;
use crate::crypto::DigestAlgorithm;
#[cfg(feature = "sign")]
use crate::encoding::der::write;
use crate::encoding::der::{Reader, Received, Value, tag};
use crate::error::Malformed;
use crate::format::signature::SignedDatum;
use crate::pki::signed_data::other_revocation;
use crate::pki::{AlgorithmIdentifier, TimestampToken, object_id};
#[cfg(feature = "sign")]
use crate::pki::{SignedData, SignerInfo};

/// `ATSHashIndexV3 ::= SEQUENCE { hashIndAlgorithm, certificatesHashIndex, crlsHashIndex, unsignedAttrValuesHashIndex SEQUENCE OF OCTET STRING }`
pub(super) struct AtsHashIndex {
    version: Version,
    /// `hashIndAlgorithm`; in elder versions SHA-256 where it is absent. One that is not implemented by its identifier.
    algorithm: Result<DigestAlgorithm, String>,
    certificates: Vec<Received>,
    crls: Vec<Received>,
    unsigned: Vec<Received>,
    /// The attribute's value.
    pub received: Received,
}

/// Of which version, by what of the unsigned attributes is digested.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// Each attribute whole (TS 101 733 V2.2.1 §6.4.2).
    One,
    /// Each value with the type before it.
    Later,
}

/// What an index lists that is in the signature.
#[derive(Default)]
pub(super) struct Indexed {
    /// SHA-256 of certificates and revocation data.
    pub evidence: Vec<[u8; 32]>,
    /// Positions among the values of the unsigned attributes.
    pub values: BTreeSet<usize>,
}

const VERSIONS: [(const_oid::ObjectIdentifier, Version); 3] = [
    (object_id::ATS_HASH_INDEX_V3, Version::Later),
    (object_id::ATS_HASH_INDEX_V2, Version::Later),
    (object_id::ATS_HASH_INDEX, Version::One),
];

impl AtsHashIndex {
    /// The index among the unsigned attributes of the token's signer, of the latest version that is there.
    pub fn of(token: &TimestampToken) -> Result<Self, Malformed> {
        let attributes = token.signed_data.signer_infos.first().and_then(|signer| signer.unsigned_attributes.as_ref());
        for (oid, version) in VERSIONS {
            if let Some(attributes) = attributes
                && let Some(received) = attributes.single(oid, "ats-hash-index")?
            {
                return Reader::with_rules(received, "CMS attribute", attributes.rules()).only(|reader| Self::read(reader, version));
            }
        }
        Err(Malformed::new("CMS attribute", "ats-hash-index missing", 0))
    }

    fn read(reader: &mut Reader<'_>, version: Version) -> Result<Self, Malformed> {
        let value = reader.expect(tag::SEQUENCE, "ATSHashIndex")?;
        let mut fields = value.reader()?.each(Reader::value)?.into_iter();
        let algorithm = match fields.len() {
            3 => Ok(DigestAlgorithm::Sha256),
            4 => {
                let identifier = fields.next().map(|field| AlgorithmIdentifier::from_value(&field)).transpose()?;
                identifier.map_or(Err(String::new()), |identifier| identifier.digest().ok_or_else(|| identifier.oid.to_string()))
            }
            _ => return Err(value.malformed("ATSHashIndex has not three or four fields")),
        };
        let mut digests = || -> Result<Vec<Received>, Malformed> {
            let field = fields.next().ok_or_else(|| value.malformed("field missing"))?;
            field.reader()?.each(|reader| reader.expect(tag::OCTET_STRING, "hash")?.octet_string())
        };
        let (certificates, crls, unsigned) = (digests()?, digests()?, digests()?);
        Ok(Self { version, algorithm, certificates, crls, unsigned, received: value.received() })
    }

    /// What it lists, as one datum: there only when every digest of the list is that of something in the signature, since what is listed and
    /// gone was taken away; with what of it is there.
    pub fn found_in(&self, stamped: &Stamped<'_>) -> (SignedDatum, Indexed) {
        let name = "elements of the hash index".into();
        let Ok(algorithm) = self.algorithm.clone() else {
            return (SignedDatum { name, algorithm: self.algorithm.clone(), expected: Vec::new(), actual: None }, Indexed::default());
        };
        let mut found = Matching { algorithm: Some(algorithm), all: Vec::new(), missing: false };
        let evidence = self.evidence(stamped, &mut found);
        let values = found.of(&self.unsigned, self.unsigned_octets(stamped)).into_iter().flatten().collect();
        let listed = [&self.certificates, &self.crls, &self.unsigned].into_iter().flatten().flat_map(|digest| digest.octets());
        let expected = algorithm.digest(&listed.copied().collect::<Vec<u8>>());
        let actual = Some(algorithm.digest(&found.all)).filter(|_| !found.missing);
        (SignedDatum { name, algorithm: Ok(algorithm), expected, actual }, Indexed { evidence, values })
    }

    fn evidence(&self, stamped: &Stamped<'_>, found: &mut Matching) -> Vec<[u8; 32]> {
        let signed_data = stamped.signed_data;
        let certificates = signed_data.elements(signed_data.certificates_field.as_ref());
        let crls = signed_data.elements(signed_data.crls_field.as_ref());
        let certificates = found
            .of(&self.certificates, certificates.iter().map(|value| (value.octets().to_vec(), DigestAlgorithm::sha256(value.octets()))));
        let crls = found.of(&self.crls, crls.iter().map(|value| (value.octets().to_vec(), revocation_id(value))));
        certificates.into_iter().chain(crls).collect()
    }

    /// What is digested of each unsigned attribute, with the positions of the values that it holds.
    fn unsigned_octets<'s>(&self, stamped: &'s Stamped<'_>) -> impl Iterator<Item = (Vec<u8>, Vec<usize>)> + use<'s> {
        let version = self.version;
        let mut at = 0_usize;
        stamped.attributes().flat_map(move |attribute| {
            let first = at;
            at = at.saturating_add(attribute.values.len());
            match version {
                Version::One => vec![(attribute.received.octets().to_vec(), (first..at).collect())],
                Version::Later => {
                    let one = |(index, value): (usize, &Received)| {
                        ([attribute.type_octets(), value.octets()].concat(), vec![first.saturating_add(index)])
                    };
                    attribute.values.iter().enumerate().map(one).collect()
                }
            }
        })
    }
}

/// The index of everything that there is now, in DER.
#[cfg(feature = "sign")]
pub(crate) fn hash_index(signed_data: &SignedData, signer: &SignerInfo, algorithm: DigestAlgorithm) -> Vec<u8> {
    let digests = |octets: Vec<Vec<u8>>| {
        let mut digests: Vec<Vec<u8>> = octets.iter().map(|octets| write::octet_string(&algorithm.digest(octets))).collect();
        digests.dedup();
        write::sequence(&digests)
    };
    let elements = |field| signed_data.elements(field).iter().map(|value| value.octets().to_vec()).collect();
    let attributes = signer.unsigned_attributes.iter().flat_map(|attributes| &attributes.all);
    let values = attributes.flat_map(|attribute| attribute.values.iter().map(|value| [attribute.type_octets(), value.octets()].concat()));
    write::sequence(&[
        write::algorithm_identifier(algorithm.oid(), None),
        digests(elements(signed_data.certificates_field.as_ref())),
        digests(elements(signed_data.crls_field.as_ref())),
        digests(values.collect()),
    ])
}

/// Digests of an index looked up among those of what is there.
struct Matching {
    algorithm: Option<DigestAlgorithm>,
    all: Vec<u8>,
    missing: bool,
}

impl Matching {
    /// Those of `elements` whose digests are listed.
    fn of<T: Clone>(&mut self, listed: &[Received], elements: impl Iterator<Item = (Vec<u8>, T)>) -> Vec<T> {
        let Some(algorithm) = self.algorithm.filter(|_| !listed.is_empty()) else { return Vec::new() };
        let known: BTreeMap<Vec<u8>, T> = elements.map(|(octets, element)| (algorithm.digest(&octets), element)).collect();
        let mut found = Vec::new();
        for digest in listed {
            match known.get_key_value(digest.octets()) {
                Some((digest, element)) => {
                    self.all.extend_from_slice(digest);
                    found.push(element.clone());
                }
                None => self.missing = true,
            }
        }
        found
    }
}

/// SHA-256 by which a revocation list or an OCSP response is known.
fn revocation_id(value: &Value<'_>) -> [u8; 32] {
    match other_revocation(value) {
        Ok(response) => response.sha256(),
        Err(_) => DigestAlgorithm::sha256(value.octets()),
    }
}
