//! RFC 5280 §5.1 — what a certificate revocation list shall say, right or wrong

use const_oid::ObjectIdentifier;

use super::asn1::enumerated;
use super::certificate::{AuthorityKeyIdentifier, Fault};
use super::entity::identifier;
use super::extension::{Extension, extensions};
use super::name::Name;
use crate::crypto::SignatureAlgorithm;
use crate::encoding::der::write::{context_constructed, integer, sequence, time, unsigned_integer};
use crate::{Misuse, Time};

const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");

/// One revoked certificate (§5.1.2.6).
#[derive(Clone, Debug)]
pub struct Revoked {
    /// `userCertificate`, big-endian.
    pub serial: Vec<u8>,
    /// `revocationDate`
    pub time: Time,
    /// `CRLReason` (§5.3.1): 1 key compromise, 3 affiliation changed, 4 superseded, 5 cessation of operation, 6 on hold.
    pub reason: Option<u8>,
    /// All other extensions of the entry (§5.3), after the reason.
    pub extensions: Vec<Extension>,
}

/// What a revocation list shall say. Nothing is checked, so that every mistake can be made.
#[derive(Clone, Debug)]
pub struct RevocationList {
    /// `thisUpdate`
    pub this_update: Time,
    /// `nextUpdate`; a list may leave it out, though the profile forbids it.
    pub next_update: Option<Time>,
    /// Values in front of the entries of `revokedCertificates` that are none.
    pub no_entries: Vec<Vec<u8>>,
    /// `revokedCertificates`
    pub revoked: Vec<Revoked>,
    /// `cRLNumber` (§5.2.3); where absent, there is no such extension.
    pub number: Option<u64>,
    /// `issuer`; where absent, the name of the issuer.
    pub issuer: Option<Name>,
    /// `signature`; where absent, what the issuer's key usually signs with.
    pub algorithm: Option<SignatureAlgorithm>,
    /// The form of the extension of §5.2.1.
    pub authority_key_identifier: AuthorityKeyIdentifier,
    /// All other extensions, after the number.
    pub extensions: Vec<Extension>,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

impl RevocationList {
    /// A list with no entry.
    pub fn new(this_update: Time, next_update: Time) -> Self {
        Self {
            this_update,
            next_update: Some(next_update),
            no_entries: Vec::new(),
            revoked: Vec::new(),
            number: Some(1),
            issuer: None,
            algorithm: None,
            authority_key_identifier: AuthorityKeyIdentifier::default(),
            extensions: Vec::new(),
            fault: None,
        }
    }

    /// With one more entry.
    #[must_use]
    pub fn with(self, serial: &[u8], time: Time, reason: Option<u8>) -> Self {
        self.with_entry(Revoked { serial: serial.to_vec(), time, reason, extensions: Vec::new() })
    }

    /// With one more entry, which says more than [`Self::with`] can.
    #[must_use]
    pub fn with_entry(mut self, entry: Revoked) -> Self {
        self.revoked.push(entry);
        self
    }

    /// The extensions that the list itself decides.
    pub(super) fn extensions(&self) -> Vec<Extension> {
        let number = self.number.map(|value| Extension::new(CRL_NUMBER, false, integer(value)));
        number.into_iter().chain(self.extensions.iter().cloned()).collect()
    }

    /// `TBSCertList` of version 2, DER.
    pub(super) fn to_be_signed(&self, issuer: &Name, algorithm: &SignatureAlgorithm, all: &[Extension]) -> Result<Vec<u8>, Misuse> {
        let revoked: Vec<Vec<u8>> = self.no_entries.iter().cloned().chain(self.revoked.iter().map(Revoked::der)).collect();
        Ok(sequence(&[
            integer(1),
            identifier(algorithm)?,
            issuer.der(),
            time(self.this_update),
            self.next_update.map(time).unwrap_or_default(),
            // §5.1.2.6: with nothing revoked the list must be absent.
            if revoked.is_empty() { Vec::new() } else { sequence(&revoked) },
            if all.is_empty() { Vec::new() } else { context_constructed(0, &[extensions(all)]) },
        ]))
    }
}

impl Revoked {
    fn der(&self) -> Vec<u8> {
        let reason = self.reason.map(|reason| Extension::new(REASON_CODE, false, enumerated(reason)));
        let all: Vec<Extension> = reason.into_iter().chain(self.extensions.iter().cloned()).collect();
        let all = if all.is_empty() { Vec::new() } else { extensions(&all) };
        sequence(&[unsigned_integer(&self.serial), time(self.time), all])
    }
}
