//! EN 319 102-1 §5.2.5 — Revocation freshness

use crate::context::Policy;
use crate::time::Time;

/// In seconds: what the policy says, else until the next piece of information was to come.
pub(crate) fn maximum_age(policy: &Policy, this_update: Time, next_update: Option<Time>) -> Option<i64> {
    match (policy.maximum_freshness, next_update) {
        (Some(seconds), _) => Some(i64::try_from(seconds).unwrap_or(i64::MAX)),
        (None, Some(next)) => Some(next.unix().saturating_sub(this_update.unix())),
        (None, None) => None,
    }
}

/// §5.2.5.4: fresh at T when `thisUpdate > T - D`. Without a maximum age nothing is fresh.
pub(crate) fn is_fresh(this_update: Time, maximum: Option<i64>, at: Time) -> bool {
    maximum.is_some_and(|maximum| this_update > at.plus_seconds(maximum.saturating_neg()))
}
