//! Checks that compare their inputs and nothing else: whether they hold can be told from the report (`docs/report.md`, "Comparisons")

use serde_json::Value;

use super::rules::{Comparison, Must, comparisons};
use super::text;
use crate::time::Time;

/// Whether the check `id` holds by its inputs; `None` where they do not tell.
pub(super) fn holds(id: &str, inputs: &Value) -> Option<bool> {
    Some(comparisons(id)?.iter().all(|comparison| compared(inputs, comparison)))
}

fn compared(inputs: &Value, Comparison(left, must, right): &Comparison) -> bool {
    let other = right.as_str().unwrap_or_default();
    let time = |name| Time::from_rfc3339(text(inputs, name)).ok();
    let (earlier, later) = (time(left), time(other));
    match must {
        Must::Is => inputs.get(left) == Some(right),
        Must::Equal => inputs.get(left).is_some() && inputs.get(left) == inputs.get(other),
        Must::NotAfter => earlier.zip(later).is_some_and(|(earlier, later)| earlier <= later),
        Must::NotAfterSecond => earlier.zip(later).is_some_and(|(earlier, later)| earlier.unix() <= later.unix()),
        Must::Before => earlier.zip(later).is_some_and(|(earlier, later)| earlier < later),
    }
}
