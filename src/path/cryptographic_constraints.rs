//! EN 319 102-1 §5.2.6.4 (5) — Cryptographic constraints: every signature that a path rests on, of certificates and of what tells their status

use super::Inquiry;
use super::issuer::{Issuer, algorithm_name, reliable};
use crate::context::AlgorithmUse;
use crate::pki::AlgorithmIdentifier;
use crate::report::{Check, Fact, Recorder, Stop};
use crate::time::Time;

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
        let reliable = reliable(inquiry.context, algorithm, &issuer.key);
        Self { object, algorithm: algorithm_name(algorithm), reliable, key_bits: issuer.bits(), subject, check }
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
