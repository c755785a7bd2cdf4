//! EN 319 142-1 §5.4.2 — Document Security Store: certificates and revocation data that the file carries

use std::collections::{BTreeMap, BTreeSet};

use super::signature_field::{array, dictionary};
use crate::context::Evidence;
use crate::encoding::pdf::object::{Dictionary, Object};
use crate::encoding::pdf::{Pdf, View};
use crate::limits::Budget;
use crate::pki::{Certificate, CertificateList, OcspResponse};
use crate::report::json::Origin;

/// The stores of every revision. A newer one should have all that the older ones have, and some writers leave it out.
pub(super) struct Stores {
    /// Everything that can be read. What cannot is no evidence; nothing is believed for standing here.
    pub evidence: Evidence,
    /// The oldest revision in which each piece stands.
    since: BTreeMap<[u8; 32], usize>,
}

impl Stores {
    pub(super) fn of(pdf: &Pdf<'_>) -> Self {
        let mut stores = Self { evidence: Evidence::none(), since: BTreeMap::new() };
        let (mut read, budget) = (BTreeSet::new(), Budget::new("objects", pdf.limits().objects));
        for (index, view) in (0..pdf.revisions().len()).filter_map(|index| Some((index, pdf.at(index)?))) {
            let found = Reading { view: &view, read: &mut read, budget: &budget }.store();
            for digest in found.digests() {
                stores.since.entry(digest).or_insert(index);
            }
            stores.evidence.extend(&found);
        }
        stores
    }

    /// The digests of what stands in `revision` or an older one.
    pub(super) fn by(&self, revision: usize) -> Vec<[u8; 32]> {
        self.since.iter().filter(|(_, since)| **since <= revision).map(|(digest, _)| *digest).collect()
    }
}

struct Reading<'r, 'v, 'p, 'a> {
    view: &'r View<'p, 'a>,
    /// Where the octets of streams read before begin.
    read: &'v mut BTreeSet<usize>,
    budget: &'v Budget,
}

impl Reading<'_, '_, '_, '_> {
    fn store(mut self) -> Evidence {
        let mut evidence = Evidence::none();
        let Ok(catalog) = self.view.catalog() else { return evidence };
        let Some(store) = dictionary(self.view, catalog.entry(b"DSS")) else { return evidence };
        self.collect(&mut evidence, &store, [b"Certs", b"CRLs", b"OCSPs"]);
        // What validated one signature is to be in the store, too; where it is not, it is no less in the file.
        let related = dictionary(self.view, store.entry(b"VRI"));
        for (_, entry) in related.iter().flat_map(|related| related.entries()) {
            if let Some(entry) = dictionary(self.view, entry) {
                self.collect(&mut evidence, &entry, [b"Cert", b"CRL", b"OCSP"]);
            }
        }
        evidence
    }

    fn collect(&mut self, evidence: &mut Evidence, of: &Dictionary, [certificates, crls, responses]: [&[u8]; 3]) {
        for octets in self.streams(of.entry(certificates)) {
            if let Ok(certificate) = Certificate::from_der(&octets) {
                evidence.add_certificate(certificate, Origin::Embedded);
            }
        }
        for octets in self.streams(of.entry(crls)) {
            if let Ok(crl) = CertificateList::from_der(&octets) {
                evidence.add_crl(crl, Origin::Embedded);
            }
        }
        for octets in self.streams(of.entry(responses)) {
            if let Some(response) = OcspResponse::from_der(&octets).ok().and_then(|response| response.basic) {
                evidence.add_ocsp_response(response, Origin::Embedded);
            }
        }
    }

    /// The data of the streams of an array that were not read before.
    fn streams(&mut self, object: &Object) -> Vec<Vec<u8>> {
        let mut data = Vec::new();
        for element in array(self.view, object).iter() {
            if self.budget.spend(1).is_err() {
                break;
            }
            if let Ok(Object::Stream(stream)) = self.view.resolve(element)
                && self.read.insert(stream.octets.start)
                && let Ok(octets) = self.view.stream_data(&stream)
            {
                data.push(octets);
            }
        }
        data
    }
}
