//! What may and what must stand in a block: the grammar of derivations, `docs/report.grammar.json`, told from every report of the test vectors
//! (`docs/report.md`, "The grammar")

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::{Audit, conclusion, list, member_of, text};
use crate::report::indication::Conclusion;

static GRAMMAR: LazyLock<Option<Grammar>> = LazyLock::new(|| serde_json::from_str(include_str!("../../../docs/report.grammar.json")).ok());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grammar {
    /// The blocks that may be the `checks` of the document and of each kind of entry.
    roots: BTreeMap<String, Vec<String>>,
    /// Checks of limits: they stand wherever something is counted.
    anywhere: Vec<String>,
    cut: Cut,
    blocks: BTreeMap<String, Production>,
    inputs: BTreeMap<String, Named>,
}

/// Where a derivation grew to its limit: of some blocks only what failed is told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cut {
    /// The check that says so where it is tolerated: last in such a block, or before it.
    check: String,
    /// Fewer checks in all of a report are no reason for it.
    from: usize,
}

/// What stands in a block.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Production {
    /// Whether nothing may stand in it.
    #[serde(default)]
    empty: bool,
    steps: BTreeMap<String, Place>,
}

/// How a check or a block stands in another block.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    due: Option<Due>,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    outcomes: Vec<String>,
    binding: Option<Binding>,
}

/// Where a step must stand: in every block, or in every one that passed.
#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Due {
    Always,
    Passed,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Binding {
    Is(bool),
    /// It binds unless this check passed beside it.
    Unless(String),
}

/// The names of the inputs, sorted, of the check when asked and when skipped.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default)]
    asked: Vec<Vec<String>>,
    #[serde(default)]
    skipped: Vec<Vec<String>>,
}

impl<'a> Audit<'a> {
    /// Everything in the block `root` of the entry `at`, which is of this `kind`.
    pub(super) fn grammar(&mut self, at: &str, kind: &str, root: &'a Value) {
        let Some(grammar) = GRAMMAR.as_ref() else { return self.hold(false, at, "the grammar is unreadable") };
        let may_be = grammar.roots.get(kind).is_some_and(|known| known.contains(&key(root)));
        self.hold(may_be, at, format!("`{}` derives nothing about a `{kind}`", text(root, "name")));
        for (block, is_cut) in blocks_cut(&grammar.cut, root) {
            match grammar.blocks.get(&key(block)) {
                Some(production) if is_cut => self.cut(at, grammar, production, block),
                Some(production) => self.production(at, grammar, production, block),
                None => self.hold(false, at, format!("`{}` is no block", text(block, "name"))),
            }
        }
    }

    /// A block of which only what failed is told.
    fn cut(&mut self, at: &str, grammar: &Grammar, production: &Production, block: &'a Value) {
        let (name, steps) = (text(block, "name"), list(block, "steps"));
        self.hold(self.told >= grammar.cut.from, at, format!("`{name}` is cut short in a report that is short itself"));
        for step in steps.iter().filter(|step| step.get("block").is_none()) {
            let is_told = text(step, "outcome") == "failed" || ["chosen", &grammar.cut.check].contains(&text(step, "check"));
            self.hold(is_told, at, format!("`{}` did not fail and stands in `{name}`, which is cut short", text(step, "check")));
        }
        self.steps(at, grammar, production, block);
    }

    fn production(&mut self, at: &str, grammar: &Grammar, production: &Production, block: &'a Value) {
        let (name, steps) = (text(block, "name"), list(block, "steps"));
        self.hold(production.empty || !steps.is_empty(), at, format!("nothing stands in `{name}`"));
        let passed = conclusion(member_of(block, "conclusion")) == Some(Conclusion::PASSED);
        for (due, place) in &production.steps {
            let count = steps.iter().filter(|step| step_key(step) == *due).count();
            let asked = place.due.as_ref().is_some_and(|due| *due == Due::Always || passed);
            self.hold(count > 0 || !asked, at, format!("`{due}` is missing in `{name}`"));
            self.hold(count < 2 || !place.once, at, format!("`{due}` stands {count} times in `{name}`"));
        }
        self.steps(at, grammar, production, block);
    }

    fn steps(&mut self, at: &str, grammar: &Grammar, production: &Production, block: &'a Value) {
        let (name, steps) = (text(block, "name"), list(block, "steps"));
        for step in steps {
            let id = step_key(step);
            match production.steps.get(&id) {
                Some(place) if step.get("block").is_some() => {
                    let binds = step.get("binding") == Some(&Value::Bool(true));
                    self.hold(place.binds(steps).is_none_or(|due| due == binds), at, format!("whether `{id}` binds in `{name}`"));
                }
                Some(place) => {
                    let outcome = text(step, "outcome");
                    let may_be = place.outcomes.iter().any(|one| one == outcome);
                    self.hold(may_be, at, format!("`{id}` is never {outcome} in `{name}`"));
                }
                None => {
                    let counts = grammar.anywhere.contains(&id) && text(step, "outcome") != "skipped";
                    self.hold(counts, at, format!("`{id}` does not stand in `{name}`"));
                }
            }
            self.hold(step.get("block").is_some() || is_named(grammar, step), at, format!("`{id}` compares other values"));
        }
    }
}

/// `root` and every block within, and whether of each only what failed is told.
fn blocks_cut<'a>(cut: &Cut, root: &'a Value) -> Vec<(&'a Value, bool)> {
    let says_so = |step: &Value| text(step, "check") == cut.check && text(step, "outcome") == "tolerated";
    let (mut found, mut waiting) = (Vec::new(), vec![(root, false)]);
    while let Some((block, is_cut)) = waiting.pop() {
        let steps = list(block, "steps");
        let is_cut = is_cut || steps.last().is_some_and(says_so);
        found.push((block, is_cut));
        let mut follows = is_cut;
        for step in steps {
            follows |= says_so(step);
            waiting.extend(step.get("block").map(|block| (block, follows)));
        }
    }
    found
}

impl Place {
    fn binds(&self, beside: &[Value]) -> Option<bool> {
        match self.binding.as_ref()? {
            Binding::Is(binds) => Some(*binds),
            Binding::Unless(id) => Some(!beside.iter().any(|step| text(step, "check") == id && text(step, "outcome") == "passed")),
        }
    }
}

/// Whether the inputs of a check have the names that they have.
fn is_named(grammar: &Grammar, step: &Value) -> bool {
    let Some(named) = grammar.inputs.get(text(step, "check")) else { return false };
    let mut names: Vec<&str> = member_of(step, "inputs").as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let known = if text(step, "outcome") == "skipped" { &named.skipped } else { &named.asked };
    known.iter().any(|one| *one == names)
}

/// By what the grammar knows a step: the id of a check, or the block.
fn step_key(step: &Value) -> String {
    step.get("block").map_or_else(|| text(step, "check").to_owned(), key)
}

fn key(block: &Value) -> String {
    [text(block, "name"), text(block, "clause"), text(block, "combine")].join(" | ")
}
