//! The report on a certification path: `kyso path --format json`

use serde::Serialize;

use super::{Validated, certificate_id};
use crate::context::TrustAnchor;
use crate::report::Block;
use crate::report::json::{Reason, Revocation, Want};

/// Whether a certificate may be believed, and the whole derivation.
#[derive(Clone, Debug, Serialize)]
pub struct PathReport {
    /// Whether a path to a trust anchor passes.
    pub valid: bool,
    /// Why not, the deciding reason first.
    pub reasons: Vec<Reason>,
    /// `sha256:` of the certificates of the path that passed or whose failure tells most: the target first, the anchor last.
    pub path: Vec<String>,
    /// user-constrained-policy-set (RFC 5280 §6.1.6), dotted.
    pub user_constrained_policies: Vec<String>,
    /// The status of the certificates of that path.
    pub revocation: Vec<Revocation>,
    /// What is missing.
    pub wants: Vec<Want>,
    /// The derivation, every candidate path in it.
    pub checks: Block,
}

impl PathReport {
    pub(super) fn of(found: Validated) -> Self {
        let Validated { block, path, anchor, revocation, policies, mut wants, .. } = found;
        wants.sort();
        wants.dedup();
        let valid = block.is_passed();
        let mut ids: Vec<String> = path.iter().map(certificate_id).collect();
        // Of a path that is the anchor alone, the anchor is said once.
        ids.extend(anchor.as_ref().map(TrustAnchor::id).filter(|id| !ids.contains(id)));
        let user_constrained_policies = if valid { policies } else { Vec::new() };
        Self { valid, reasons: Reason::all_of(&block), path: ids, user_constrained_policies, revocation, wants, checks: block }
    }

    /// As JSON, two spaces of indentation, a line feed at the end.
    pub fn to_json(&self) -> String {
        // Writing to memory cannot fail, and every key of every map is a string.
        serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
    }
}
