//! ISO 32000-2 §12.7.5.5 — Signature fields: new ones, with their widgets (§12.5.6.19)

use std::rc::Rc;
use std::sync::Arc;

use super::catalog::named;
use super::explanation::{DOCUMENT_TIMESTAMP, EMPTY_FIELD, EMPTY_PLACED_FIELD, NEW_SIGNATURE_FIELD, Rule};
use super::form::elements;
use super::geometry::Rectangle;
use super::signature_value::Signed;
use super::step::Step;
use super::{FIELDS_KEPT, JUDGED};
use crate::encoding::pdf::decode_text;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

/// A widget of a new signature field.
#[derive(Clone, Debug)]
pub(super) struct NewWidget {
    /// The rule that explains its field.
    pub rule: Rule,
    /// Where it is drawn; `None` when it is not.
    pub drawn: Option<Rectangle>,
}

/// What a new signature field or its widget may have (tables 166, 191, 226, 235). Actions and optional content are not among them; what
/// `/StructParent` leads to is judged with the structure.
const ENTRIES: [&[u8]; 29] = [
    b"Type",
    b"Subtype",
    b"FT",
    b"T",
    b"TU",
    b"TM",
    b"V",
    b"F",
    b"Ff",
    b"Rect",
    b"P",
    b"AP",
    b"AS",
    b"DA",
    b"Q",
    b"DR",
    b"MK",
    b"BS",
    b"Border",
    b"Lock",
    b"SV",
    b"M",
    b"NM",
    b"Kids",
    b"H",
    b"C",
    b"Parent",
    b"Contents",
    b"StructParent",
];

/// Table 167.
const HIDDEN: i64 = 1 << 1;
const NO_ZOOM: i64 = 1 << 3;
const NO_ROTATE: i64 = 1 << 4;

impl Step<'_, '_, '_> {
    /// Judges a new field of the form; the rule that explains it, unless something stands against it that no rule explains.
    pub fn new_field(&mut self, reference: Reference, path: &str) -> Option<Rule> {
        let value = self.later.object(reference).ok().and_then(|field| field.as_dictionary().map(|field| field.entry(b"V").clone()));
        let holder = value.filter(|value| *value != Object::Null).map(|value| value.as_reference().unwrap_or(reference).number);
        self.signed_before = holder.is_some_and(|holder| self.is_of_older_revision(holder));
        let rule = self.new_field_of(reference, path);
        self.signed_before = false;
        rule
    }

    fn new_field_of(&mut self, reference: Reference, path: &str) -> Option<Rule> {
        let number = reference.number;
        let field = match self.later.object(reference) {
            Ok(Object::Dictionary(field)) => field,
            _ => {
                self.object_to(number, NEW_SIGNATURE_FIELD, path, &JUDGED, "a field that is no dictionary");
                return None;
            }
        };
        if !self.value(&field, b"FT").is_name(b"Sig") || field.has(b"Parent") {
            self.object_to(number, NEW_SIGNATURE_FIELD, path, &FIELDS_KEPT, "/FT");
            return None;
        }
        let name: Rc<str> = self.value(&field, b"T").as_string().map(decode_text).unwrap_or_default().into();
        if !self.is_name_of_one(reference, &name) {
            self.object_to(number, NEW_SIGNATURE_FIELD, path, &JUDGED, "/T");
        }
        let signed = self.signature_value(number, field.entry(b"V"), path);
        let widgets = self.widgets_of(reference, &field, path);
        let drawn = widgets.iter().any(|(_, widget)| self.drawn_at(widget).is_some());
        let rule = match (signed, drawn) {
            (Signed::Timestamp, false) => DOCUMENT_TIMESTAMP,
            (Signed::Timestamp | Signed::Signature, _) => NEW_SIGNATURE_FIELD,
            (Signed::No, false) => EMPTY_FIELD,
            (Signed::No, true) => EMPTY_PLACED_FIELD,
        };
        self.filled |= rule == NEW_SIGNATURE_FIELD;
        // What a lock is about are values: a timestamp has none that anybody filled in.
        let locked_as = (rule != DOCUMENT_TIMESTAMP).then_some(&name);
        self.explain_field(number, rule, path, locked_as);
        self.entries_of(number, &field, rule, path);
        self.explain_below(field.entry(b"V"), value_rule(rule), &format!("{path}.V"), locked_as);
        let others: Vec<(Arc<[u8]>, Object)> =
            field.entries().filter(|(key, _)| *key != b"V").map(|(k, v)| (k.into(), v.clone())).collect();
        self.explain_below(&Object::Dictionary(Arc::new(Dictionary::new(others))), rule, path, locked_as);
        for (reference, widget) in widgets {
            self.entries_of(reference.number, &widget, rule, path);
            let drawn = self.drawn_at(&widget);
            if rule == EMPTY_PLACED_FIELD && drawn.is_some() && self.value(&widget, b"AP") != Object::Null {
                // What it shows is nobody's signature, and looks like one.
                self.object_to(reference.number, rule, path, &FIELDS_KEPT, "/AP");
            }
            self.widgets.insert(reference, NewWidget { rule, drawn });
        }
        Some(rule)
    }

    /// §12.7.4.2: a partial name has no full stop in it, and no other field of the form has it: fields of one name would be one.
    fn is_name_of_one(&self, reference: Reference, name: &str) -> bool {
        let form = self.later.catalog().ok().and_then(|catalog| self.later.value(&catalog, b"AcroForm").ok());
        let fields = form.as_ref().and_then(Object::as_dictionary).map_or(Object::Null, |form| self.value(form, b"Fields"));
        let fields = elements(&fields);
        let is_other = |field: &Object| {
            let field = field.as_reference().filter(|field| *field != reference).and_then(|field| self.later.object(field).ok());
            let own = field.as_ref().and_then(Object::as_dictionary).map(|field| self.value(field, b"T"));
            own.as_ref().and_then(Object::as_string).is_some_and(|own| decode_text(own) == name)
        };
        let is_affordable = self.budget.spend(u64::try_from(fields.len()).unwrap_or(u64::MAX)).is_ok();
        !name.is_empty() && !name.contains('.') && is_affordable && !fields.iter().any(is_other)
    }

    /// The fields that older later revisions brought: something of them may be changed by this one.
    pub fn look_at_known_fields(&mut self) {
        for (field, index) in std::mem::take(&mut self.known_fields) {
            let filled = self.filled;
            self.new_field(field, &format!("Root.AcroForm.Fields[{index}]"));
            self.filled = filled;
        }
    }

    /// Its kids, or itself where field and widget are one.
    fn widgets_of(&mut self, reference: Reference, field: &Arc<Dictionary>, path: &str) -> Vec<(Reference, Arc<Dictionary>)> {
        let kids = self.value(field, b"Kids");
        if kids == Object::Null {
            return if field.has(b"Subtype") { vec![(reference, Arc::clone(field))] } else { Vec::new() };
        }
        let mut widgets = Vec::new();
        for (index, kid) in elements(&kids).iter().enumerate() {
            let found = kid.as_reference().filter(|kid| !self.signed.is_defined(*kid) && self.budget.spend(1).is_ok());
            let dictionary = found.map(|kid| self.later.object(kid));
            match (found, dictionary) {
                (Some(kid), Some(Ok(Object::Dictionary(dictionary)))) if is_only_widget(&dictionary, reference) => {
                    widgets.push((kid, dictionary));
                }
                _ => self.object_to(reference.number, NEW_SIGNATURE_FIELD, path, &FIELDS_KEPT, format!("/Kids[{index}]")),
            }
        }
        widgets
    }

    fn entries_of(&mut self, number: u32, dictionary: &Dictionary, rule: Rule, path: &str) {
        for (key, value) in dictionary.entries().filter(|(key, value)| **value != Object::Null && !ENTRIES.contains(key)) {
            // One writer says of its signature that it is the default, too.
            if key != b"DV" || value.as_reference().is_none() || value != dictionary.entry(b"V") {
                self.object_to(number, rule, path, &JUDGED, named(key));
            }
        }
        let is_widget = dictionary.has(b"Subtype");
        if is_widget && !self.value(dictionary, b"Subtype").is_name(b"Widget") {
            self.object_to(number, rule, path, &FIELDS_KEPT, "/Subtype");
        }
        // Its size on the page is then not that of its rectangle.
        if self.flags(dictionary) & (NO_ZOOM | NO_ROTATE) != 0 && self.drawn_at(dictionary).is_some() {
            self.object_to(number, rule, path, &JUDGED, "/F");
        }
    }

    fn flags(&self, widget: &Dictionary) -> i64 {
        self.value(widget, b"F").as_integer().unwrap_or(0)
    }

    /// Where a widget is drawn: nowhere when it is hidden or has no area (§12.5.5 scales an appearance to the rectangle).
    pub fn drawn_at(&self, widget: &Dictionary) -> Option<Rectangle> {
        if self.flags(widget) & HIDDEN != 0 {
            return None;
        }
        match self.value(widget, b"Rect") {
            // Without a place (table 166 requires one) a reader may take any.
            Object::Null => widget.has(b"AP").then_some(Rectangle::EVERYWHERE),
            // What cannot be measured is large.
            rectangle => Some(Rectangle::read(&self.later, &rectangle).unwrap_or(Rectangle::EVERYWHERE)).filter(Rectangle::has_area),
        }
    }

    /// The value of `key` in the later revision.
    pub fn value(&self, dictionary: &Dictionary, key: &[u8]) -> Object {
        self.later.value(dictionary, key).unwrap_or(Object::Null)
    }
}

/// The rule for the signature dictionary of a field.
pub(super) fn value_rule(field: Rule) -> Rule {
    if field == DOCUMENT_TIMESTAMP { DOCUMENT_TIMESTAMP } else { super::explanation::SIGNATURE_VALUE }
}

fn is_only_widget(dictionary: &Dictionary, field: Reference) -> bool {
    let is_of_field = dictionary.entry(b"Parent").as_reference() == Some(field);
    is_of_field && dictionary.has(b"Subtype") && ![&b"T"[..], b"Kids", b"V", b"FT"].iter().any(|key| dictionary.has(key))
}
