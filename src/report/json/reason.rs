//! A failed check in words

use serde::{Deserialize, Serialize};

use crate::report::recorder::{Block, CheckStep};

/// A failed check in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Id of the check.
    pub check: String,
    /// English.
    pub en: String,
    /// Vietnamese.
    pub vi: String,
}

impl Reason {
    /// The failed `step` in words.
    pub fn of(step: &CheckStep) -> Self {
        let (en, vi) = step.declared.map_or(("", ""), |check| (check.sentences.en, check.sentences.vi));
        let value = |name: &str| step.inputs.value(name).map(|fact| fact.to_text().into_owned());
        Self { check: step.check.to_string(), en: filled(en, value), vi: filled(vi, value) }
    }

    /// The reasons of a block, the deciding one first, each check once.
    pub fn all_of(block: &Block) -> Vec<Self> {
        let mut reasons: Vec<Self> = Vec::new();
        for step in block.failures() {
            let reason = Self::of(step);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }
}

/// `sentence` with `{name}` replaced by the input of that name.
pub(in crate::report) fn filled(sentence: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        text.push_str(&value(name).unwrap_or_else(|| "?".into()));
        rest = after;
    }
    text.push_str(rest);
    text
}
