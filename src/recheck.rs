//! The report rechecked: every fact on which a conclusion rests recomputed from the inputs that the report names (`docs/report.md`)

use std::collections::BTreeSet;

use serde_json::Value;

use crate::context::Context;
use crate::document::Document;
use crate::report::{Fact, Fault};
use crate::verifying::judged;

/// What a recheck found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recheck {
    /// What is not so. Nothing: the report holds, as far as there was enough to say.
    pub faults: Vec<Fault>,
    /// Ids of evidence and anchors that the report names and that were not given. With any missing, other facts cannot be recomputed.
    pub missing: Vec<String>,
}

impl Recheck {
    /// Whether every fact was recomputed and is as the report has it.
    pub fn holds(&self) -> bool {
        self.faults.is_empty() && self.missing.is_empty()
    }
}

/// Members that say who told and in which words, not what is so.
const WORDS: [&str; 3] = ["tool", "en", "vi"];
/// More faults are not told: one report that is about something else has thousands.
const MOST_FAULTS: usize = 1_000;

/// Recomputes the facts of `report`. Time and existence are taken from `context`, as everything else is.
pub(crate) fn recheck(report: &Value, document: &Document<'_>, context: &Context<'_>) -> Recheck {
    let judged = judged(document, context, None);
    let given: BTreeSet<String> = judged.evidence.all_digests().into_iter().map(|id| Fact::sha256(id).to_text().into_owned()).collect();
    let known = |id: &str| given.contains(id);
    let evidence = named(report, "evidence", "id").into_iter().filter(|id| !known(id));
    let anchors =
        named(report, "trust_anchors", "sha256").into_iter().filter(|id| !context.anchors.iter().any(|anchor| anchor.id() == *id));
    let missing: Vec<String> = evidence.chain(anchors).map(str::to_owned).collect();
    let again = serde_json::to_value(&judged.report).unwrap_or(Value::Null);
    let mut faults = Vec::new();
    if missing.is_empty() {
        compare(report, &again, &mut faults);
    } else {
        // What does not depend on them can be said all the same.
        for member in ["document", "policy", "time", "existence"] {
            let of = |value: &Value| value.get("inputs").and_then(|inputs| inputs.get(member)).cloned().unwrap_or(Value::Null);
            compare_at(format!("/inputs/{member}"), &of(report), &of(&again), &mut faults);
        }
    }
    Recheck { faults, missing }
}

fn named<'a>(report: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    let listed = report.get("inputs").and_then(|inputs| inputs.get(list)).and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(|one| one.get(member)?.as_str()).collect()
}

fn compare(report: &Value, again: &Value, faults: &mut Vec<Fault>) {
    compare_at(String::new(), report, again, faults);
}

/// Every leaf of the one against that of the other, by its JSON pointer.
fn compare_at(at: String, report: &Value, again: &Value, faults: &mut Vec<Fault>) {
    let mut waiting = vec![(at, report, again)];
    while let Some((at, told, found)) = waiting.pop() {
        if faults.len() >= MOST_FAULTS {
            return;
        }
        match (told, found) {
            (Value::Object(told), Value::Object(found)) => {
                let keys = found.keys().chain(told.keys().filter(|key| !found.contains_key(*key)));
                for key in keys.filter(|key| !WORDS.contains(&key.as_str())) {
                    waiting.push((format!("{at}/{key}"), told.get(key).unwrap_or(&Value::Null), found.get(key).unwrap_or(&Value::Null)));
                }
            }
            (Value::Array(told), Value::Array(found)) => {
                if told.len() != found.len() {
                    faults.push(Fault { at, what: format!("{} elements, recomputed {}", told.len(), found.len()) });
                    continue;
                }
                for (index, (told, found)) in told.iter().zip(found).enumerate() {
                    waiting.push((format!("{at}/{index}"), told, found));
                }
            }
            (told, found) if told == found => {}
            (told, found) => faults.push(Fault { at, what: format!("{told}, recomputed {found}") }),
        }
    }
}
