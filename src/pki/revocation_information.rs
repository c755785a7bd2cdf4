//! ISO 32000-2 §12.8.3.3.2 — Revocation information as a signed attribute

use super::{CertificateList, OcspResponse, Unread};
use crate::encoding::der::{Reader, Value};
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
        for value in reader.explicit(0, elements)?.unwrap_or_default() {
            let crl = CertificateList::from_received(value.received());
            Unread::or_push(crl, "crl", &value, &mut information.crls, &mut information.unread);
        }
        for value in reader.explicit(1, elements)?.unwrap_or_default() {
            let response = OcspResponse::from_received(value.received());
            Unread::or_push(response, "ocsp", &value, &mut information.ocsp_responses, &mut information.unread);
        }
        while !reader.is_empty() {
            let value = reader.value()?;
            let malformed = value.malformed("other revocation information");
            information.unread.push(Unread::new("otherRevInfo", &value, malformed));
        }
        Ok(information)
    }
}

fn elements<'a>(reader: &mut Reader<'a>) -> Result<Vec<Value<'a>>, Malformed> {
    reader.sequence("revocation information")?.each(Reader::value)
}
