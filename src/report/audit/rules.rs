//! Rules of single checks, told as data to every auditor: `docs/report.rules.json` (`docs/report.md`, "Comparisons", "Remappings")

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| serde_json::from_str(include_str!("../../../docs/report.rules.json")).ok());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    comparisons: BTreeMap<String, Vec<Comparison>>,
    remappings: BTreeMap<String, Remapping>,
    mending: BTreeMap<String, Mending>,
}

/// What a check says of the basic result beside it: it passes only where that is one of `conclusions`, or where all that failed is among `failures`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mending {
    Conclusions(Vec<String>),
    Failures(Vec<String>),
}

/// An input, how it must stand to what follows, and that: another input or, after `is`, a value.
#[derive(Deserialize)]
pub(super) struct Comparison(pub String, pub Must, pub Value);

/// How two values must stand to each other.
#[derive(Clone, Copy, Deserialize)]
pub(super) enum Must {
    /// The same value.
    #[serde(rename = "=")]
    Equal,
    /// This value.
    #[serde(rename = "is")]
    Is,
    /// The first time is not later.
    #[serde(rename = "<=")]
    NotAfter,
    /// The first time is not later, in whole seconds: the last moment of a validity is a whole second.
    #[serde(rename = "<= in seconds")]
    NotAfterSecond,
    /// The first time is earlier.
    #[serde(rename = "<")]
    Before,
}

/// What a check may conclude beside the declared conclusion.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Remapping {
    /// One of these.
    OneOf(Vec<String>),
    /// What something in the derivation concludes.
    As(As),
}

#[derive(Clone, Copy, Deserialize)]
pub(super) enum As {
    /// The derivation itself.
    #[serde(rename = "root")]
    Root,
    /// Some block of it.
    #[serde(rename = "block")]
    Block,
    /// A failed check of it that the input `check` names.
    #[serde(rename = "failed check")]
    FailedCheck,
    /// The input of this name.
    #[serde(rename = "input basic")]
    InputBasic,
    #[serde(rename = "input conclusion")]
    InputConclusion,
}

/// What the check `id` compares, and nothing else decides.
pub(super) fn comparisons(id: &str) -> Option<&'static [Comparison]> {
    RULES.as_ref()?.comparisons.get(id).map(Vec::as_slice)
}

/// What the check `id` asks of the basic result.
pub(super) fn mending(id: &str) -> Option<&'static Mending> {
    RULES.as_ref()?.mending.get(id)
}

/// What the check `id` may conclude.
pub(super) fn remapping(id: &str) -> Option<&'static Remapping> {
    RULES.as_ref()?.remappings.get(id)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rules_can_be_read() {
        assert!(super::RULES.as_ref().is_some_and(|rules| rules.comparisons.len() > 10 && rules.remappings.len() > 5));
    }
}
