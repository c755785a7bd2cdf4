//! RFC 5280 §5 — Certificate revocation lists

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::crl_entry::{Entries, RevokedCertificate, generalized_time};
use super::extension::{AuthorityKeyIdentifier, Extensions, IssuingDistributionPoint};
use super::{AlgorithmIdentifier, Extension, Name, object_id, same_integer};
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::{ObjectId, Reader, Received, Value, tag};
use crate::error::Malformed;
use crate::time::Time;

/// `CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }`, as received. A clone is cheap.
///
/// Entries stay octets until they are asked for: a list of 300,000 takes no more memory than its octets.
#[derive(Clone)]
pub struct CertificateList(Arc<Fields>);

struct Fields {
    received: Received,
    tbs: Received,
    version: i64,
    inner_algorithm: AlgorithmIdentifier,
    issuer: Name,
    this_update: Time,
    next_update: Option<Time>,
    /// The whole of `revokedCertificates`.
    revoked: Option<Received>,
    extensions: Extensions,
    signature_algorithm: AlgorithmIdentifier,
    signature: Received,
    sha256: OnceLock<[u8; 32]>,
    /// See [`CertificateList::unknown_critical_entry_extension`]: asked for each certificate that the list may speak of.
    unknown_critical: OnceLock<Result<Option<ObjectId>, Malformed>>,
}

const FORMAT: &str = "CRL";

impl CertificateList {
    /// Reads one certificate revocation list and nothing after it.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are none. Entries are read by [`Self::entries`] and [`Self::find`].
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        Self::from_received(Received::new(octets))
    }

    /// Reads the list that stands in a larger structure.
    ///
    /// # Errors
    /// As [`Self::from_der`], with offsets in the whole input.
    pub fn from_received(received: Received) -> Result<Self, Malformed> {
        let whole = Reader::new(&received, FORMAT).only(|reader| reader.expect(tag::SEQUENCE, "certificate list"))?;
        let mut fields = whole.reader()?;
        let tbs = fields.expect(tag::SEQUENCE, "tbsCertList")?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut fields, "signatureAlgorithm")?;
        let signature = super::signature_value(&mut fields)?;
        fields.finish()?;
        Ok(Self(Arc::new(Fields::read(whole.received(), &tbs, signature_algorithm, signature)?)))
    }

    /// The list as received.
    pub fn octets(&self) -> &[u8] {
        self.0.received.octets()
    }

    /// SHA-256 of [`Self::octets`]: the list's name in reports and caches.
    pub fn sha256(&self) -> [u8; 32] {
        *self.0.sha256.get_or_init(|| DigestAlgorithm::sha256(self.octets()))
    }

    /// `tbsCertList` as received: what is signed.
    pub fn tbs(&self) -> &[u8] {
        self.0.tbs.octets()
    }

    /// `version` as its number in words: 1 or 2. Others are read too.
    pub fn version(&self) -> i64 {
        self.0.version.saturating_add(1)
    }

    /// `signatureAlgorithm`, outside of what is signed.
    pub fn signature_algorithm(&self) -> &AlgorithmIdentifier {
        &self.0.signature_algorithm
    }

    /// `signature` inside `tbsCertList`, which must be the same (§5.1.1.2).
    pub fn tbs_signature_algorithm(&self) -> &AlgorithmIdentifier {
        &self.0.inner_algorithm
    }

    /// `signatureValue`; empty when it is not of whole octets.
    pub fn signature(&self) -> &[u8] {
        self.0.signature.octets()
    }

    /// `issuer`
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// `thisUpdate`
    pub fn this_update(&self) -> Time {
        self.0.this_update
    }

    /// `nextUpdate`
    pub fn next_update(&self) -> Option<Time> {
        self.0.next_update
    }

    /// `crlExtensions`, in the order received.
    pub fn extensions(&self) -> &[Extension] {
        self.0.extensions.all()
    }

    /// `crlExtensions`, to look into.
    pub fn extension_set(&self) -> &Extensions {
        &self.0.extensions
    }

    /// The content octets of `cRLNumber` (§5.2.3).
    ///
    /// # Errors
    /// [`Malformed`] extension, here and in all that follow.
    pub fn number(&self) -> Result<Option<Received>, Malformed> {
        self.integer(object_id::CRL_NUMBER)
    }

    /// The content octets of `BaseCRLNumber` (§5.2.4); when present, this is a delta.
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn base_number(&self) -> Result<Option<Received>, Malformed> {
        self.integer(object_id::DELTA_CRL_INDICATOR)
    }

    /// Whether this is a delta (§5.2.4).
    pub fn is_delta(&self) -> bool {
        self.0.extensions.find(object_id::DELTA_CRL_INDICATOR).is_some()
    }

    /// A critical extension of an entry that is neither understood (`certificateIssuer`, `reasonCode`, `invalidityDate`) nor may be passed over
    /// (§5.3).
    ///
    /// # Errors
    /// [`Malformed`] when an entry is.
    pub fn unknown_critical_entry_extension(&self) -> Result<Option<ObjectId>, Malformed> {
        self.0.unknown_critical.get_or_init(|| self.read_unknown_critical()).clone()
    }

    fn read_unknown_critical(&self) -> Result<Option<ObjectId>, Malformed> {
        const UNDERSTOOD: [const_oid::ObjectIdentifier; 3] =
            [object_id::CERTIFICATE_ISSUER, object_id::REASON_CODE, object_id::INVALIDITY_DATE];
        let Some(revoked) = &self.0.revoked else { return Ok(None) };
        let mut entries = self.entries();
        // Only entries with the octets of `critical TRUE` and the OCTET STRING behind it need reading: nearly none, by chance.
        for at in critical(revoked.octets()) {
            let Some(entry) = entries.over(revoked.at().saturating_add(at))? else { continue };
            let entry = RevokedCertificate::from_value(&entry)?;
            let unknown = |extension: &&Extension| extension.critical && !UNDERSTOOD.iter().any(|known| extension.oid == *known);
            if let Some(extension) = entry.extensions.all().iter().find(unknown) {
                return Ok(Some(extension.oid.clone()));
            }
        }
        Ok(None)
    }

    /// §5.2.1
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn authority_key_identifier(&self) -> Result<Option<AuthorityKeyIdentifier>, Malformed> {
        self.0.extensions.typed()
    }

    /// §5.2.5
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn issuing_distribution_point(&self) -> Result<Option<IssuingDistributionPoint>, Malformed> {
        self.0.extensions.typed()
    }

    /// `expiredCertsOnCRL` (X.509 §9.5.2.6): certificates that expired since then are still listed.
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn expired_certificates_since(&self) -> Result<Option<Time>, Malformed> {
        let extension = self.0.extensions.find(object_id::EXPIRED_CERTS_ON_CRL);
        extension.map(|extension| generalized_time(&extension.value)).transpose()
    }

    /// The entries in their order, each read when it comes.
    pub fn entries(&self) -> Entries<'_> {
        let reader = self.0.revoked.as_ref().and_then(|revoked| {
            let mut reader = Reader::new(revoked, FORMAT);
            reader.value().and_then(|value| value.reader()).ok()
        });
        Entries { reader }
    }

    /// The entry with this serial number, whoever issued the certificate (for indirect lists see [`Self::find_issued_by`]); of several the gravest.
    ///
    /// # Errors
    /// [`Malformed`] when an entry before it is.
    pub fn find(&self, serial: &[u8]) -> Result<Option<RevokedCertificate>, Malformed> {
        let mut entries = self.entries();
        gravest(|| {
            loop {
                if let Some(reader) = &mut entries.reader {
                    reader.pass_over(|_, other| !other.is_empty() && !same_integer(other, serial));
                }
                let Some(entry) = entries.next_value()? else {
                    return Ok(None);
                };
                let mut fields = entry.reader()?;
                if same_integer(fields.expect(tag::INTEGER, "userCertificate")?.integer()?, serial) {
                    return RevokedCertificate::from_value(&entry).map(Some);
                }
            }
        })
    }

    /// The entry with this serial number of a certificate of this issuer. An entry's `certificateIssuer` stands for those after it too (§5.3.3);
    /// of several the gravest.
    ///
    /// # Errors
    /// [`Malformed`] when an entry before it is.
    pub fn find_issued_by(&self, issuer: &Name, serial: &[u8]) -> Result<Option<RevokedCertificate>, Malformed> {
        let (mut issued, mut entries) = (self.issuer().matches(issuer), self.entries());
        gravest(|| {
            for entry in entries.by_ref() {
                let entry = entry?;
                if let Some(names) = entry.certificate_issuer()? {
                    issued = names.directories().any(|name| name.matches(issuer));
                }
                if issued && same_integer(entry.serial.octets(), serial) {
                    return Ok(Some(entry));
                }
            }
            Ok(None)
        })
    }

    fn integer(&self, oid: const_oid::ObjectIdentifier) -> Result<Option<Received>, Malformed> {
        let Some(extension) = self.0.extensions.find(oid) else {
            return Ok(None);
        };
        let value = Reader::new(&extension.value, FORMAT).only(|reader| reader.expect(tag::INTEGER, "number"))?;
        value.integer()?;
        Ok(Some(value.received_contents()))
    }
}

/// Of the entries that `next` gives the gravest: a certificate should stand in a list once. What was found before one that cannot be read stands.
fn gravest(mut next: impl FnMut() -> Result<Option<RevokedCertificate>, Malformed>) -> Result<Option<RevokedCertificate>, Malformed> {
    let mut gravest: Option<RevokedCertificate> = None;
    loop {
        match (next(), gravest.take()) {
            (Ok(Some(found)), Some(known)) if known.gravity() >= found.gravity() => gravest = Some(known),
            (Ok(Some(found)), _) => gravest = Some(found),
            (Ok(None) | Err(_), Some(known)) => return Ok(Some(known)),
            (end, None) => return end,
        }
    }
}

/// Where `BOOLEAN`, not FALSE, stands before an `OCTET STRING`, or octets that look so. Any octet but zero is TRUE in BER.
fn critical(octets: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = octets.get(from..)?;
            let at = from.saturating_add(memchr::memmem::find(rest, &[tag::BOOLEAN, 1])?);
            from = at.saturating_add(1);
            if matches!(octets.get(at..), Some([_, _, truth, tag::OCTET_STRING, ..]) if *truth != 0) {
                return Some(at);
            }
        }
    })
}

impl Fields {
    fn read(received: Received, tbs: &Value<'_>, signature_algorithm: AlgorithmIdentifier, signature: Received) -> Result<Self, Malformed> {
        let mut reader = tbs.reader()?;
        let version = reader.optional(tag::INTEGER)?.map(|value| value.small_integer()).transpose()?.unwrap_or(0);
        let inner_algorithm = AlgorithmIdentifier::read(&mut reader, "signature")?;
        let issuer = Name::read(&mut reader, "issuer")?;
        let this_update = reader.value()?.time()?;
        let next_update = match reader.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(reader.value()?.time()?),
            _ => None,
        };
        let revoked = reader.optional(tag::SEQUENCE)?.map(|value| value.received());
        let extensions = Extensions::read_optional(&mut reader, 0)?;
        reader.finish()?;
        Ok(Self {
            received,
            tbs: tbs.received(),
            version,
            inner_algorithm,
            issuer,
            this_update,
            next_update,
            revoked,
            extensions,
            signature_algorithm,
            signature,
            sha256: OnceLock::new(),
            unknown_critical: OnceLock::new(),
        })
    }
}

/// Equal octets.
impl PartialEq for CertificateList {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for CertificateList {}

impl fmt::Debug for CertificateList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateList({} {})", self.issuer(), self.this_update())
    }
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::encoding::der::write;
    use crate::pki::RevocationReason;
    use crate::pki::fixture::{ed25519, extension, name, signed, time};

    fn entry(serial: u64, extensions: &[Vec<u8>]) -> Vec<u8> {
        let extensions = if extensions.is_empty() { Vec::new() } else { write::sequence(extensions) };
        write::sequence(&[write::integer(serial), write::time(time("2026-02-01T00:00:00Z")), extensions])
    }

    fn reason(number: u8) -> Vec<u8> {
        extension(object_id::REASON_CODE, false, &write::value(tag::ENUMERATED, &[number]))
    }

    fn list(entries: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
        let (this, next) = (write::time(time("2026-03-01T00:00:00Z")), write::time(time("2026-04-01T00:00:00Z")));
        let entries = if entries.is_empty() { Vec::new() } else { write::sequence(entries) };
        let extensions = if extensions.is_empty() { Vec::new() } else { write::context_constructed(0, &[write::sequence(extensions)]) };
        let tbs = write::sequence(&[write::integer(1), ed25519(), name("An issuer"), this, next, entries, extensions]);
        signed(&tbs, &ed25519())
    }

    fn read(entries: &[Vec<u8>], extensions: &[Vec<u8>]) -> CertificateList {
        CertificateList::from_der(&list(entries, extensions)).unwrap()
    }

    #[test]
    fn an_unknown_critical_extension_of_any_entry_is_found() {
        let unknown = |id: &str, critical| extension(const_oid::ObjectIdentifier::new_unwrap(id), critical, &write::null());
        let found =
            |entries: &[Vec<u8>]| read(entries, &[]).unknown_critical_entry_extension().map(|found| found.map(|oid| oid.to_string()));
        // Serial numbers with the octets of `BOOLEAN` in them, a reason that ends as it begins, identifiers that end with it.
        let plain =
            [entry(0x0101_ff04, &[]), entry(2, &[reason(1)]), entry(0x0001_0101_ff04_0101, &[reason(1), unknown("2.5.29.1.1", false)])];
        assert_eq!(found(&plain), Ok(None));
        for id in ["1.2.3.4", "1.2.3.1", "1.2.3.1.1", "2.5.29.10"] {
            for at in 0..=plain.len() {
                let mut entries = plain.to_vec();
                entries.insert(at, entry(7, &[reason(1), unknown(id, true)]));
                assert_eq!(found(&entries), Ok(Some(id.to_owned())), "{id} {at}");
            }
        }
        let long = unknown("1.2.3.4", true).into_iter().chain([0; 200]).collect::<Vec<u8>>();
        assert!(found(&[plain[0].clone(), entry(7, &[long])]).is_err());
        let understood = extension(object_id::REASON_CODE, true, &write::value(tag::ENUMERATED, &[1]));
        assert_eq!(found(&[entry(1, &[understood])]), Ok(None));
    }

    #[test]
    fn a_list_says_what_was_put_in() {
        let number = extension(object_id::CRL_NUMBER, false, &write::integer(300));
        let crl = read(&[], &[number]);
        assert_eq!((crl.version(), crl.issuer().to_string()), (2, "CN=An issuer".to_owned()));
        assert_eq!(crl.this_update().to_string(), "2026-03-01T00:00:00Z");
        assert_eq!(crl.next_update().unwrap().to_string(), "2026-04-01T00:00:00Z");
        assert_eq!(crl.number().unwrap().unwrap().octets(), [1, 44]);
        assert_eq!(crl.base_number().unwrap(), None);
        assert_eq!(crl.entries().count(), 0);
    }

    #[test]
    fn an_entry_is_found_by_its_number_and_no_other() {
        let crl = read(&[entry(1, &[]), entry(300, &[reason(1)]), entry(3, &[])], &[]);
        let found = crl.find(&[1, 44]).unwrap().unwrap();
        assert_eq!(found.reason().unwrap(), Some(RevocationReason::KeyCompromise));
        assert_eq!(found.revocation_date.to_string(), "2026-02-01T00:00:00Z");
        assert!(crl.find(&[0, 1, 44]).unwrap().is_some());
        assert!(crl.find(&[1, 45]).unwrap().is_none());
        assert!(crl.find(&[]).unwrap().is_none());
    }

    #[test]
    fn entries_with_long_lengths_are_passed_over_too() {
        let long = extension(object_id::INVALIDITY_DATE, false, &[0; 300]);
        let crl = read(&[entry(1, &[long]), entry(2, &[])], &[]);
        assert!(crl.find(&[2]).unwrap().is_some());
        assert!(crl.find(&[3]).unwrap().is_none());
    }

    #[test]
    fn critical_extensions_of_entries_are_found_whatever_stands_around_them() {
        let other = const_oid::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7");
        let with = |critical, value: &[u8]| read(&[entry(1, &[]), entry(2, &[reason(1), extension(other, critical, value)])], &[]);
        let found = |list: CertificateList| list.unknown_critical_entry_extension().unwrap().map(|oid| oid.to_string());
        assert_eq!(found(with(true, &[5, 0])).as_deref(), Some("1.3.6.1.4.1.99999.7"));
        assert_eq!(found(with(false, &[5, 0])), None);
        // What only looks like one: in a serial number, in the value of another extension.
        assert_eq!(found(read(&[entry(0x0604_0101_ff04, &[])], &[])), None);
        assert_eq!(found(with(false, &[6, 1, 42, 1, 1, 255, 4, 0])), None);
        let known = extension(object_id::REASON_CODE, true, &write::value(tag::ENUMERATED, &[1]));
        assert_eq!(found(read(&[entry(1, &[known])], &[])), None);
    }

    #[test]
    fn a_malformed_entry_is_told_when_the_search_comes_to_it() {
        let crl = read(&[entry(1, &[]), write::integer(5), entry(2, &[])], &[]);
        assert!(crl.find(&[1]).unwrap().is_some());
        assert!(crl.find(&[2]).is_err());
        assert_eq!(crl.entries().map(|entry| entry.is_ok()).collect::<Vec<_>>(), [true, false]);
        let empty = write::sequence(&[write::value(tag::INTEGER, &[])]);
        assert!(read(&[empty], &[]).find(&[2]).is_err());
    }

    #[test]
    fn reasons_that_no_standard_has_are_malformed() {
        assert_eq!(
            read(&[entry(1, &[reason(10)])], &[]).find(&[1]).unwrap().unwrap().reason().unwrap(),
            Some(RevocationReason::AaCompromise)
        );
        assert!(read(&[entry(1, &[reason(7)])], &[]).find(&[1]).unwrap().unwrap().reason().is_err());
    }

    /// §5.3.3: the issuer named at one entry stands until another is.
    #[test]
    fn in_an_indirect_list_an_issuer_stands_for_the_entries_after_it() {
        let issued_by = |common_name| {
            let names = write::sequence(&[write::context_constructed(4, &[name(common_name)])]);
            extension(object_id::CERTIFICATE_ISSUER, true, &names)
        };
        let crl = read(&[entry(1, &[]), entry(2, &[issued_by("Another")]), entry(3, &[]), entry(4, &[issued_by("An issuer")])], &[]);
        let found = |issuer: &str, serial: u8| {
            let issuer = Name::from_der(&name(issuer)).unwrap();
            crl.find_issued_by(&issuer, &[serial]).unwrap().is_some()
        };
        assert_eq!([1, 2, 3, 4].map(|serial| found("An issuer", serial)), [true, false, false, true]);
        assert_eq!([1, 2, 3, 4].map(|serial| found("Another", serial)), [false, true, true, false]);
    }
}
