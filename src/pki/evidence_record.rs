//! RFC 4998 — Evidence records: timestamps over hash trees, renewed in chains and sequences of chains

use super::{AlgorithmIdentifier, Certificate, CertificateList, TimestampToken};
use crate::encoding::der::{Reader, Received, Rules, Value, tag};
use crate::error::Malformed;

/// `EvidenceRecord ::= SEQUENCE { version INTEGER { v1(1) }, digestAlgorithms SEQUENCE OF, cryptoInfos [0] OPTIONAL, encryptionInfo [1] OPTIONAL,
/// archiveTimeStampSequence SEQUENCE OF ArchiveTimeStampChain }` (§3.1)
#[derive(Clone, Debug)]
pub struct EvidenceRecord {
    /// `version`
    pub version: i64,
    /// `digestAlgorithms`
    pub digest_algorithms: Vec<AlgorithmIdentifier>,
    /// The certificates among `cryptoInfos`.
    pub certificates: Vec<Certificate>,
    /// The revocation lists among `cryptoInfos`.
    pub crls: Vec<CertificateList>,
    /// Whether the data were encrypted (`encryptionInfo`): what is timestamped is then the encrypted form.
    pub is_encrypted: bool,
    /// `archiveTimeStampSequence`, the oldest chain first.
    pub chains: Vec<ArchiveTimeStampChain>,
}

/// `ArchiveTimeStampChain ::= SEQUENCE OF ArchiveTimeStamp` (§5.1): the oldest first.
#[derive(Clone, Debug)]
pub struct ArchiveTimeStampChain {
    /// Its timestamps.
    pub time_stamps: Vec<ArchiveTimeStamp>,
    /// The whole value.
    pub received: Received,
}

/// `ArchiveTimeStamp ::= SEQUENCE { digestAlgorithm [0] OPTIONAL, attributes [1] OPTIONAL, reducedHashtree [2] SEQUENCE OF PartialHashtree
/// OPTIONAL, timeStamp ContentInfo }` (§4.1)
#[derive(Clone, Debug)]
pub struct ArchiveTimeStamp {
    /// `digestAlgorithm`; where it is absent that of the timestamp's imprint holds.
    pub digest_algorithm: Option<AlgorithmIdentifier>,
    /// `reducedHashtree`: groups of digests, the first one from the leaves. Empty where the timestamp is over one datum.
    pub groups: Vec<Vec<Received>>,
    /// `timeStamp`
    pub token: TimestampToken,
}

const FORMAT: &str = "evidence record";

/// More timestamps than a century of renewals makes: each chain is over all that came before it, so that many cost the square.
const MOST: usize = 100;

impl EvidenceRecord {
    /// Whether `octets` begin as an evidence record does: with its version and a sequence of sequences.
    pub fn is_announced(octets: &[u8]) -> bool {
        let inside = |octets: &'_ [u8]| -> Option<usize> {
            match octets {
                [0x30, length @ 0x81..=0x88, ..] => Some(2_usize.saturating_add(usize::from(length & 0x7f))),
                [0x30, _, ..] => Some(2),
                _ => None,
            }
        };
        let rest = inside(octets).and_then(|at| octets.get(at..)).and_then(|rest| rest.strip_prefix(&[0x02, 0x01, 0x01]));
        rest.and_then(|rest| rest.get(inside(rest)?..)).is_some_and(|algorithms| inside(algorithms).is_some())
    }

    /// Reads an evidence record that is all of `octets`, in either encoding.
    ///
    /// # Errors
    /// [`Malformed`] when they are none.
    pub fn from_ber(octets: &[u8]) -> Result<Self, Malformed> {
        Self::from_received(&Received::new(octets))
    }

    /// As [`Self::from_ber`], of what stands in a larger structure.
    ///
    /// # Errors
    /// As [`Self::from_ber`].
    pub fn from_received(received: &Received) -> Result<Self, Malformed> {
        let read = |rules| Reader::with_rules(received, FORMAT, rules).only(|reader| reader.sequence("EvidenceRecord")?.only(Self::read));
        read(Rules::Distinguished).or_else(|_| read(Rules::Basic))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let version = reader.expect(tag::INTEGER, "version")?.small_integer()?;
        if version != 1 {
            return Err(reader.malformed(format!("version {version} in the place of 1")));
        }
        let digest_algorithms =
            reader.sequence("digestAlgorithms")?.each(|algorithms| AlgorithmIdentifier::read(algorithms, "digestAlgorithm"))?;
        let (mut certificates, mut crls) = (Vec::new(), Vec::new());
        if let Some(infos) = reader.optional(tag::context_constructed(0))? {
            // §3.1: beside certificates and lists whatever else may help; what cannot be read helps nobody.
            for info in infos.reader()?.each(Reader::value)? {
                let Some(value) = crypto_info(&info) else { continue };
                match Certificate::from_der(value) {
                    Ok(certificate) => certificates.push(certificate),
                    Err(_) => crls.extend(CertificateList::from_der(value).ok()),
                }
            }
        }
        let is_encrypted = reader.optional(tag::context_constructed(1))?.is_some();
        let mut left = MOST;
        let chains = reader.sequence("archiveTimeStampSequence")?.each(|chains| {
            let chain = chains.expect(tag::SEQUENCE, "ArchiveTimeStampChain")?;
            let time_stamps = chain.reader()?.each(|stamps| {
                left = left.checked_sub(1).ok_or_else(|| stamps.malformed("more timestamps than the limit"))?;
                stamps.sequence("ArchiveTimeStamp")?.only(ArchiveTimeStamp::read)
            })?;
            if time_stamps.is_empty() {
                return Err(chain.malformed("a chain without timestamp"));
            }
            Ok(ArchiveTimeStampChain { time_stamps, received: chain.received() })
        })?;
        if chains.is_empty() {
            return Err(reader.malformed("no chain of timestamps"));
        }
        Ok(Self { version, digest_algorithms, certificates, crls, is_encrypted, chains })
    }
}

impl ArchiveTimeStamp {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let algorithm = reader.optional(tag::context_constructed(0))?;
        let digest_algorithm = algorithm.map(|value| AlgorithmIdentifier::from_value(&value)).transpose()?;
        // `attributes`: none is defined that would change what is covered.
        reader.optional(tag::context_constructed(1))?;
        let tree = reader.optional(tag::context_constructed(2))?;
        let groups = tree.map(|tree| tree.reader()?.each(group)).transpose()?.unwrap_or_default();
        let token = TimestampToken::from_received(&reader.expect(tag::SEQUENCE, "timeStamp")?.received())?;
        Ok(Self { digest_algorithm, groups, token })
    }
}

/// `PartialHashtree ::= SEQUENCE OF OCTET STRING` (§4.1)
fn group(groups: &mut Reader<'_>) -> Result<Vec<Received>, Malformed> {
    let digests = groups.sequence("PartialHashtree")?;
    let at = digests.clone();
    let digests = digests.each(|digests| digests.expect(tag::OCTET_STRING, "digest")?.octet_string())?;
    if digests.is_empty() { Err(at.malformed("a group without digests")) } else { Ok(digests) }
}

/// The value of `CryptoInfo ::= SEQUENCE { cryptoInfoType OBJECT IDENTIFIER, cryptoInfoValue ANY }`.
fn crypto_info<'a>(info: &Value<'a>) -> Option<&'a [u8]> {
    let mut reader = info.reader().ok()?;
    reader.expect(tag::OBJECT_IDENTIFIER, "cryptoInfoType").ok()?;
    Some(reader.value().ok()?.octets())
}
