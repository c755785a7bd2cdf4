//! RFC 5280 §4.2.2.1, §4.2.1.13, RFC 6960 §4.1 — Wants, asked of the addresses that certificates name

use std::collections::BTreeSet;

use super::{Call, Fetch, FetchError};
use crate::context::{Context, Evidence, TrustAnchors};
use crate::crypto::{DigestAlgorithm, Signed, Verification};
use crate::path::certificate_id;
use crate::pki::ocsp_response::OcspResponseStatus;
use crate::pki::{Certificate, OcspRequest, OcspResponse, PkiObject, objects};
use crate::report::json::{Origin, Want, WantKind};
use crate::time::Time;

/// How far answers may be newer than the question, in seconds: they take time to come, and clocks differ.
pub(crate) const NEWER: i64 = 600;

/// Calls for one document: a path is not that long.
const CALLS: usize = 64;

/// Certificates that one answer may bring.
const CERTIFICATES: usize = 64;

/// Evidence while it is being fetched.
pub(crate) struct Gathering<'f> {
    pub fetch: &'f mut dyn Fetch,
    /// The relying party's, and what came.
    pub evidence: Evidence,
    pub failures: Vec<FetchError>,
    /// The validation time, moved forward to that of the answers.
    pub time: Time,
    until: Time,
    asked: BTreeSet<(WantKind, String, String)>,
}

/// A call and what its answer must match.
struct Asked {
    call: Call,
    ocsp: Option<OcspRequest>,
}

impl<'f> Gathering<'f> {
    pub(crate) fn new(fetch: &'f mut dyn Fetch, context: &Context<'_>) -> Self {
        let (evidence, time) = (context.evidence.clone(), context.time);
        Self { fetch, evidence, failures: Vec::new(), time, until: time.plus_seconds(NEWER), asked: BTreeSet::new() }
    }

    /// `context` with what came.
    pub(crate) fn context<'a>(&'a self, context: &Context<'a>) -> Context<'a> {
        Context { evidence: &self.evidence, time: self.time, ..*context }
    }

    /// Moves the validation time to that of an answer.
    pub(crate) fn notice(&mut self, issued: Time) {
        if self.time < issued && issued <= self.until {
            self.time = issued;
        }
    }

    /// Asks for what is wanted and was not asked for before, until something comes. Whether it did.
    pub(crate) fn round(&mut self, wants: &[Want], known: &Evidence, anchors: &TrustAnchors) -> bool {
        loop {
            let asked = self.calls(wants, known, anchors);
            if asked.is_empty() {
                return false;
            }
            let calls: Vec<Call> = asked.iter().map(|asked| asked.call.clone()).collect();
            let answers = self.fetch.fetch_all(&calls);
            let before = self.evidence.digests().len();
            for (asked, answer) in asked.iter().zip(answers) {
                let accepted = answer.and_then(|octets| self.accept(asked, &octets));
                self.failures.extend(accepted.err());
            }
            if self.evidence.digests().len() > before {
                return true;
            }
        }
    }

    /// The questions of this round, one about each subject: its next address is asked when the one before could not help. A revocation list
    /// comes after the responders: it is larger, and older.
    fn calls(&mut self, wants: &[Want], known: &Evidence, anchors: &TrustAnchors) -> Vec<Asked> {
        let mut calls = Vec::new();
        let mut answered: BTreeSet<(&str, bool)> = BTreeSet::new();
        for kind in [WantKind::Certificate, WantKind::Ocsp, WantKind::Crl] {
            for want in wants.iter().filter(|want| want.kind == kind) {
                let Some(url) = want.url.as_ref() else { continue };
                let about = if kind == WantKind::Ocsp { want.subject.clone() } else { String::new() };
                let key = (kind, url.clone(), about);
                let question = (want.subject.as_str(), kind == WantKind::Certificate);
                if self.asked.contains(&key) || self.asked.len() >= CALLS || answered.contains(&question) {
                    continue;
                }
                let ocsp = if kind == WantKind::Ocsp { self.ocsp_request(want, known, anchors) } else { None };
                if kind == WantKind::Ocsp && ocsp.is_none() {
                    continue;
                }
                answered.insert(question);
                self.asked.insert(key);
                let octets = ocsp.as_ref().map(|request| request.octets().to_vec());
                calls.push(Asked { call: Call { kind, url: url.clone(), octets }, ocsp });
            }
        }
        calls
    }

    /// `None` while the certificate or its issuer is not at hand.
    fn ocsp_request(&mut self, want: &Want, known: &Evidence, anchors: &TrustAnchors) -> Option<OcspRequest> {
        let of_anchors = || anchors.iter().filter_map(|anchor| anchor.certificate.as_ref());
        let all = || known.certificates().map(|(certificate, _)| certificate).chain(of_anchors());
        let certificate = all().find(|certificate| certificate_id(certificate) == want.subject)?;
        let issuer = all().find(|issuer| issuer.subject().matches(certificate.issuer()) && is_signed(certificate, issuer))?;
        let nonce = self.fetch.nonce(WantKind::Ocsp);
        // Most responders know no other digest for the identifier, which proves nothing.
        OcspRequest::new(certificate, issuer, DigestAlgorithm::Sha1, nonce.as_ref().map(<[u8; 32]>::as_slice)).ok()
    }

    /// What was asked for in vain: where nothing came, and where what came leaves `wants` as they are.
    #[cfg(feature = "sign")]
    pub(crate) fn in_vain(&self, wants: &[Want]) -> Vec<FetchError> {
        let mut failures = self.failures.clone();
        for want in wants {
            let Some(url) = want.url.clone().filter(|url| self.asked.iter().any(|(kind, asked, _)| *kind == want.kind && asked == url))
            else {
                continue;
            };
            if !failures.iter().any(|failure| failure.kind == want.kind && failure.url == url) {
                failures.push(FetchError::new(&Call { kind: want.kind, url, octets: None }, "the answer proves nothing of what is asked"));
            }
        }
        failures
    }

    fn accept(&mut self, asked: &Asked, octets: &[u8]) -> Result<(), FetchError> {
        match &asked.ocsp {
            Some(request) => self.accept_ocsp(request, octets).map_err(|cause| FetchError::new(&asked.call, cause)),
            None => self.accept_objects(asked.call.kind, octets).map_err(|cause| FetchError::new(&asked.call, cause)),
        }
    }

    fn accept_ocsp(&mut self, request: &OcspRequest, octets: &[u8]) -> Result<(), String> {
        let response = OcspResponse::from_der(octets).map_err(|malformed| malformed.to_string())?;
        let Some(basic) = response.basic.filter(|_| response.status == OcspResponseStatus::Successful) else {
            return Err(format!("the responder refused: {:?}", response.status));
        };
        if !request.is_answered_by(&basic) {
            return Err("the response is about another certificate, or has another nonce".into());
        }
        self.notice(basic.produced_at());
        self.evidence.add_ocsp_response(basic, Origin::Fetched);
        Ok(())
    }

    fn accept_objects(&mut self, kind: WantKind, octets: &[u8]) -> Result<(), String> {
        let mut any = false;
        for object in objects(octets).map_err(|malformed| malformed.to_string())?.into_iter().take(CERTIFICATES) {
            match object {
                PkiObject::Certificate(certificate) if kind == WantKind::Certificate => {
                    self.evidence.add_certificate(certificate, Origin::Fetched);
                    any = true;
                }
                PkiObject::Crl(crl) if kind == WantKind::Crl => {
                    self.notice(crl.this_update());
                    self.evidence.add_crl(crl, Origin::Fetched);
                    any = true;
                }
                _ => {}
            }
        }
        if any { Ok(()) } else { Err("the answer is something else".into()) }
    }
}

fn is_signed(certificate: &Certificate, issuer: &Certificate) -> bool {
    let (Ok(algorithm), Ok(key)) = (certificate.signature_algorithm().signature(None), issuer.public_key()) else { return false };
    key.verify(&algorithm, Signed::Octets(certificate.tbs()), certificate.signature()) == Verification::Valid
}
