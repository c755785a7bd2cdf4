//! RFC 5652 §5.1 — Signed data taken apart and put together again with something more in it: no signed octet changes

use const_oid::ObjectIdentifier;

use crate::encoding::der::{Reader, Received, Rules, Value, tag, write};
use crate::error::Malformed;
use crate::pki::object_id;

const FORMAT: &str = "CMS";

/// The parts of a `ContentInfo` with signed data, each as it was received. What is around them is written anew, in DER.
pub(super) struct SignedDataParts {
    content_type: ObjectIdentifierOctets,
    digest_algorithms: Vec<Vec<u8>>,
    /// `encapContentInfo`
    content: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    crls: Vec<Vec<u8>>,
    signers: Vec<Vec<u8>>,
}

/// `eContentType`, encoded.
type ObjectIdentifierOctets = Vec<u8>;

impl SignedDataParts {
    /// Signed data that nobody has signed yet.
    pub fn new(content_type: ObjectIdentifier, content: Option<&[u8]>) -> Self {
        let content_type = write::object_id(content_type);
        let content = content.map(|octets| write::context_constructed(0, &[write::octet_string(octets)])).unwrap_or_default();
        let content = write::sequence(&[&content_type[..], &content]);
        Self { content_type, digest_algorithms: Vec::new(), content, certificates: Vec::new(), crls: Vec::new(), signers: Vec::new() }
    }

    /// What `octets` hold, in either encoding.
    ///
    /// # Errors
    /// [`Malformed`] when they are no signed data.
    pub fn from_ber(octets: &[u8]) -> Result<Self, Malformed> {
        let received = Received::new(octets);
        let mut content_info = Reader::with_rules(&received, FORMAT, Rules::Basic).sequence("contentInfo")?;
        content_info.expect(tag::OBJECT_IDENTIFIER, "contentType")?;
        let mut fields = content_info
            .expect(tag::context_constructed(0), "content")?
            .only(|reader| reader.expect(tag::SEQUENCE, "signedData"))?
            .reader()?;
        fields.expect(tag::INTEGER, "version")?;
        let digest_algorithms = elements(&fields.expect(tag::SET, "digestAlgorithms")?)?;
        let content = fields.expect(tag::SEQUENCE, "encapContentInfo")?;
        let content_type = content.reader()?.expect(tag::OBJECT_IDENTIFIER, "eContentType")?.octets().to_vec();
        let certificates = fields.optional(tag::context_constructed(0))?.map(|set| elements(&set)).transpose()?.unwrap_or_default();
        let crls = fields.optional(tag::context_constructed(1))?.map(|set| elements(&set)).transpose()?.unwrap_or_default();
        let signers = elements(&fields.expect(tag::SET, "signerInfos")?)?;
        let content = content.octets().to_vec();
        Ok(Self { content_type, digest_algorithms, content, certificates, crls, signers })
    }

    /// `ContentInfo`. Signers and unsigned attributes keep their order: they are known by it.
    pub fn to_der(&self) -> Vec<u8> {
        let tagged = |number, set: &[Vec<u8>]| if set.is_empty() { Vec::new() } else { write::context_constructed(number, set) };
        let signed_data = write::sequence(&[
            write::integer(self.version()),
            write::set_of(self.digest_algorithms.clone()),
            self.content.clone(),
            tagged(0, &self.certificates),
            tagged(1, &self.crls),
            write::value(tag::SET, &self.signers.concat()),
        ]);
        write::sequence(&[write::object_id(object_id::SIGNED_DATA), write::context_constructed(0, &[signed_data])])
    }

    /// By what is in it (§5.1).
    fn version(&self) -> u64 {
        let has = |set: &[Vec<u8>], tag: u8| set.iter().any(|element| element.first() == Some(&tag));
        let by_key = self
            .signers
            .iter()
            .any(|signer| fields_of(signer).is_ok_and(|fields| fields.first().is_some_and(|version| version == &[2, 1, 3])));
        if has(&self.certificates, tag::context_constructed(3)) || has(&self.crls, tag::context_constructed(1)) {
            5
        } else if has(&self.certificates, tag::context_constructed(2)) {
            4
        } else if has(&self.certificates, tag::context_constructed(1)) || by_key || self.content_type != write::object_id(object_id::DATA) {
            3
        } else {
            1
        }
    }

    /// Adds a certificate, unless it is there; says whether it was added.
    pub fn add_certificate(&mut self, der: &[u8]) -> bool {
        add(&mut self.certificates, der)
    }

    /// Adds a revocation list, or an OCSP response as RFC 5940 §2.1 wraps it, unless it is there; says whether it was added.
    pub fn add_revocation(&mut self, der: &[u8]) -> bool {
        add(&mut self.crls, der)
    }

    /// Adds a signer and the identifier of its digest.
    pub fn add_signer(&mut self, signer: Vec<u8>, digest_algorithm: &[u8]) {
        add(&mut self.digest_algorithms, digest_algorithm);
        self.signers.push(signer);
    }

    /// Adds `attribute` to the unsigned ones of the signer at `position`; `None` when there is no such signer.
    pub fn add_unsigned_attribute(&mut self, position: usize, attribute: &[u8]) -> Result<Option<()>, Malformed> {
        let Some(signer) = self.signers.get_mut(position) else { return Ok(None) };
        *signer = with_unsigned_attribute(signer, attribute)?;
        Ok(Some(()))
    }
}

/// `SignerInfo` with one more unsigned attribute, behind those that it has.
fn with_unsigned_attribute(signer: &[u8], attribute: &[u8]) -> Result<Vec<u8>, Malformed> {
    const UNSIGNED: u8 = tag::context_constructed(1);
    let mut fields = fields_of(signer)?;
    let unsigned = fields.pop_if(|last| last.first() == Some(&UNSIGNED));
    let mut attributes = unsigned.map(|unsigned| fields_of(&unsigned)).transpose()?.unwrap_or_default();
    attributes.push(attribute.to_vec());
    fields.push(write::context_constructed(1, &attributes));
    Ok(write::sequence(&fields))
}

/// The values inside a value.
fn fields_of(value: &[u8]) -> Result<Vec<Vec<u8>>, Malformed> {
    let received = Received::new(value);
    elements(&Reader::with_rules(&received, FORMAT, Rules::Basic).only(Reader::value)?)
}

fn elements(of: &Value<'_>) -> Result<Vec<Vec<u8>>, Malformed> {
    of.reader()?.each(|reader| Ok(reader.value()?.octets().to_vec()))
}

fn add(set: &mut Vec<Vec<u8>>, element: &[u8]) -> bool {
    let is_new = !set.iter().any(|known| known == element);
    if is_new {
        set.push(element.to_vec());
    }
    is_new
}
