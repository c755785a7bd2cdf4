//! Remappings: checks whose conclusion depends on the case, and what it may be beside the declared one (`docs/report.md`, "Remappings")

use serde_json::Value;

use super::derivation::blocks;
use super::rules::{As, Remapping, remapping};
use super::{conclusion, list, member_of, text};
use crate::report::indication::Conclusion;

/// Whether the failed `step` within `root` may conclude `found`.
pub(super) fn remapped(step: &Value, found: Conclusion, root: &Value) -> bool {
    let inputs = member_of(step, "inputs");
    let concludes = |block: &Value| conclusion(member_of(block, "conclusion")) == Some(found);
    match remapping(text(step, "check")) {
        None => false,
        Some(Remapping::OneOf(allowed)) => allowed.contains(&found.to_string()),
        // The old conclusion stays: the inputs name it.
        Some(Remapping::As(As::InputBasic)) => found.to_string() == text(inputs, "basic"),
        Some(Remapping::As(As::InputConclusion)) => found.to_string() == text(inputs, "conclusion"),
        Some(Remapping::As(As::Root)) => concludes(root),
        Some(Remapping::As(As::Block)) => blocks(root).into_iter().any(concludes),
        Some(Remapping::As(As::FailedCheck)) => {
            let failed = |other: &Value| {
                text(other, "check") == text(inputs, "check")
                    && text(other, "outcome") == "failed"
                    && conclusion(member_of(other, "otherwise")) == Some(found)
            };
            blocks(root).into_iter().any(|block| list(block, "steps").iter().any(failed))
        }
    }
}
