//! RFC 5280 §4.1.1.2 — Algorithm identifiers

use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::encoding::der::{ObjectId, Reader, Received, Value, tag};
use crate::error::Malformed;

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY DEFINED BY algorithm OPTIONAL }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlgorithmIdentifier {
    /// `algorithm`
    pub oid: ObjectId,
    /// `parameters` with identifier and length, in DER; NULL parameters are present, absent ones `None`.
    pub parameters: Option<Received>,
    /// The whole value.
    pub received: Received,
}

impl AlgorithmIdentifier {
    /// Reads the next value of `reader`, which is the field `field`.
    pub(crate) fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Malformed> {
        Self::from_value(&reader.expect(tag::SEQUENCE, field)?)
    }

    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let oid = reader.expect(tag::OBJECT_IDENTIFIER, "algorithm")?.object_id()?;
        let parameters = if reader.is_empty() { None } else { Some(reader.value()?.received_der()?) };
        reader.finish()?;
        Ok(Self { oid, parameters, received: value.received() })
    }

    /// The octets of `parameters` with identifier and length.
    pub fn parameters(&self) -> Option<&[u8]> {
        self.parameters.as_ref().map(Received::octets)
    }

    /// The digest that this identifies; a signature's identifier in its place counts as its digest ([`DigestAlgorithm::from_oid`]).
    pub fn digest(&self) -> Option<DigestAlgorithm> {
        self.oid.known().and_then(DigestAlgorithm::from_oid)
    }

    /// The signature algorithm that this identifies, `digest` being that of the structure around it where the identifier names none.
    ///
    /// # Errors
    /// [`Malformed`] when the parameters are not those of the algorithm.
    pub fn signature(&self, digest: Option<DigestAlgorithm>) -> Result<SignatureAlgorithm, Malformed> {
        let at = self.received.at();
        let oid = self.oid.known().ok_or_else(|| Malformed::new("AlgorithmIdentifier", "object identifier out of range", at))?;
        let parameters_at = self.parameters.as_ref().map_or(at, Received::at);
        SignatureAlgorithm::from_identifier(oid, self.parameters(), digest).map_err(|malformed| malformed.within(parameters_at))
    }
}
