//! EN 319 102-1 §5.2.6 — X.509 certificate validation

use super::verdict::Session;
use crate::context::Purpose;
use crate::path::{self, Inquiry, Request, Validated};
use crate::pki::Certificate;
use crate::report::Detail;
use crate::time::Time;

pub(super) static CHECKS: &[&crate::report::Check] = &[];

/// The certification path of `certificate` at `time`.
pub(super) fn certificate_validation(session: &Session<'_>, certificate: &Certificate, purpose: Purpose, time: Time) -> Validated {
    let inquiry = Inquiry { time, evidence: &session.evidence, ..Inquiry::new(session.context, &session.budgets, Detail::Steps) };
    path::validated(&inquiry, certificate, &Request { purpose, ..Request::default() })
}
