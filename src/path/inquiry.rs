//! RFC 5280 §6.1.1 — Inputs: what a path is judged by, and what may be spent on it

use std::cell::Cell;

use super::{Cache, Proofs};
use crate::context::{Context, Evidence};
use crate::crypto::{PublicKey, Signed, Verification};
use crate::limits::{Budget, Exhausted};
use crate::pki::AlgorithmIdentifier;
use crate::report::Detail;
use crate::time::Time;

/// One question to this room. Questions about the signers of revocation information are inquiries of their own, one level deeper.
#[derive(Clone, Copy)]
pub(crate) struct Inquiry<'a> {
    /// Policy, trust anchors, and the time at which the verdict is given: nothing of later is looked at.
    pub context: &'a Context<'a>,
    /// All certificates and revocation data, embedded and supplied.
    pub evidence: &'a Evidence,
    /// The time for which the question is asked.
    pub time: Time,
    /// The time at which the target must be within its validity, where that is another: the making of what it signed.
    pub made_at: Option<Time>,
    /// Of the past (EN 319 102-1 §5.6.2.1): since when things are known to exist. What depends on the time is then asked by sliding it.
    pub past: Option<&'a Proofs>,
    /// What may still be spent.
    pub budgets: &'a Budgets<'a>,
    /// How much of the derivation is kept.
    pub detail: Detail,
    /// The certificates whose status is being asked for, each on behalf of the one before.
    pub asking: Asking<'a>,
}

/// A chain of certificates, the newest first: who signs revocation information must not vouch for itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asking<'a>(Option<(&'a [u8], &'a Asking<'a>)>);

/// Revocation information whose signer's status rests on a signer whose status rests on .. no further.
const DEEPEST: usize = 4;

impl<'a> Inquiry<'a> {
    /// Whether the question is the caller's own, at the validation time: not of the past, nor about a signer of revocation information.
    pub(crate) fn is_present(&self) -> bool {
        self.past.is_none() && self.asking.is_empty()
    }

    /// A question of the caller's own: with it begins another part of the budgets.
    pub(crate) fn new(context: &'a Context<'a>, budgets: &'a Budgets<'a>, detail: Detail) -> Self {
        budgets.begin();
        let Context { evidence, time, .. } = *context;
        Self { context, evidence, time, made_at: None, past: None, budgets, detail, asking: Asking(None) }
    }
}

impl<'a> Asking<'a> {
    /// Whether nobody is being asked for: the question is the caller's own.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// This chain with the certificate of these octets before it.
    pub(crate) fn with(&'a self, certificate: &'a [u8]) -> Self {
        Self(Some((certificate, self)))
    }

    /// Whether asking for the status of this certificate would go in a circle, or too deep.
    pub(crate) fn refuses(&self, certificate: &[u8]) -> bool {
        let (mut link, mut depth) = (self.0, 0_usize);
        while let Some((asked, before)) = link {
            depth = depth.saturating_add(1);
            if asked == certificate || depth >= DEEPEST {
                return true;
            }
            link = before.0;
        }
        false
    }
}

/// What a certificate of the field needs: a path of five, each with a list and a response of its own, and their signers.
const ASSURED: u64 = 24;
const ASSURED_CONSTRAINTS: u64 = 1_000;

/// Lists and responses about signers of lists and responses: each stands in the report, with the path of its signer and all that is said of that.
const STATEMENTS: u64 = 250;

/// Of authorities that certified each other every path is derived anew, each with the status of each, and of signers whose status rests on signers
/// whose status rests on ..: what nobody reads is not written.
const DERIVATION: u64 = 1_500;
const ASSURED_DERIVATION: u64 = 500;

/// About one entry of a report: present and past, the time that it claims, its timestamp.
const QUESTIONS: u64 = 4;

/// What one verdict may spend on paths, and the signatures it has checked already.
pub(crate) struct Budgets<'a> {
    /// Steps of the search for paths.
    pub paths: Budget,
    /// Comparisons of names with constraints, nodes of policies.
    pub constraints: Budget,
    /// Lists and responses asked about those who sign lists and responses.
    pub statements: Budget,
    /// Steps told about further paths, and about those who sign lists and responses.
    pub derivation: Budget,
    /// Those told so far.
    pub told: Cell<u64>,
    signature_checks: Budget,
    questions: Budget,
    checked: Cache,
    shared: Option<&'a Cache>,
}

impl<'a> Budgets<'a> {
    /// The budgets of `context`'s policy; `shared` saves work and changes nothing.
    pub(crate) fn of(context: &Context<'_>, shared: Option<&'a Cache>) -> Self {
        let limits = &context.policy.limits;
        Self {
            paths: Budget::shared("paths", limits.paths, ASSURED),
            constraints: Budget::shared("constraints", limits.constraints, ASSURED_CONSTRAINTS),
            // Each stands in the report with all that is derived about its signer.
            statements: Budget::shared("statements about signers of revocation information", limits.paths.min(STATEMENTS), ASSURED),
            derivation: Budget::shared("steps of derivation", DERIVATION, ASSURED_DERIVATION),
            told: Cell::new(0),
            signature_checks: Budget::shared("signature_checks", limits.signature_checks, ASSURED),
            questions: Budget::new("questions", limits.signatures.saturating_mul(QUESTIONS)),
            checked: Cache::default(),
            shared,
        }
    }

    /// Another certificate is asked about. A file may bring more timestamps than anybody waits for: at some time their questions are no more
    /// assured of anything.
    fn begin(&self) {
        let is_assured = self.questions.spend(1).is_ok();
        for budget in [&self.paths, &self.constraints, &self.statements, &self.derivation, &self.signature_checks] {
            budget.begin(is_assured);
        }
    }

    /// Whether `key` made the signature of `object`. Each pair is checked, and counted, once for a verdict.
    pub(crate) fn verify(&self, key: &PublicKey, object: &SignedObject<'_>) -> Result<Verification, Exhausted> {
        let pair = (key.sha256(), object.sha256);
        if let Some(known) = self.checked.known(&pair) {
            return Ok(known);
        }
        self.signature_checks.spend(1)?;
        let verification = self.shared.and_then(|cache| cache.known(&pair)).unwrap_or_else(|| object.verify(key));
        if let Some(cache) = self.shared {
            cache.learn(pair, &verification);
        }
        self.checked.learn(pair, &verification);
        Ok(verification)
    }

    /// Whether `key` is known not to have made the signature of the object with this digest.
    pub(crate) fn is_refuted(&self, key: &PublicKey, object: [u8; 32]) -> bool {
        self.checked.known(&(key.sha256(), object)) == Some(Verification::Invalid)
    }
}

/// A signed object of X.509: what is signed, how, and the digest of the whole that names it.
pub(crate) struct SignedObject<'a> {
    pub sha256: [u8; 32],
    pub algorithm: &'a AlgorithmIdentifier,
    pub octets: &'a [u8],
    pub value: &'a [u8],
}

impl SignedObject<'_> {
    fn verify(&self, key: &PublicKey) -> Verification {
        match self.algorithm.signature(None) {
            Ok(algorithm) => key.verify(&algorithm, Signed::Octets(self.octets), self.value),
            Err(malformed) => Verification::Unsupported(malformed.to_string()),
        }
    }
}
