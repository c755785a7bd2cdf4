//! EN 319 102-1 §5.2.6 — X.509 certificate validation

use super::verdict::Session;
use crate::path::{self, Purpose, Request, Validated};
use crate::pki::Certificate;
use crate::time::Time;

pub(super) static CHECKS: &[&crate::report::Check] = &[];

/// The certification path of `certificate` at `time`.
pub(super) fn certificate_validation(session: &Session<'_>, certificate: &Certificate, purpose: Purpose, time: Time) -> Validated {
    path::validate(&Request {
        target: certificate,
        purpose,
        context: session.context,
        evidence: &session.evidence,
        time,
        budgets: &session.budgets,
    })
}
