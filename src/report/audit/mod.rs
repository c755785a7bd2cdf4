//! The report audited: every conclusion derived again from the steps, without cryptography and without the document (`docs/report.md`)
//!
//! What is read here is the JSON form alone, as any other program reads it, and nothing of it is believed.

mod comparisons;
mod derivation;
mod document;
mod entries;
mod grammar;
mod mending;
mod otherwise;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::check::Check;
use super::indication::Conclusion;

/// Something in a report that does not follow from the rest of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where: the id of an entry, `conclusion`, `inputs`.
    pub at: String,
    /// What, in words.
    pub what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Derives every conclusion of `report` again. `checks` are those that a report can name. Nothing found: it holds.
pub(crate) fn audit(report: &Value, checks: &[&'static Check]) -> Vec<Fault> {
    let checks = checks.iter().map(|check| (check.id, *check)).collect();
    let roots = list(report, "signatures").iter().map(|entry| member_of(entry, "checks"));
    let told = roots.flat_map(derivation::blocks).map(|block| list(block, "steps").len()).sum();
    let evidence = list(member_of(report, "inputs"), "evidence").iter().map(|piece| text(piece, "id")).collect();
    let mut audit = Audit { report, checks, evidence, told, faults: Vec::new() };
    audit.head();
    audit.entries();
    audit.document();
    audit.wants();
    audit.faults
}

/// One report under audit.
struct Audit<'a> {
    report: &'a Value,
    checks: BTreeMap<&'static str, &'static Check>,
    /// The ids of all evidence.
    evidence: BTreeSet<&'a str>,
    /// How many steps the derivations of its entries have.
    told: usize,
    faults: Vec<Fault>,
}

impl<'a> Audit<'a> {
    fn hold(&mut self, holds: bool, at: &str, what: impl Into<String>) {
        if !holds {
            self.faults.push(Fault { at: at.into(), what: what.into() });
        }
    }

    fn head(&mut self) {
        let report = self.report;
        self.hold(text(report, "schema") == super::json::SCHEMA, "schema", "another form of report, or none");
        self.hold(!text(member_of(report, "tool"), "name").is_empty(), "tool", "no program is named");
        for member in ["inputs", "conclusion", "document"] {
            self.hold(member_of(report, member).is_object(), member, "missing");
        }
        for member in ["signatures", "wants"] {
            self.hold(member_of(report, member).is_array(), member, "missing");
        }
    }

    fn wants(&mut self) {
        let report = self.report;
        let known = self.named();
        for want in list(report, "wants") {
            let (why, subject) = (text(want, "why"), text(want, "for"));
            self.hold(self.checks.contains_key(why), "wants", format!("`{why}` is no check"));
            let told = subject == "document" || subject.starts_with("sha256:") || known.contains(&subject);
            self.hold(told, "wants", format!("`{subject}` is nothing in this report"));
        }
    }

    /// The ids of signatures and timestamps.
    fn named(&self) -> Vec<&'a str> {
        let own = list(self.report, "signatures").iter();
        own.flat_map(|entry| std::iter::once(entry).chain(list(entry, "timestamps"))).map(|one| text(one, "id")).collect()
    }
}

/// The member called `name`; null where there is none.
fn member_of<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

/// The text called `name`; empty where there is none.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    member_of(value, name).as_str().unwrap_or_default()
}

/// The array called `name`; empty where there is none.
fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    member_of(value, name).as_array().map_or(&[], Vec::as_slice)
}

/// `indication` and `sub_indication` of an object.
fn conclusion(value: &Value) -> Option<Conclusion> {
    let found = Conclusion::deserialize(value).ok()?;
    let bare = matches!(found.indication, super::Indication::TotalPassed | super::Indication::NoSignature);
    (bare == found.sub_indication.is_none()).then_some(found)
}

/// As a sentence shows it (`Fact::to_text`).
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
