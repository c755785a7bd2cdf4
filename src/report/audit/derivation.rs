//! Blocks: each conclusion from its steps, each step from its check

use serde_json::Value;

use super::{Audit, conclusion, list, member_of, shown, text};
use crate::report::indication::Conclusion;
use crate::report::recorder::AS_OF_CLAIMED_TIME;

/// More nesting than a reader of JSON lets through anyway.
const DEEPEST: usize = 128;

impl<'a> Audit<'a> {
    /// Everything in the block `root` of the entry `at`.
    pub(super) fn derivation(&mut self, at: &str, root: &'a Value) {
        self.mending(at, root);
        for block in blocks(root) {
            let name = text(block, "name");
            let concluded = conclusion(member_of(block, "conclusion"));
            let derived = derive(block);
            self.hold(
                concluded.is_some() && derived == concluded,
                at,
                format!("the conclusion of `{name}` does not follow from its steps"),
            );
            self.hold(
                !text(block, "clause").is_empty() && block.get("subject").is_some_and(Value::is_string),
                at,
                "a block without clause",
            );
            let chosen = list(block, "steps").iter().filter(|step| text(step, "check") == "chosen").count();
            let due = usize::from(text(block, "combine") != "all");
            self.hold(chosen == due, at, format!("`{name}` names what was chosen {chosen} times"));
            for step in list(block, "steps") {
                self.step(at, root, block, step);
            }
        }
    }

    fn step(&mut self, at: &str, root: &'a Value, block: &'a Value, step: &'a Value) {
        if step.get("block").is_some() {
            self.hold(step.get("binding").is_some_and(Value::is_boolean), at, "a block that is neither binding nor not");
            return;
        }
        let (id, outcome) = (text(step, "check"), text(step, "outcome"));
        let otherwise = step.get("otherwise").map(conclusion);
        if id == "chosen" {
            let plain = outcome == "passed" && otherwise.is_none() && text(step, "clause") == text(block, "clause");
            self.hold(plain, at, "`chosen` is more than a name");
            return;
        }
        let Some(check) = self.checks.get(id).copied() else {
            self.hold(false, at, format!("`{id}` is no check"));
            return;
        };
        self.hold(text(step, "clause") == check.clause, at, format!("`{id}` is asked by {}", check.clause));
        self.hold(["passed", "failed", "tolerated", "skipped"].contains(&outcome), at, format!("`{id}`: no such outcome"));
        self.hold(member_of(step, "inputs").is_object(), at, format!("`{id}` has no inputs"));
        match otherwise {
            None => self.hold(outcome == "passed", at, format!("`{id}` did not pass and says nothing of what follows")),
            Some(found) => {
                self.hold(outcome != "passed", at, format!("`{id}` passed and has another conclusion all the same"));
                let fits = found.is_some_and(|found| found == check.otherwise || super::otherwise::remapped(step, found, root));
                self.hold(fits, at, format!("`{id}` does not conclude so"));
            }
        }
        if let Some(holds) = super::comparisons::holds(id, member_of(step, "inputs")) {
            let asked = outcome != "skipped";
            self.hold(!asked || holds == (outcome == "passed"), at, format!("`{id}` is not what its inputs say"));
        }
    }

    /// The reasons that follow from the failures of `root`, as `{check, en, vi}`.
    pub(super) fn reasons(&self, root: &Value) -> Vec<Value> {
        let mut reasons: Vec<Value> = Vec::new();
        for step in failures(root) {
            let id = text(step, "check");
            let sentences = self.checks.get(id).map(|check| check.sentences);
            let (en, vi) = sentences.map_or(("", ""), |both| (both.en, both.vi));
            let value = |name: &str| member_of(step, "inputs").get(name).map(shown);
            let filled = |sentence| crate::report::json::filled(sentence, value);
            let reason = serde_json::json!({ "check": id, "en": filled(en), "vi": filled(vi) });
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }
}

/// `root` and every block within, but for the one that tells what the verdict would be.
pub(super) fn blocks_now(root: &Value) -> Vec<&Value> {
    blocks_in(root, |block| text(block, "name") != AS_OF_CLAIMED_TIME)
}

/// `root` and every block within.
pub(super) fn blocks(root: &Value) -> Vec<&Value> {
    blocks_in(root, |_| true)
}

fn blocks_in(root: &Value, enters: impl Fn(&Value) -> bool) -> Vec<&Value> {
    let (mut found, mut waiting) = (Vec::new(), vec![root]);
    while let Some(block) = waiting.pop() {
        found.push(block);
        waiting.extend(list(block, "steps").iter().rev().filter_map(|step| step.get("block")).filter(|block| enters(block)));
    }
    found
}

/// What a block concludes by its steps (`docs/report.md`, "Blocks"); `None` where they say nothing.
fn derive(block: &Value) -> Option<Conclusion> {
    let steps = list(block, "steps");
    match text(block, "combine") {
        "all" => match steps.iter().find_map(objection) {
            None => Some(Conclusion::PASSED),
            Some(objection) => objection,
        },
        "any" => {
            let passes = |step: &Value| step.get("binding") == Some(&Value::Bool(true)) && objection(step).is_none();
            if steps.iter().any(passes) { Some(Conclusion::PASSED) } else { objection(chosen(block)?)? }
        }
        "earliest" => Some(Conclusion::PASSED),
        _ => None,
    }
}

/// What a step says against its block: nothing, a conclusion, or something that is none.
fn objection(step: &Value) -> Option<Option<Conclusion>> {
    match step.get("block") {
        Some(block) if step.get("binding") == Some(&Value::Bool(true)) => {
            let found = conclusion(member_of(block, "conclusion"));
            if found == Some(Conclusion::PASSED) { None } else { Some(found) }
        }
        Some(_) => None,
        None if text(step, "outcome") == "failed" => Some(conclusion(member_of(step, "otherwise"))),
        None => None,
    }
}

/// The step that `chosen` names by its position.
fn chosen(block: &Value) -> Option<&Value> {
    let steps = list(block, "steps");
    let named = steps.iter().find(|step| text(step, "check") == "chosen")?;
    let position = usize::try_from(member_of(member_of(named, "inputs"), "position").as_u64()?).ok()?;
    steps.get(position)
}

/// The failed checks that stand against `root`, the deciding one first (`Block::failures`).
pub(super) fn failures(root: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut waiting: Vec<(&Value, usize)> = deciding(root).into_iter().map(|step| (step, 0)).collect();
    while let Some((step, depth)) = waiting.pop() {
        match step.get("block") {
            Some(block) => {
                let passed = conclusion(member_of(block, "conclusion")) == Some(Conclusion::PASSED);
                if step.get("binding") == Some(&Value::Bool(true)) && !passed && depth < DEEPEST {
                    waiting.extend(deciding(block).into_iter().map(|step| (step, depth.saturating_add(1))));
                }
            }
            None if text(step, "outcome") == "failed" => found.push(step),
            None => {}
        }
    }
    found
}

/// The steps from which the conclusion follows, last first.
fn deciding(block: &Value) -> Vec<&Value> {
    match text(block, "combine") {
        "all" => list(block, "steps").iter().rev().collect(),
        "any" => chosen(block).into_iter().collect(),
        _ => Vec::new(),
    }
}
