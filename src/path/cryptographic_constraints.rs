//! EN 319 102-1 §5.2.6.4 (5) — Cryptographic constraints: every signature that a path rests on, of certificates and of what tells their status

use super::basic_processing::Place;
use super::issuer::{Issuer, algorithm_name, reliable};
use super::{Inquiry, subject};
use crate::context::{AlgorithmPolicy, AlgorithmUse};
use crate::pki::AlgorithmIdentifier;
use crate::report::{Check, Fact, Recorder, Stop};
use crate::time::Time;

/// The dates by which the signature on a certificate is judged.
pub(super) fn table<'a>(inquiry: &Inquiry<'a>, place: &Place<'_>) -> &'a AlgorithmPolicy {
    let policy = inquiry.context.policy;
    policy.algorithms_of_authorities.as_ref().filter(|_| place.position > 0).unwrap_or(&policy.algorithms)
}

/// A signature that holds, and how long its algorithm is reliable.
#[derive(Clone)]
pub(crate) struct Use {
    /// The digest of what is signed: a certificate, list or response.
    pub object: [u8; 32],
    /// The algorithm in words.
    pub algorithm: String,
    /// How long the policy holds it reliable.
    pub reliable: AlgorithmUse,
    key_bits: u32,
    subject: Fact,
    check: &'static Check,
}

impl Use {
    /// The signature on `object`, made by `issuer`'s key; `subject` says in words whose certificate, list or response it is.
    pub(super) fn new(
        inquiry: &Inquiry<'_>,
        check: &'static Check,
        object: [u8; 32],
        subject: Fact,
        algorithm: &AlgorithmIdentifier,
        issuer: &Issuer,
    ) -> Self {
        let reliable = reliable(&inquiry.context.policy.algorithms, algorithm, &issuer.key);
        Self { object, algorithm: algorithm_name(algorithm), reliable, key_bits: issuer.bits(), subject, check }
    }

    /// The signature on a certificate; those of authorities may have a table of their own.
    pub(super) fn of_certificate(inquiry: &Inquiry<'_>, check: &'static Check, place: &Place<'_>) -> Self {
        let (certificate, issuer) = (place.certificate, place.issuer);
        let algorithm = certificate.signature_algorithm();
        let reliable = reliable(table(inquiry, place), algorithm, &issuer.key);
        let own = Self::new(inquiry, check, certificate.sha256(), subject(certificate), algorithm, issuer);
        Self { reliable, ..own }
    }

    /// Asks whether it is reliable at `time`.
    pub(super) fn ask(&self, r: &mut Recorder, time: Time) {
        r.ask(self.check, self.reliable.at(time), || self.facts(time));
    }

    /// As [`Self::ask`], where nothing can be done with it otherwise.
    pub(super) fn require(&self, r: &mut Recorder, time: Time) -> Result<(), Stop> {
        r.require(self.check, self.reliable.at(time), || self.facts(time))
    }

    /// Says that it is not, where something else is used instead or the past is not proven by it.
    pub(super) fn set_aside(&self, r: &mut Recorder, time: Time) {
        r.tolerate(self.check, self.reliable.at(time), || self.facts(time));
    }

    fn facts(&self, time: Time) -> [(&'static str, Fact); 5] {
        [
            ("subject", self.subject.clone()),
            ("object", Fact::sha256(self.object)),
            ("algorithm", self.algorithm.clone().into()),
            ("key_bits", self.key_bits.into()),
            ("time", time.into()),
        ]
    }
}
