//! EN 319 142-1 §5.4.2 — Document Security Store: certificates and revocation data that the file carries

use super::signature_field::{array, dictionary};
use crate::context::Evidence;
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::Object;
use crate::pki::{Certificate, CertificateList, OcspResponse};
use crate::report::json::Origin;

/// Everything of the store that can be read. What cannot is no evidence; nothing is believed for standing here.
pub(super) fn evidence(view: &View<'_, '_>) -> Evidence {
    let mut evidence = Evidence::none();
    let Ok(catalog) = view.catalog() else { return evidence };
    let Some(store) = dictionary(view, catalog.entry(b"DSS")) else { return evidence };
    for octets in streams(view, store.entry(b"Certs")) {
        if let Ok(certificate) = Certificate::from_der(&octets) {
            evidence.add_certificate(certificate, Origin::Embedded);
        }
    }
    for octets in streams(view, store.entry(b"CRLs")) {
        if let Ok(crl) = CertificateList::from_der(&octets) {
            evidence.add_crl(crl, Origin::Embedded);
        }
    }
    for octets in streams(view, store.entry(b"OCSPs")) {
        if let Some(response) = OcspResponse::from_der(&octets).ok().and_then(|response| response.basic) {
            evidence.add_ocsp_response(response, Origin::Embedded);
        }
    }
    evidence
}

fn streams(view: &View<'_, '_>, object: &Object) -> Vec<Vec<u8>> {
    let decoded = |element: &Object| match view.resolve(element) {
        Ok(Object::Stream(stream)) => view.stream_data(&stream).ok(),
        _ => None,
    };
    array(view, object).iter().filter_map(decoded).collect()
}
