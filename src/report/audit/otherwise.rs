//! Remappings: checks whose conclusion depends on the case, and what it may be beside the declared one (`docs/report.md`, "Remappings")

use serde_json::Value;

use super::derivation::blocks;
use super::{conclusion, list, member_of, text};
use crate::report::indication::{Conclusion, Indication, SubIndication};

/// Whether the failed `step` within `root` may conclude `found`.
pub(super) fn remapped(step: &Value, found: Conclusion, root: &Value) -> bool {
    let inputs = member_of(step, "inputs");
    let one_of = |allowed: &[SubIndication]| {
        found.indication == Indication::Indeterminate && found.sub_indication.is_some_and(|sub| allowed.contains(&sub))
    };
    match text(step, "check") {
        // The old conclusion stays: the inputs name it.
        "signature_with_time.basic_result_may_be_mended" => found.to_string() == text(inputs, "basic"),
        // The verdict stays.
        "claimed_time.key_not_stolen" => conclusion(member_of(root, "conclusion")) == Some(found),
        "verdict.entries_passed" => found.to_string() == text(inputs, "conclusion"),
        "signature_with_time.every_failure_may_be_mended" | "past_signature_validation.past_may_mend" => {
            let failed = |other: &Value| {
                text(other, "check") == text(inputs, "check")
                    && text(other, "outcome") == "failed"
                    && conclusion(member_of(other, "otherwise")) == Some(found)
            };
            blocks(root).into_iter().any(|block| list(block, "steps").iter().any(failed))
        }
        "past_signature_validation.existed_by_control_time" => {
            blocks(root).into_iter().any(|block| conclusion(member_of(block, "conclusion")) == Some(found))
        }
        "revocation.not_revoked" | "signature_with_time.revoked_after" => {
            one_of(&[SubIndication::TryLater, SubIndication::RevokedNoPoe, SubIndication::RevokedCaNoPoe])
        }
        "signature_with_time.not_after_validity" => one_of(&[SubIndication::OutOfBoundsNoPoe, SubIndication::OutOfBoundsNotRevoked]),
        "signature_with_time.revocation_signer_valid" => one_of(&[SubIndication::OutOfBoundsNoPoe]),
        _ => false,
    }
}
