//! ISO 32000-2 §12.8.3.3.2 — Revocation information as a signed attribute

use super::{CertificateList, OcspResponse, Unread};
use crate::encoding::der::{Reader, Value, tag};
use crate::error::Malformed;

/// `RevocationInfoArchival ::= SEQUENCE { crl [0] EXPLICIT SEQUENCE OF CRLs, ocsp [1] EXPLICIT SEQUENCE OF OCSPResponse, otherRevInfo [2] EXPLICIT .. }`, all optional
#[derive(Clone, Debug, Default)]
pub struct RevocationInformation {
    /// `crl`
    pub crls: Vec<CertificateList>,
    /// `ocsp`
    pub ocsp_responses: Vec<OcspResponse>,
    /// What was not read, `otherRevInfo` included.
    pub unread: Vec<Unread>,
}

impl RevocationInformation {
    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let mut information = Self::default();
        if let Some(explicit) = reader.optional(tag::context_constructed(0))? {
            let mut each = elements(&explicit)?;
            while !each.is_empty() {
                let value = each.value()?;
                let crl = CertificateList::from_received(value.received());
                Unread::or_push(crl, "crl", &value, &mut information.crls, &mut information.unread);
            }
        }
        if let Some(explicit) = reader.optional(tag::context_constructed(1))? {
            let mut each = elements(&explicit)?;
            while !each.is_empty() {
                let value = each.value()?;
                let response = OcspResponse::from_received(value.received());
                Unread::or_push(response, "ocsp", &value, &mut information.ocsp_responses, &mut information.unread);
            }
        }
        while !reader.is_empty() {
            let value = reader.value()?;
            let malformed = value.malformed("other revocation information");
            information.unread.push(Unread::new("otherRevInfo", &value, malformed));
        }
        Ok(information)
    }
}

fn elements<'a>(explicit: &Value<'a>) -> Result<Reader<'a>, Malformed> {
    let mut inner = explicit.reader()?;
    let elements = inner.expect(tag::SEQUENCE, "revocation information")?.reader()?;
    inner.finish()?;
    Ok(elements)
}
