//! ISO 32000-2 §12.8.2.2 — DocMDP: one later revision beside the signed one, and what the rules have explained of it so far

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::difference::{Changed, Difference, Nature, revision_before};
use super::explanation::{Explanation, Objection, Rule, UNEXPLAINED};
use super::font::Fonts;
use super::new_field::NewWidget;
use super::node::Node;
use super::references::{Place, References, each_reference};
use super::same::same;
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Object, Reference};
use crate::limits::Budget;
use crate::report::Check;
use crate::report::json::ChangeKind;

/// A later revision beside the signed one.
pub(super) struct Step<'s, 'p, 'a> {
    /// The document as signed.
    pub signed: View<'p, 'a>,
    /// The document as of the later revision.
    pub later: View<'p, 'a>,
    /// The document as of the revision before, when that is later than the signed one too: what it has was judged with it.
    pub before: Option<View<'p, 'a>>,
    /// What the later revision mentions.
    pub difference: &'s Difference,
    /// What these rules may cost.
    pub budget: &'s Budget,
    references: &'s OnceCell<References>,
    base: usize,
    /// What is known of fonts.
    pub fonts: &'s Fonts,
    /// By object number.
    pub explanations: BTreeMap<u32, Explanation>,
    /// What no object can answer for.
    pub of_trailer: Vec<Explanation>,
    /// Changes of how values are shown: permitted only where a value changes with them.
    pub shown: Vec<(Node, String)>,
    /// New streams of a document security store that are no certificate, CRL or OCSP response.
    pub unread_evidence: Vec<Reference>,
    /// Streams that a document security store had and has no more.
    pub lost_evidence: Vec<Reference>,
    /// What the widgets of new signatures cover, those of older later revisions included.
    pub covered: Covered,
    /// Whether the rules look at a field that an older later revision signed: a change of it is no part of the signing.
    pub signed_before: bool,
    /// Whether the form has fields other than signature fields, when that was asked.
    pub has_values: Option<bool>,
    /// Whether some field was filled or signed.
    pub filled: bool,
    /// Whether the value of some field was, and not only that of signature fields.
    pub value_filled: bool,
    /// The widgets of new signature fields that were looked at.
    pub widgets: BTreeMap<Reference, NewWidget>,
    /// New objects that something leads to which was judged, by number: what else leads to them was not.
    pub led_to: BTreeSet<u32>,
    /// Fields whose appearance could not be compared with their value.
    pub not_compared: Vec<String>,
    /// New signatures over letters of a page, and over how many.
    pub over_text: Vec<(String, usize)>,
    /// Appearances over older signatures and marks, and over how much of which.
    pub over_older: Vec<(String, String)>,
    /// How many appearances of older signatures new ones were measured against.
    pub older_signatures: usize,
    /// New signature fields that an older later revision brought, not looked at yet, with their places in `/Fields`.
    pub known_fields: Vec<(Reference, usize)>,
}

/// By how much each widget covers each page, by its path, and each older annotation; and all of them together.
#[derive(Debug, Default)]
pub(super) struct Covered {
    pub pages: Sums<String>,
    pub annotations: Sums<Reference>,
}

/// What each widget has of something, and the sum.
#[derive(Debug)]
pub(super) struct Sums<K> {
    parts: BTreeMap<(K, Reference), f64>,
    sums: BTreeMap<K, f64>,
}

impl<K> Default for Sums<K> {
    fn default() -> Self {
        Self { parts: BTreeMap::new(), sums: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Sums<K> {
    /// Sets what `widget` has of `of`; the sum.
    pub fn set(&mut self, of: &K, widget: Reference, part: f64) -> f64 {
        let before = self.parts.insert((of.clone(), widget), part).unwrap_or(0.0);
        let sum = self.sums.entry(of.clone()).or_insert(0.0);
        *sum += part - before;
        *sum
    }
}

/// What the rules have made of a later revision.
pub(super) struct Explained {
    /// By object number.
    pub explanations: BTreeMap<u32, Explanation>,
    pub of_trailer: Vec<Explanation>,
    pub unread_evidence: Vec<Reference>,
    pub lost_evidence: Vec<Reference>,
    pub not_compared: Vec<String>,
    /// New signatures over letters of a page, and over how many.
    pub over_text: Vec<(String, usize)>,
    /// Appearances over older signatures and marks.
    pub over_older: Vec<(String, String)>,
    pub older_signatures: usize,
    pub covered: Covered,
    /// Whether a new signature shows something.
    pub draws: bool,
}

impl<'s, 'p, 'a> Step<'s, 'p, 'a> {
    /// Before any rule.
    pub fn new(
        signed: View<'p, 'a>,
        later: View<'p, 'a>,
        difference: &'s Difference,
        budget: &'s Budget,
        (references, base): (&'s OnceCell<References>, usize),
        fonts: &'s Fonts,
    ) -> Self {
        Self {
            signed,
            later,
            before: revision_before(&signed, &later),
            difference,
            budget,
            references,
            base,
            fonts,
            explanations: BTreeMap::new(),
            of_trailer: Vec::new(),
            shown: Vec::new(),
            unread_evidence: Vec::new(),
            lost_evidence: Vec::new(),
            covered: Covered::default(),
            signed_before: false,
            has_values: None,
            filled: false,
            value_filled: false,
            widgets: BTreeMap::new(),
            led_to: BTreeSet::new(),
            not_compared: Vec::new(),
            over_text: Vec::new(),
            over_older: Vec::new(),
            older_signatures: 0,
            known_fields: Vec::new(),
        }
    }

    /// Who uses what: read when the first rule asks.
    pub fn references(&self) -> &'s References {
        self.references.get_or_init(|| References::of(self.signed.pdf(), self.base))
    }

    /// The change of object `number` that a rule has to explain.
    pub fn changed(&self, number: u32) -> Option<&'s Changed> {
        self.difference.changed(number).filter(|changed| changed.nature == Nature::Value)
    }

    /// `rule` explains what object `number` has become.
    pub fn explain(&mut self, number: u32, rule: Rule, path: &str) {
        self.add(number, Explanation::new(rule, path));
    }

    /// The same for an object that belongs to `field`.
    pub fn explain_field(&mut self, number: u32, rule: Rule, path: &str, field: Option<&Rc<str>>) {
        self.add(number, Explanation { field: field.cloned(), ..Explanation::new(rule, path) });
    }

    /// `check` stands against what object `number` has become.
    pub fn object_to(&mut self, number: u32, rule: Rule, path: &str, check: &'static Check, what: impl Into<String>) {
        self.add(number, Explanation { objection: Some(Objection { check, what: what.into() }), ..Explanation::new(rule, path) });
    }

    fn add(&mut self, number: u32, mut explanation: Explanation) {
        let Some(changed) = self.changed(number) else { return };
        if self.signed_before && explanation.objection.is_none() && !self.is_as_before(changed) {
            explanation.objection = Some(Objection { check: &super::FIELDS_KEPT, what: "changed after it was signed".to_owned() });
        }
        match self.explanations.get_mut(&number) {
            Some(known) => known.merge(explanation),
            None => {
                self.explanations.insert(number, explanation);
            }
        }
    }

    /// Whether the later revision has another value for an object than the signed one: it or one in between wrote it again.
    pub fn is_written_since(&self, reference: Reference) -> bool {
        let is_newer = self.later.entry(reference.number).is_some_and(|placed| placed.revision > self.signed.revision());
        is_newer
            && match (self.signed.object(reference), self.later.object(reference)) {
                (Ok(old), Ok(new)) => !same((&self.signed, &old), (&self.later, &new)),
                _ => true,
            }
    }

    /// New objects are judged by what leads to them. One that an older later revision brought, or left a gap for, is written again with
    /// everything that leads to it, or something that was judged beside the old value now has another one.
    pub fn written_again(&mut self) {
        let difference = self.difference;
        for changed in difference.iter() {
            let number = changed.reference.number;
            if changed.kind != ChangeKind::Added || !self.led_to.contains(&number) || self.is_as_before(changed) {
                continue;
            }
            let is_older = |user: u32| self.later.entry(user).is_some_and(|placed| placed.revision < self.later.revision());
            if self.references().users(&self.later, changed.reference).any(is_older) {
                let path = changed.reference.to_string();
                self.object_to(number, UNEXPLAINED, &path, &super::JUDGED, "what older objects lead to is another one");
            }
        }
    }

    /// Whether the revision before had the object with this value: then it was judged with that.
    fn is_as_before(&self, changed: &Changed) -> bool {
        let Some(before) = &self.before else { return false };
        before.object(changed.reference).is_ok_and(|value| same((before, &value), (&self.later, &changed.new)))
    }

    /// Whether the signature dictionary in object `number` was there before this revision.
    pub fn is_of_older_revision(&self, number: u32) -> bool {
        self.later.entry(number).is_some_and(|placed| placed.revision < self.later.revision())
    }

    /// Where the signed revision refers to an object.
    pub fn places(&self, reference: Reference) -> Option<Vec<Place>> {
        self.references().places(&self.signed, reference)
    }

    /// Explains by `rule` every new object that `object` leads to. What the signed revision has is not entered: it stays what it was, or has
    /// to explain itself.
    pub fn explain_below(&mut self, object: &Object, rule: Rule, path: &str, field: Option<&Rc<str>>) {
        let mut seen = BTreeSet::new();
        let mut waiting = Vec::new();
        each_reference(object, |reference| waiting.push(reference));
        while let Some(reference) = waiting.pop() {
            if self.signed.is_defined(reference) || !seen.insert(reference) || self.budget.spend(1).is_err() {
                continue;
            }
            self.explain_field(reference.number, rule, path, field);
            self.led_to.insert(reference.number);
            if let Ok(object) = self.later.object(reference) {
                each_reference(&object, |reference| waiting.push(reference));
            }
        }
    }
}
