//! Checks that compare their inputs and nothing else: whether they hold can be told from the report (`docs/report.md`, "Comparisons")

use serde_json::Value;

use super::{list, member_of, text};
use crate::time::Time;

/// How two inputs must stand to each other.
#[derive(Clone, Copy)]
enum Must {
    /// The same text.
    Equal,
    /// The first time is not later.
    NotAfter,
    /// The first time is not later, in whole seconds: the last moment of a validity is a whole second.
    NotAfterSecond,
    /// The first time is earlier.
    Before,
}
use Must::{Before, Equal, NotAfter, NotAfterSecond};

type Comparison = (&'static str, Must, &'static str);

const WITHIN: &[Comparison] = &[("not_before", NotAfter, "time"), ("time", NotAfterSecond, "not_after")];

/// Each check and what it compares.
const COMPARISONS: &[(&str, &[Comparison])] = &[
    ("basic_processing.signer_within_validity", WITHIN),
    ("basic_processing.within_validity", WITHIN),
    ("cryptographic_verification.data_intact", &[("expected", Equal, "actual")]),
    ("long_term.timestamps_in_order", &[("earlier_time", NotAfter, "later_time")]),
    ("past_signature_validation.existed_by_control_time", &[("existed", NotAfter, "control_time")]),
    ("revocation.signer_within_validity", WITHIN),
    ("signature_with_time.not_after_validity", &[("best_signature_time", NotAfterSecond, "not_after")]),
    ("signature_with_time.not_before_validity", &[("not_before", NotAfter, "best_signature_time")]),
    ("signature_with_time.revocation_signer_valid", &[("not_before", NotAfter, "existed"), ("existed", NotAfterSecond, "not_after")]),
    ("signature_with_time.revoked_after", &[("best_signature_time", Before, "revoked_at")]),
    ("signing_certificate.reference_matches", &[("expected", Equal, "actual")]),
    ("time_stamp.made_in_validity", WITHIN),
    ("time_stamp.not_in_future", &[("time", NotAfter, "validation_time")]),
];

/// Whether the check `id` holds by its inputs; `None` where they do not tell.
pub(super) fn holds(id: &str, inputs: &Value) -> Option<bool> {
    if id == "proof_of_existence.timestamp_proves" {
        return Some(text(inputs, "conclusion") == "TOTAL-PASSED");
    }
    if id == "claimed_time.key_not_stolen" {
        return Some(list(inputs, "revoked").is_empty());
    }
    let (_, comparisons) = COMPARISONS.iter().find(|(known, _)| *known == id)?;
    Some(comparisons.iter().all(|comparison| compared(inputs, *comparison)))
}

fn compared(inputs: &Value, (left, must, right): Comparison) -> bool {
    if let Equal = must {
        return inputs.get(left).is_some() && member_of(inputs, left) == member_of(inputs, right);
    }
    let time = |name| Time::from_rfc3339(text(inputs, name)).ok();
    let (Some(left), Some(right)) = (time(left), time(right)) else { return false };
    match must {
        Equal => false,
        NotAfter => left <= right,
        NotAfterSecond => left.unix() <= right.unix(),
        Before => left < right,
    }
}
