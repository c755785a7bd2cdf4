//! The derivation: blocks of steps, from which another program can derive every conclusion again (`docs/design.md`, "The derivation").

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::fact::Fact;
use super::indication::Conclusion;

/// How a block comes to its conclusion from its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// The first failed step's `otherwise` or first binding block's conclusion that is not passed; else passed.
    All,
    /// Passed if one binding block passed, else the conclusion of the block that a step `chosen` names by its position.
    Any,
    /// Passed; the chosen time is an input.
    Earliest,
}

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not hold, and that decides.
    Failed,
    /// It does not hold, and the policy lets that pass: a finding.
    Tolerated,
    /// It was not asked, for the reason that the inputs give.
    Skipped,
}

/// A building block of the validation with everything it looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Title of the clause.
    pub name: Cow<'static, str>,
    /// The clause.
    pub clause: Cow<'static, str>,
    /// What was judged: the id of a signature, a certificate, a timestamp.
    pub subject: String,
    /// How the conclusion follows from the steps.
    pub combine: Combine,
    /// What was concluded.
    pub conclusion: Conclusion,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// One step of a block.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Step {
    /// A check and its outcome.
    Check(CheckStep),
    /// Another block; one that is not binding never decides.
    Block {
        /// Whether the block's conclusion counts.
        binding: bool,
        // Shared: what is concluded of a timestamp stands in each place that rests on it.
        /// The block.
        block: Arc<Block>,
    },
}

/// A check that was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckStep {
    /// Id of the check.
    pub check: Cow<'static, str>,
    /// The clause.
    pub clause: Cow<'static, str>,
    /// What became of it.
    pub outcome: Outcome,
    /// The conclusion that follows when it fails; stands wherever the outcome is not passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Conclusion>,
    /// The values compared.
    pub inputs: Inputs,
    /// The check as declared, for its sentences.
    #[serde(skip)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub declared: Option<&'static Check>,
}

/// Named values, in a fixed order.
#[derive(Clone, Debug, Default)]
pub struct Inputs(pub Vec<(Cow<'static, str>, Fact)>);

impl Inputs {
    /// The value called `name`.
    pub fn value(&self, name: &str) -> Option<&Fact> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, fact)| fact)
    }
}

impl Serialize for Inputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, fact) in &self.0 {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Inputs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Inputs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("named values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Inputs, A::Error> {
                let mut members: Vec<(Cow<'static, str>, Fact)> = Vec::new();
                while let Some((name, fact)) = map.next_entry::<String, Fact>()? {
                    if members.iter().any(|(other, _)| *other == name) {
                        return Err(serde::de::Error::custom(format!("`{name}` twice")));
                    }
                    members.push((name.into(), fact));
                }
                Ok(Inputs(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Inputs {
    fn schema_name() -> Cow<'static, str> {
        "Inputs".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let fact = generator.subschema_for::<Fact>();
        schemars::json_schema!({ "type": "object", "additionalProperties": fact })
    }
}

/// The block cannot go on: a required check failed. What was recorded stays.
#[derive(Debug)]
pub struct Stop;

/// The name of the block, beside those that decide, that tells what the verdict would be if the claimed time were proven.
pub(crate) const AS_OF_CLAIMED_TIME: &str = "Validation as of the claimed time";

/// Collects the steps of one block.
#[derive(Debug, Default)]
pub struct Recorder {
    steps: Vec<Step>,
    detail: Detail,
}

/// How much of a derivation is kept. The conclusion is the same: it follows from the failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Every step, with the values compared.
    #[default]
    Steps,
    /// The steps that failed, for a caller who wants the answer and the reasons alone.
    Failures,
}

/// The inputs of a step: `[("expected", fact), ..]`, or a closure that gives them where making them costs and nobody may ask.
pub trait Named {
    /// The inputs, in their order.
    fn named(self) -> Vec<(Cow<'static, str>, Fact)>;
}

impl<const N: usize> Named for [(&'static str, Fact); N] {
    fn named(self) -> Vec<(Cow<'static, str>, Fact)> {
        self.into_iter().map(|(name, fact)| (Cow::Borrowed(name), fact)).collect()
    }
}

impl<const N: usize, F: FnOnce() -> [(&'static str, Fact); N]> Named for F {
    fn named(self) -> Vec<(Cow<'static, str>, Fact)> {
        self().named()
    }
}

impl Block {
    /// Runs the steps of a clause. `?` in `steps` leaves the block at a failed requirement; the conclusion follows from what was recorded.
    pub fn run(
        name: &'static str,
        clause: &'static str,
        subject: impl Into<String>,
        steps: impl FnOnce(&mut Recorder) -> Result<(), Stop>,
    ) -> Self {
        Self::run_in(Detail::Steps, name, clause, subject, steps)
    }

    /// [`Self::run`], keeping as much as `detail` says.
    pub fn run_in(
        detail: Detail,
        name: &'static str,
        clause: &'static str,
        subject: impl Into<String>,
        steps: impl FnOnce(&mut Recorder) -> Result<(), Stop>,
    ) -> Self {
        let mut recorder = Recorder { steps: Vec::new(), detail };
        // Stop says only that the rest was not asked: the conclusion is derived from the steps, like everybody else derives it.
        let _: Result<(), Stop> = steps(&mut recorder);
        Self::concluded(name, clause, subject.into(), Combine::All, recorder.steps)
    }

    /// `block` with further steps behind those it has; its conclusion follows from all of them.
    pub fn run_after(block: Self, steps: impl FnOnce(&mut Recorder)) -> Self {
        let mut recorder = Recorder { steps: block.steps, detail: Detail::Steps };
        steps(&mut recorder);
        let conclusion = conclude(block.combine, &recorder.steps);
        Self { conclusion, steps: recorder.steps, ..block }
    }

    /// A block that passes when one of its blocks does; else it concludes as the block at position `chosen` of the given ones.
    pub fn any(name: &'static str, clause: &'static str, subject: impl Into<String>, alternatives: Vec<Arc<Block>>, chosen: usize) -> Self {
        let mut steps: Vec<Step> = alternatives.into_iter().map(|block| Step::Block { binding: true, block }).collect();
        steps.push(Step::Check(CheckStep {
            check: Cow::Borrowed("chosen"),
            clause: Cow::Borrowed(clause),
            outcome: Outcome::Passed,
            otherwise: None,
            inputs: Inputs([("position", Fact::from(chosen))].named()),
            declared: None,
        }));
        Self::concluded(name, clause, subject.into(), Combine::Any, steps)
    }

    /// A block that passes and names the earliest time of those that its steps tell (§ of the best-signature-time).
    pub fn earliest(
        name: &'static str,
        clause: &'static str,
        subject: impl Into<String>,
        time: crate::time::Time,
        by: &str,
        steps: impl FnOnce(&mut Recorder),
    ) -> Self {
        let mut recorder = Recorder { steps: Vec::new(), detail: Detail::Steps };
        steps(&mut recorder);
        recorder.steps.push(Step::Check(CheckStep {
            check: Cow::Borrowed("chosen"),
            clause: Cow::Borrowed(clause),
            outcome: Outcome::Passed,
            otherwise: None,
            inputs: Inputs([("time", Fact::from(time)), ("by", by.to_owned().into())].named()),
            declared: None,
        }));
        Self::concluded(name, clause, subject.into(), Combine::Earliest, recorder.steps)
    }

    fn concluded(name: &'static str, clause: &'static str, subject: String, combine: Combine, steps: Vec<Step>) -> Self {
        let conclusion = conclude(combine, &steps);
        Self { name: Cow::Borrowed(name), clause: Cow::Borrowed(clause), subject, combine, conclusion, steps }
    }

    /// The block, with an empty one in its place: derivations are long, and each is told once.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self::concluded("", "", String::new(), Combine::All, Vec::new());
        std::mem::replace(self, empty)
    }

    /// Whether this block passed.
    pub fn is_passed(&self) -> bool {
        self.conclusion.is_passed()
    }

    /// The failed checks that stand against this block, in order: the first one decided. Blocks that do not bind are left out; of
    /// alternatives only the chosen one speaks.
    pub fn failures(&self) -> Vec<&CheckStep> {
        let mut found = Vec::new();
        let mut waiting: Vec<&Step> = self.deciding_steps();
        while let Some(step) = waiting.pop() {
            match step {
                Step::Check(check) if check.outcome == Outcome::Failed => found.push(check),
                Step::Block { binding: true, block } if !block.is_passed() => waiting.extend(block.deciding_steps()),
                _ => {}
            }
        }
        found
    }

    /// The steps from which the conclusion follows, last first.
    fn deciding_steps(&self) -> Vec<&Step> {
        match self.combine {
            Combine::All => self.steps.iter().rev().collect(),
            Combine::Any => chosen_position(&self.steps).and_then(|position| self.steps.get(position)).into_iter().collect(),
            Combine::Earliest => Vec::new(),
        }
    }

    /// Every check of this block and of the blocks within, but for those that are about the claimed time.
    pub(crate) fn checks_now(&self) -> Vec<&CheckStep> {
        self.checks_within(|block| block.name != AS_OF_CLAIMED_TIME)
    }

    /// Every check of this block and of the blocks within.
    pub fn checks(&self) -> Vec<&CheckStep> {
        self.checks_within(|_| true)
    }

    fn checks_within(&self, enters: impl Fn(&Block) -> bool) -> Vec<&CheckStep> {
        let mut found = Vec::new();
        let mut waiting: Vec<&Step> = self.steps.iter().rev().collect();
        while let Some(step) = waiting.pop() {
            match step {
                Step::Check(check) => found.push(check),
                Step::Block { block, .. } if enters(block) => waiting.extend(block.steps.iter().rev()),
                Step::Block { .. } => {}
            }
        }
        found
    }
}

/// The conclusion that `steps` give: the rule by which an auditor derives it again.
pub fn conclude(combine: Combine, steps: &[Step]) -> Conclusion {
    match combine {
        Combine::All => steps.iter().find_map(objection).unwrap_or(Conclusion::PASSED),
        Combine::Earliest => Conclusion::PASSED,
        Combine::Any => {
            let blocks =
                || steps.iter().filter_map(|step| if let Step::Block { binding: true, block } = step { Some(block) } else { None });
            if blocks().any(|block| block.is_passed()) {
                return Conclusion::PASSED;
            }
            let chosen = chosen_position(steps).and_then(|position| steps.get(position));
            chosen.and_then(objection).unwrap_or(Conclusion::indeterminate(super::SubIndication::NoCertificateChainFound))
        }
    }
}

fn objection(step: &Step) -> Option<Conclusion> {
    match step {
        Step::Check(check) if check.outcome == Outcome::Failed => check.otherwise,
        Step::Block { binding: true, block } if !block.is_passed() => Some(block.conclusion),
        _ => None,
    }
}

fn chosen_position(steps: &[Step]) -> Option<usize> {
    steps.iter().find_map(|step| match step {
        Step::Check(check) if check.check == "chosen" => match check.inputs.value("position") {
            Some(Fact::Integer(position)) => usize::try_from(*position).ok(),
            _ => None,
        },
        _ => None,
    })
}

impl Recorder {
    /// Asks `check`; a no ends the block.
    ///
    /// # Errors
    /// [`Stop`] when it does not hold.
    pub fn require(&mut self, check: &'static Check, holds: bool, inputs: impl Named) -> Result<(), Stop> {
        if self.ask(check, holds, inputs) { Ok(()) } else { Err(Stop) }
    }

    /// Asks `check`; a no decides, but the block goes on collecting.
    pub fn ask(&mut self, check: &'static Check, holds: bool, inputs: impl Named) -> bool {
        self.record(check, if holds { Outcome::Passed } else { Outcome::Failed }, check.otherwise, inputs);
        holds
    }

    /// [`Self::ask`] where the conclusion of a no is not the declared one, as in a remapping.
    pub fn ask_or(&mut self, check: &'static Check, holds: bool, otherwise: Conclusion, inputs: impl Named) -> bool {
        self.record(check, if holds { Outcome::Passed } else { Outcome::Failed }, otherwise, inputs);
        holds
    }

    /// Asks `check` where the conclusion of a no is not the declared one, as in a remapping.
    ///
    /// # Errors
    /// [`Stop`] when it does not hold.
    pub fn require_or(&mut self, check: &'static Check, holds: bool, otherwise: Conclusion, inputs: impl Named) -> Result<(), Stop> {
        if self.ask_or(check, holds, otherwise, inputs) { Ok(()) } else { Err(Stop) }
    }

    /// The value that `check` asks for.
    ///
    /// # Errors
    /// [`Stop`] when there is none.
    pub fn obtain<T>(&mut self, check: &'static Check, value: Option<T>, inputs: impl Named) -> Result<T, Stop> {
        self.require(check, value.is_some(), inputs)?;
        value.ok_or(Stop)
    }

    /// [`Self::ask`] where it is `enforced`, else [`Self::tolerate`].
    pub fn ask_enforced(&mut self, enforced: bool, check: &'static Check, holds: bool, inputs: impl Named) -> bool {
        if enforced { self.ask(check, holds, inputs) } else { self.tolerate(check, holds, inputs) }
    }

    /// Asks `check`; a no is a finding that does not decide.
    pub fn tolerate(&mut self, check: &'static Check, holds: bool, inputs: impl Named) -> bool {
        self.record(check, if holds { Outcome::Passed } else { Outcome::Tolerated }, check.otherwise, inputs);
        holds
    }

    /// `check` is not asked, for a reason that the inputs give.
    pub fn skip(&mut self, check: &'static Check, inputs: impl Named) {
        self.record(check, Outcome::Skipped, check.otherwise, inputs);
    }

    /// Records a block whose conclusion counts.
    pub fn bind(&mut self, block: impl Into<Arc<Block>>) -> bool {
        let block = block.into();
        let passed = block.is_passed();
        if !(passed && self.detail == Detail::Failures) {
            self.steps.push(Step::Block { binding: true, block });
        }
        passed
    }

    /// Records a block that must pass for this one to go on.
    ///
    /// # Errors
    /// [`Stop`] when it does not pass.
    pub fn require_block(&mut self, block: impl Into<Arc<Block>>) -> Result<(), Stop> {
        if self.bind(block) { Ok(()) } else { Err(Stop) }
    }

    /// Records a block that never decides.
    pub fn attach(&mut self, block: impl Into<Arc<Block>>) {
        if self.detail == Detail::Failures {
            return;
        }
        self.steps.push(Step::Block { binding: false, block: block.into() });
    }

    fn record(&mut self, check: &'static Check, outcome: Outcome, otherwise: Conclusion, inputs: impl Named) {
        if self.detail == Detail::Failures && outcome != Outcome::Failed {
            return;
        }
        self.steps.push(Step::Check(CheckStep {
            check: Cow::Borrowed(check.id),
            clause: Cow::Borrowed(check.clause),
            outcome,
            otherwise: (outcome != Outcome::Passed).then_some(otherwise),
            inputs: Inputs(inputs.named()),
            declared: Some(check),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::super::SubIndication::{FormatFailure, TryLater};
    use super::*;

    crate::report::checks! {
        HARD = "recorder.hard", "test §1", Failed(FormatFailure), "Hard.", "Cứng.";
        SOFT = "recorder.soft", "test §2", Indeterminate(TryLater), "Soft.", "Mềm.";
    }

    #[test]
    fn the_first_failure_concludes_and_later_ones_stay_recorded() {
        let block = Block::run("b", "test", "S1", |r| {
            r.ask(&SOFT, false, []);
            r.require(&HARD, false, [])?;
            r.ask(&SOFT, true, []);
            Ok(())
        });
        assert_eq!(block.conclusion, Conclusion::indeterminate(TryLater));
        assert_eq!(block.failures().len(), 2);
        assert_eq!(block.steps.len(), 2);
        assert_eq!(CHECKS.len(), 2);
    }

    #[test]
    fn what_is_tolerated_skipped_or_not_binding_never_decides() {
        let failed = Block::run("inner", "test", "S1", |r| r.require(&HARD, false, []));
        let block = Block::run("b", "test", "S1", |r| {
            r.tolerate(&SOFT, false, []);
            r.skip(&HARD, []);
            r.attach(failed.clone());
            Ok(())
        });
        assert!(block.is_passed());
        let binding = Block::run("b", "test", "S1", |r| r.require_block(failed));
        assert_eq!(binding.conclusion, Conclusion::failed(FormatFailure));
    }

    #[test]
    fn of_alternatives_one_that_passes_is_enough_else_the_chosen_one_speaks() {
        let bad = || Block::run("bad", "test", "p", |r| r.require(&HARD, false, []));
        let soft = || Block::run("soft", "test", "p", |r| r.require(&SOFT, false, []));
        let good = || Block::run("good", "test", "p", |_| Ok(()));
        assert!(Block::any("any", "test", "p", vec![bad().into(), good().into()], 1).is_passed());
        assert_eq!(Block::any("any", "test", "p", vec![bad().into(), soft().into()], 1).conclusion, Conclusion::indeterminate(TryLater));
        assert_eq!(Block::any("any", "test", "p", vec![bad().into(), soft().into()], 1).failures().len(), 1);
    }
}
