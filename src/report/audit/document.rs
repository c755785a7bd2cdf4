//! The document: the worst of its entries, and what is said of it as a whole

use serde_json::Value;

use super::entries::{CLASSES, class, is_timestamp};
use super::{Audit, conclusion, list, member_of, text};
use crate::report::indication::{Conclusion, Indication};

fn is_counted(entry: &Value) -> bool {
    matches!(text(entry, "kind"), "signature" | "counter_signature" | "unsupported")
}

fn gravity(entry: &Value) -> u8 {
    match conclusion(entry).map(|found| found.indication) {
        Some(Indication::TotalFailed) => 2,
        Some(Indication::Indeterminate) => 1,
        _ => 0,
    }
}

impl<'a> Audit<'a> {
    pub(super) fn document(&mut self) {
        let report = self.report;
        let at = "conclusion";
        let told = member_of(report, at);
        let root = member_of(told, "checks");
        self.derivation(at, root);
        self.grammar(at, "document", root);
        let concluded = conclusion(told);
        self.hold(concluded.is_some() && concluded == conclusion(member_of(root, "conclusion")), at, "not what its checks conclude");
        let mut counted: Vec<&Value> = list(report, "signatures").iter().filter(|entry| is_counted(entry)).collect();
        if counted.is_empty() {
            counted = list(report, "signatures").iter().filter(|entry| is_timestamp(entry)).collect();
        }
        // Of equally grave entries the first one speaks.
        let worst = counted.iter().rev().copied().max_by_key(|entry| gravity(entry));
        let steps = list(root, "steps");
        let step = |id: &str| steps.iter().find(|step| text(step, "check") == id);
        if let Some(present) = step("verdict.signature_present") {
            let ids: Vec<&str> = counted.iter().map(|entry| text(entry, "id")).collect();
            let given: Vec<&str> = list(member_of(present, "inputs"), "counted").iter().filter_map(Value::as_str).collect();
            self.hold(given == ids, at, "the entries that count are others");
            self.hold((text(present, "outcome") == "passed") == worst.is_some(), at, "whether there is a signature");
            self.hold(worst.is_none() || step("verdict.entries_passed").is_some(), at, "the entries do not count");
        } else {
            // What cannot be opened shows no entries.
            self.hold(counted.is_empty() && concluded != Some(Conclusion::PASSED), at, "nobody asked for signatures");
        }
        self.worst(at, step("verdict.entries_passed"), worst);
        let reasons = self.document_reasons(root, worst);
        self.hold(list(told, "reasons") == reasons, at, "its reasons are not the failed checks");
        self.facts();
    }

    fn worst(&mut self, at: &str, step: Option<&'a Value>, worst: Option<&'a Value>) {
        let (Some(step), Some(worst)) = (step, worst) else { return };
        let found = conclusion(worst);
        let inputs = member_of(step, "inputs");
        let named = text(inputs, "worst") == text(worst, "id");
        let said = found.is_some_and(|found| found.to_string() == text(inputs, "conclusion"));
        self.hold(named && said, at, "the worst entry is another one");
        self.hold((text(step, "outcome") == "passed") == (found == Some(Conclusion::PASSED)), at, "whether the worst entry passed");
    }

    /// Where an entry did not pass, what it says itself is told instead.
    fn document_reasons(&self, root: &Value, worst: Option<&Value>) -> Vec<Value> {
        let mut reasons: Vec<Value> = Vec::new();
        for reason in self.reasons(root) {
            let told = match worst {
                Some(worst) if text(&reason, "check") == "verdict.entries_passed" => list(worst, "reasons").to_vec(),
                _ => vec![reason],
            };
            for reason in told {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
        reasons
    }

    fn facts(&mut self) {
        let (report, at) = (self.report, "document");
        let (facts, entries) = (member_of(report, at), list(report, "signatures"));
        let count = entries.iter().filter(|entry| is_counted(entry)).count();
        self.hold(facts.get("signatures").and_then(Value::as_u64) == u64::try_from(count).ok(), at, "another number of signatures");
        let is_true = |value: &Value, member: &str| value.get(member) == Some(&Value::Bool(true));
        let covers = |entry: &Value| {
            is_counted(entry)
                && conclusion(entry) == Some(Conclusion::PASSED)
                && (is_true(member_of(entry, "coverage"), "whole_document") || is_true(member_of(entry, "modifications"), "permitted"))
        };
        let covered = Value::Bool(entries.iter().any(covers));
        self.hold(facts.get("covered_by_valid_signature") == Some(&covered), at, "whether a valid signature covers it");
        let later = entries.iter().filter_map(|entry| class(entry.get("modifications")?)).max().unwrap_or(0);
        self.hold(Some(&text(facts, "later_changes")) == CLASSES.get(later), at, "the gravest later change is another one");
    }
}
