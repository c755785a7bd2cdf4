//! ISO 32000-2 §12.7.4.3, §12.7.5.2 — Values of fields beside what is shown for them, in a revision that was signed

use std::collections::BTreeSet;

use super::field::{FieldKind, FieldPlace};
use super::form::elements;
use super::step::Step;
use super::variable_text::Doubt;
use crate::encoding::pdf::decode_text;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

/// Widgets that are looked at: a form of more pages than people read has no more.
const MOST_WIDGETS: usize = 2_000;

/// What the fields of a signed revision show.
#[derive(Debug, Default)]
pub(super) struct ShownValues {
    /// Fields that show something else than their value, and the objects that say so.
    pub otherwise: Vec<(String, Vec<u32>)>,
    /// How many widgets were looked at.
    pub compared: usize,
}

/// A field that is waiting, with what it has of those above it.
struct Waiting {
    reference: Reference,
    name: String,
    kind: FieldKind,
    /// The field with the name, when this is a widget of it.
    field: Reference,
}

impl Step<'_, '_, '_> {
    /// Compares the values of all fields with their appearances.
    pub fn shown_values(&self) -> ShownValues {
        let mut found = ShownValues::default();
        let form = self.later.catalog().map_or(Object::Null, |catalog| self.value(&catalog, b"AcroForm"));
        let fields = form.as_dictionary().map_or(Object::Null, |form| self.value(form, b"Fields"));
        let root = |reference| Waiting { reference, name: String::new(), kind: FieldKind::Unknown, field: reference };
        let mut waiting: Vec<Waiting> = elements(&fields).iter().filter_map(Object::as_reference).map(root).collect();
        let mut seen = BTreeSet::new();
        while let Some(one) = waiting.pop() {
            if !seen.insert(one.reference) || seen.len() > MOST_WIDGETS || self.budget.spend(1).is_err() {
                continue;
            }
            let Ok(Object::Dictionary(dictionary)) = self.later.object(one.reference) else { continue };
            let one = self.named(one, &dictionary);
            let kids = self.value(&dictionary, b"Kids");
            let kid = |reference| Waiting { reference, name: one.name.clone(), kind: one.kind, field: one.field };
            waiting.extend(elements(&kids).iter().filter_map(Object::as_reference).map(kid));
            if kids == Object::Null && !matches!(one.kind, FieldKind::Signature | FieldKind::Unknown) {
                self.shown_value(&one, &dictionary, &mut found);
            }
        }
        found.otherwise.sort();
        found.otherwise.dedup_by(|one, other| one.0 == other.0);
        found
    }

    fn named(&self, mut one: Waiting, dictionary: &Dictionary) -> Waiting {
        if let Some(own) = self.value(dictionary, b"T").as_string() {
            let own = decode_text(own);
            one.name = if one.name.is_empty() { own } else { format!("{}.{own}", one.name) };
            one.field = one.reference;
        }
        match self.value(dictionary, b"FT") {
            Object::Null => {}
            kind => one.kind = FieldKind::of(&kind),
        }
        one
    }

    fn shown_value(&self, one: &Waiting, widget: &Dictionary, found: &mut ShownValues) {
        let Ok(Object::Dictionary(field)) = self.later.object(one.field) else { return };
        let place = FieldPlace { name: one.name.as_str().into(), field: one.field, kind: one.kind };
        let value = field.entry(b"V");
        let is_other = match one.kind {
            FieldKind::Button => self.shows_another_state(&place, value),
            // What other writers than those of values made of an empty field is no value.
            _ if *value == Object::Null => false,
            _ => matches!(self.objection_to_text(widget, widget, &place, value), Some(Doubt::Objection(_))),
        };
        found.compared = found.compared.saturating_add(1);
        if is_other {
            let appearance = self.value(widget, b"AP");
            let normal = appearance.as_dictionary().and_then(|appearance| appearance.entry(b"N").as_reference());
            let objects = [Some(one.reference), Some(one.field), normal, value.as_reference()];
            found.otherwise.push((one.name.clone(), objects.into_iter().flatten().map(|object| object.number).collect()));
        }
    }
}
