//! Budgets: what one verdict may cost (`Limits`), and what is left of it (`Budget`).

use std::cell::Cell;

use serde::{Deserialize, Serialize};

/// The most that reading and judging one document may use. Part of the policy, so its values are in the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// Nesting of arrays, dictionaries, ASN.1 values.
    pub nesting: u32,
    /// Octets that one stream may inflate to.
    pub inflated_stream: u64,
    /// Octets that all streams of one document may inflate to.
    pub inflated_document: u64,
    /// Indirect objects named by all cross-references of one document.
    pub objects: u64,
    /// Cross-reference sections of one document.
    pub revisions: u64,
    /// Signatures and document timestamps of one document.
    pub signatures: u64,
    /// Changed objects of later revisions compared for one verdict.
    pub changes: u64,
    /// Nodes and attributes of one XML document.
    pub xml_nodes: u64,
    /// Attributes of one XML element, namespace declarations among them.
    pub xml_attributes: u64,
    /// References of one signature, those of its manifests among them.
    pub references: u64,
    /// Transforms of one reference.
    pub transforms: u64,
    /// Octets that references and timestamps of one document are over.
    pub referenced_octets: u64,
    /// Candidate certification paths tried for one verdict.
    pub paths: u64,
    /// Comparisons of names with name constraints, and nodes and edges of certificate policies, for one verdict.
    pub constraints: u64,
    /// Signature values checked for one verdict.
    pub signature_checks: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nesting: 256,
            inflated_stream: 512 << 20,
            inflated_document: 2 << 30,
            objects: 4_000_000,
            revisions: 10_000,
            signatures: 1_000,
            changes: 1_000_000,
            xml_nodes: 20_000_000,
            xml_attributes: 1_000,
            references: 1_000,
            transforms: 16,
            referenced_octets: 2 << 30,
            paths: 1_000,
            constraints: 250_000,
            signature_checks: 5_000,
        }
    }
}

/// A quantity that runs out: `limit` units, some of them spent.
#[derive(Debug)]
pub struct Budget {
    /// Name of the limit as it stands in the report: `limit.<name>`.
    pub name: &'static str,
    limit: u64,
    spent: Cell<u64>,
    /// What each question may spend whatever others spent before it.
    assured: u64,
    /// What the question in hand has spent.
    own: Cell<u64>,
}

/// The budget called `name` is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limit {name} of {limit} reached")]
pub struct Exhausted {
    /// See [`Budget::name`].
    pub name: &'static str,
    /// The limit that was reached.
    pub limit: u64,
}

impl Budget {
    /// A fresh budget.
    pub fn new(name: &'static str, limit: u64) -> Self {
        Self { name, limit, spent: Cell::new(0), assured: 0, own: Cell::new(0) }
    }

    /// A budget of several questions, of which each may spend `assured` of it in any case: nobody who makes one of them costly takes that from the
    /// others. A question alone has the whole limit and no more.
    pub fn shared(name: &'static str, limit: u64, assured: u64) -> Self {
        Self { assured: assured.min(limit), ..Self::new(name, limit) }
    }

    /// Another question begins: one with its assured part, or one for which only what others left is there.
    pub fn begin(&self, is_assured: bool) {
        self.own.set(if is_assured { 0 } else { self.assured });
    }

    /// Spends `units`.
    ///
    /// # Errors
    /// [`Exhausted`] when less than `units` is left; the budget is then empty for good, but for what is assured to other questions.
    pub fn spend(&self, units: u64) -> Result<(), Exhausted> {
        let own = self.own.get().saturating_add(units);
        self.own.set(own);
        if own <= self.assured {
            return Ok(());
        }
        match self.spent.get().checked_add(units).filter(|spent| *spent <= self.limit && own <= self.limit) {
            Some(spent) => {
                self.spent.set(spent);
                Ok(())
            }
            None => {
                self.own.set(u64::MAX);
                self.spent.set(u64::MAX);
                Err(Exhausted { name: self.name, limit: self.limit })
            }
        }
    }

    /// The whole of it.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// What is left.
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.spent.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_to_its_limit_and_no_further() {
        let budget = Budget::new("paths", 3);
        assert_eq!(budget.spend(2), Ok(()));
        assert_eq!(budget.left(), 1);
        assert_eq!(budget.spend(1), Ok(()));
        assert_eq!(budget.spend(1), Err(Exhausted { name: "paths", limit: 3 }));
    }

    #[test]
    fn what_one_question_spends_is_not_taken_from_the_assured_part_of_another() {
        let budget = Budget::shared("paths", 5, 2);
        assert!((0..5).all(|_| budget.spend(1).is_ok()));
        assert!(budget.spend(1).is_err(), "a question alone has the limit and no more");
        budget.begin(true);
        assert_eq!([(); 3].map(|()| budget.spend(1).is_ok()), [true, true, false]);
        budget.begin(false);
        assert!(budget.spend(1).is_err());
    }

    #[test]
    fn what_is_assured_is_no_more_than_the_limit() {
        let budget = Budget::shared("paths", 1, 2);
        assert_eq!([(); 2].map(|()| budget.spend(1).is_ok()), [true, false]);
    }

    #[test]
    fn an_exhausted_budget_stays_exhausted() {
        let budget = Budget::new("paths", 3);
        assert!(budget.spend(4).is_err());
        assert!(budget.spend(1).is_err());
    }
}
