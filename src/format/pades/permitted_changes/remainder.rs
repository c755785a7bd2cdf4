//! ISO 32000-2 §7.5.6 — Incremental updates: changed objects that no rule has explained

use std::collections::{BTreeMap, BTreeSet};

use super::difference::{Changed, KEY_TWICE, Nature, OBJECT_WITHIN};
use super::explanation::{
    Explanation, FORM_DEFAULTS, FORM_UNUSED, OBJECT_STREAM, Objection, Rule, UNCHANGED, UNEXPLAINED, UNREFERENCED, UNUSED, XREF_STREAM,
};
use super::references::Place;
use super::step::{Explained, Step};
use super::{CATALOG_KEPT, EXPLAINED, FIELDS_KEPT, JUDGED};
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Object, Reference};
use crate::report::json::ChangeKind;

/// Dictionaries of these types say what pages show, or who signed.
const TYPES_KEPT: [&[u8]; 14] = [
    b"Catalog",
    b"Page",
    b"Pages",
    b"Font",
    b"FontDescriptor",
    b"Encoding",
    b"XObject",
    b"ExtGState",
    b"Pattern",
    b"Outlines",
    b"OCG",
    b"OCMD",
    b"Sig",
    b"DocTimeStamp",
];

impl Step<'_, '_, '_> {
    /// Runs all rules; afterwards every changed object has its explanation.
    pub fn explained(mut self) -> Explained {
        self.trailer();
        self.each_open(|step, changed| {
            let _: bool = step.page_or_annotations(changed) || step.existing_field(changed) || step.existing_annotation(changed);
        });
        if self.difference.iter().any(|changed| self.is_open(changed)) {
            self.look_at_known_fields();
        }
        self.structure();
        self.measured_again();
        self.how_values_are_shown();
        self.natures();
        self.written_again();
        self.remainder();
        self.unread();
        Explained {
            explanations: self.explanations,
            of_trailer: self.of_trailer,
            unread_evidence: self.unread_evidence,
            lost_evidence: self.lost_evidence,
            not_compared: self.not_compared,
            over_text: self.over_text,
            over_older: self.over_older,
            older_signatures: self.older_signatures,
            covered: self.covered,
            draws: self.widgets.values().any(|widget| widget.drawn.is_some()),
        }
    }

    /// Whether no rule has explained it so far.
    pub fn is_open(&self, changed: &Changed) -> bool {
        changed.nature == Nature::Value && !self.explanations.contains_key(&changed.reference.number)
    }

    fn each_open(&mut self, mut judge: impl FnMut(&mut Self, &Changed)) {
        let difference = self.difference;
        for changed in difference.iter() {
            if self.is_open(changed) && changed.kind != ChangeKind::Added {
                judge(self, changed);
            }
        }
    }

    /// `/DR`, `/DA`, `/Q`, `/NeedAppearances`, flags: where a value changes, its looks may; else the looks alone were changed.
    fn how_values_are_shown(&mut self) {
        for (node, what) in std::mem::take(&mut self.shown) {
            let is_of_values = what.starts_with("/DR") || matches!(&*what, "/DA" | "/Q" | "/NeedAppearances");
            let is_of_form = is_of_values && node.path.starts_with("Root.AcroForm") && !node.path.starts_with("Root.AcroForm.Fields(");
            if is_of_form && !self.shows_values() {
                self.explain(node.answers, FORM_UNUSED, &node.path);
            } else if is_of_form && !self.value_filled {
                // A signature has no value that they could be for.
                self.object_to(node.answers, FORM_DEFAULTS, &node.path, &CATALOG_KEPT, what);
            } else if is_of_form && what != "/NeedAppearances" {
                // They are for the values that nobody changed as well.
                self.object_to(node.answers, FORM_DEFAULTS, &node.path, &JUDGED, what);
            } else if self.filled {
                self.explain(node.answers, FORM_DEFAULTS, &node.path);
            } else {
                let check = if what == "/F" || what == "/Ff" { &FIELDS_KEPT } else { &CATALOG_KEPT };
                self.object_to(node.answers, FORM_DEFAULTS, &node.path, check, what);
            }
        }
    }

    /// What an object is before anybody asks what it is for, and new objects that the signed revision already has a place for.
    fn natures(&mut self) {
        let difference = self.difference;
        for changed in difference.iter() {
            let number = changed.reference.number;
            let is_awaited = || self.references().users(&self.signed, changed.reference).next().is_some();
            let explanation = match &changed.nature {
                Nature::Same => Explanation::new(UNCHANGED, changed.reference.to_string()),
                Nature::Doubtful(why) => {
                    let is_judged = changed.kind == ChangeKind::Added || [KEY_TWICE, OBJECT_WITHIN].contains(why);
                    let check = if is_judged { &JUDGED } else { &EXPLAINED };
                    objection(UNEXPLAINED, changed.reference.to_string(), check, why)
                }
                Nature::CrossReferenceStream | Nature::ObjectStream | Nature::Value
                    if changed.kind == ChangeKind::Added && is_awaited() =>
                {
                    objection(UNEXPLAINED, changed.reference.to_string(), &EXPLAINED, "the signed revision refers to it")
                }
                Nature::CrossReferenceStream => Explanation::new(XREF_STREAM, changed.reference.to_string()),
                Nature::ObjectStream => Explanation::new(OBJECT_STREAM, changed.reference.to_string()),
                Nature::Value => continue,
            };
            match self.explanations.get_mut(&number) {
                Some(known) => known.merge(explanation),
                None => {
                    self.explanations.insert(number, explanation);
                }
            }
        }
    }

    fn remainder(&mut self) {
        let difference = self.difference;
        let open: Vec<&Changed> = difference.iter().filter(|changed| self.is_open(changed)).collect();
        let new: BTreeSet<u32> =
            open.iter().filter(|changed| changed.kind == ChangeKind::Added).map(|changed| changed.reference.number).collect();
        let reached = self.reached(&open, &new);
        for changed in open {
            let explanation = match changed.kind {
                ChangeKind::Added if !reached.contains(&changed.reference.number) => {
                    Explanation::new(UNREFERENCED, changed.reference.to_string())
                }
                ChangeKind::Added => objection(UNEXPLAINED, self.path_of(changed), &JUDGED, ""),
                ChangeKind::Changed | ChangeKind::Removed => self.of_the_signed_revision(changed),
            };
            self.explanations.insert(changed.reference.number, explanation);
        }
    }

    /// Which of the `new` objects something else than themselves refers to.
    fn reached(&self, open: &[&Changed], new: &BTreeSet<u32>) -> BTreeSet<u32> {
        let mut reached = BTreeSet::new();
        let mut waiting = Vec::new();
        let mut uses: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for changed in open.iter().filter(|changed| changed.kind == ChangeKind::Added) {
            let number = changed.reference.number;
            let mut is_reached = is_of_trailer(&self.later, number);
            for user in self.references().users(&self.later, changed.reference) {
                if new.contains(&user) {
                    uses.entry(user).or_default().push(number);
                } else {
                    is_reached = true;
                }
            }
            if is_reached {
                waiting.push(number);
            }
        }
        while let Some(number) = waiting.pop() {
            if reached.insert(number) {
                waiting.extend(uses.get(&number).into_iter().flatten());
            }
        }
        reached
    }

    /// An object of the signed revision that was changed or removed without a rule for it.
    fn of_the_signed_revision(&self, changed: &Changed) -> Explanation {
        let Some(places) = self.places(changed.reference) else {
            return objection(UNEXPLAINED, changed.reference.to_string(), &JUDGED, "");
        };
        let is_of_trailer = is_of_trailer(&self.signed, changed.reference.number);
        if places.is_empty() && !is_of_trailer && self.references().users(&self.later, changed.reference).next().is_none() {
            return Explanation::new(UNUSED, changed.reference.to_string());
        }
        let is_kept = changed.kind == ChangeKind::Removed || is_kept(&changed.old) || places.iter().any(|place| self.is_user_kept(place));
        let check = if is_kept { &EXPLAINED } else { &JUDGED };
        objection(UNEXPLAINED, self.path_of(changed), check, "")
    }

    fn is_user_kept(&self, place: &Place) -> bool {
        let keys: Vec<&[u8]> = place.keys().collect();
        // An annotation or a link may be what refers to it from a page.
        keys.first() != Some(&&b"Annots"[..])
            && self.signed.object(place.user).is_ok_and(|user| user.as_stream().is_some() || is_of_type_kept(&user))
    }

    /// A place that refers to the object, in words.
    fn path_of(&self, changed: &Changed) -> String {
        let view = if changed.kind == ChangeKind::Added { &self.later } else { &self.signed };
        let places = self.references().places(view, changed.reference).unwrap_or_default();
        let Some(place) = places.first() else { return changed.reference.to_string() };
        let user = match self.explanations.get(&place.user.number) {
            Some(explanation) => explanation.path.clone(),
            None if self.is_page(place.user) => self.page_path(place.user),
            None => place.user.to_string(),
        };
        format!("{user}{}", place.written())
    }

    pub fn is_page(&self, reference: Reference) -> bool {
        self.signed.object(reference).is_ok_and(|object| object.as_dictionary().is_some_and(|page| page.entry(b"Type").is_name(b"Page")))
    }

    /// An object of the signed revision that cannot be read may use any of those that were changed.
    fn unread(&mut self) {
        let changes_old = self.difference.iter().any(|changed| changed.kind != ChangeKind::Added && changed.nature == Nature::Value);
        if !changes_old {
            return;
        }
        if let Some(number) = self.references().unread_in(&self.signed) {
            let path = Reference { number, generation: 0 }.to_string();
            self.of_trailer.push(objection(UNEXPLAINED, path, &JUDGED, "what it refers to cannot be read"));
        }
    }
}

/// Whether the trailer itself refers to object `number`.
fn is_of_trailer(view: &View<'_, '_>, number: u32) -> bool {
    view.trailer().entries().any(|(_, value)| value.as_reference().is_some_and(|reference| reference.number == number))
}

fn objection(rule: Rule, path: String, check: &'static crate::report::Check, what: &str) -> Explanation {
    Explanation { objection: Some(Objection { check, what: what.to_owned() }), ..Explanation::new(rule, path) }
}

/// Whether a change of such an object is certainly one of what was signed: streams, numbers and names, and dictionaries of pages and fonts.
fn is_kept(old: &Object) -> bool {
    !matches!(old, Object::Dictionary(_) | Object::Array(_)) || is_of_type_kept(old)
}

fn is_of_type_kept(object: &Object) -> bool {
    object.as_dictionary().is_some_and(|dictionary| TYPES_KEPT.iter().any(|name| dictionary.entry(b"Type").is_name(name)))
}
