//! A record in a PDF file of the demonstration, and what a relying party gets of it.
#![allow(dead_code, reason = "each test binary uses its own part")]

use kyso::record::{Agency, Carried, NotCarried, ResultRecord, carried, with_record};
use kyso::report::Indication;
use kyso::testkit::{DemoPki, blank_page};
use kyso::{Context, Document, Policy, Profile, Time, sign};

pub fn time() -> Time {
    Time::from_rfc3339("2026-11-26T02:00:00Z").unwrap()
}

pub fn pki() -> DemoPki {
    DemoPki::new([61; 32], time()).unwrap()
}

pub fn record() -> ResultRecord {
    let agency = Agency { id: "000.00.10.H49".into(), name: "Sở Tư pháp tỉnh Quảng Ninh".into() };
    ResultRecord::new("000.00.10.H49-261126-0001", 1, agency, "2026-11-26")
}

/// As the library makes it.
pub fn page_with_record() -> Vec<u8> {
    with_record(&Document::pdf(&blank_page()).unwrap(), "ket-qua.pdf", &record()).unwrap()
}

pub fn signed(octets: &[u8]) -> Vec<u8> {
    sign(&Document::pdf(octets).unwrap(), &Profile::pades_b_b(time()), &pki().leader_signer().unwrap()).unwrap()
}

/// The verdict, and what is given out.
pub fn given_out_of(document: &Document<'_>) -> (Indication, Result<Carried, NotCarried>) {
    let pki = pki();
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), pki.evidence().unwrap());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let (report, carried) = carried(document, &context);
    (report.conclusion.indication, carried)
}

pub fn given_out(octets: &[u8]) -> (Indication, Result<Carried, NotCarried>) {
    given_out_of(&Document::pdf(octets).unwrap())
}
