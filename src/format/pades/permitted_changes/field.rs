//! ISO 32000-2 §12.7.4 — Field dictionaries of the signed revision: signed or filled in by a later one

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::catalog::named;
use super::difference::Changed;
use super::explanation::{DOCUMENT_TIMESTAMP, FORM_FILL, Rule, SIGNED_EXISTING_FIELD};
use super::font::is_blank;
use super::form::elements;
use super::new_field::value_rule;
use super::node::Node;
use super::same::same;
use super::shown_text::ShownText;
use super::signature_value::Signed;
use super::step::Step;
use super::variable_text::Doubt;
use super::{FIELDS_KEPT, JUDGED};
use crate::encoding::pdf::object::{Dictionary, Object, Reference};
use crate::encoding::pdf::{View, decode_text};

/// A field, or a widget of one, by its place in the form.
pub(super) struct FieldPlace {
    /// Fully qualified name (§12.7.4.2).
    pub name: Rc<str>,
    /// The dictionary with the value: the field itself, or the one above a widget.
    pub field: Reference,
    /// `/FT`, its own or inherited.
    pub kind: FieldKind,
}

/// Table 226: what kind of field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    Button,
    Text,
    Choice,
    Signature,
    /// None that the standard knows.
    Unknown,
}

impl FieldKind {
    pub fn of(kind: &Object) -> Self {
        match kind.as_name() {
            Some(b"Btn") => Self::Button,
            Some(b"Tx") => Self::Text,
            Some(b"Ch") => Self::Choice,
            Some(b"Sig") => Self::Signature,
            _ => Self::Unknown,
        }
    }
}

/// A field tree deeper than that is none.
const DEEPEST: usize = 64;

impl Step<'_, '_, '_> {
    /// Judges what became of a field or widget of the signed revision; `false` when the object is none.
    pub fn existing_field(&mut self, changed: &Changed) -> bool {
        let reference = changed.reference;
        let Some(place) = self.field_place(&self.signed.clone(), reference) else { return false };
        let path = format!("Root.AcroForm.Fields({})", place.name);
        let Object::Dictionary(new) = &changed.new else {
            self.object_to(reference.number, FORM_FILL, &path, &FIELDS_KEPT, "");
            return true;
        };
        let node = self.node(reference, &path);
        if place.kind == FieldKind::Signature {
            self.signature_field(&node, new, &place)
        } else {
            self.filled_field(&node, new, &place);
            self.filled_widgets(&node, &place);
        }
        true
    }

    /// Widgets of a field that the later revision did not write, although it wrote the streams that they show.
    fn filled_widgets(&mut self, field: &Node, place: &FieldPlace) {
        let (_, new) = field.dictionaries();
        let kids = self.value(new, b"Kids");
        for kid in elements(&kids).iter().filter_map(Object::as_reference) {
            if self.changed(kid.number).is_some() || self.budget.spend(1).is_err() {
                continue;
            }
            let Some(of) = self.field_place(&self.signed.clone(), kid).filter(|of| of.field == place.field) else { continue };
            // Nobody objects to what was not written: the field answers for its widget.
            let widget = self.node(kid, &format!("{}.Kids({kid})", field.path)).answered_by(field.answers);
            let (Object::Dictionary(old), Object::Dictionary(new)) = (widget.old.clone(), widget.new.clone()) else { continue };
            if self.is_appearance_written(&old, &new) {
                self.filled_field(&widget, &new, &of);
            }
        }
    }

    /// A signature field: signed by the later revision, or as it was.
    fn signature_field(&mut self, node: &Node, new: &Dictionary, place: &FieldPlace) {
        let (old_value, new_value) = self.values_of(place);
        let number = node.answers;
        if old_value != Object::Null {
            // Whose signature it is must stay, and how it looks.
            let kept = same((&self.signed, &old_value), (&self.later, &new_value));
            self.entries_kept(node, new, SIGNED_EXISTING_FIELD, (self.changed_keys(node), &[b"Type"]));
            if !kept {
                self.object_to(number, SIGNED_EXISTING_FIELD, &node.path, &FIELDS_KEPT, "/V");
            }
            self.explain_field(number, SIGNED_EXISTING_FIELD, &node.path, Some(&place.name));
            return;
        }
        let holder = (new_value != Object::Null).then(|| new_value.as_reference().unwrap_or(place.field).number);
        self.signed_before = holder.is_some_and(|holder| self.is_of_older_revision(holder));
        self.newly_signed_field(node, new, place, &new_value);
        self.signed_before = false;
    }

    fn newly_signed_field(&mut self, node: &Node, new: &Dictionary, place: &FieldPlace, new_value: &Object) {
        let number = node.answers;
        let signed = self.signature_value(place.field.number, new_value, &node.path);
        let rule = match signed {
            Signed::Timestamp if self.drawn_at(new).is_none() => DOCUMENT_TIMESTAMP,
            _ => SIGNED_EXISTING_FIELD,
        };
        self.filled |= signed != Signed::No && rule == SIGNED_EXISTING_FIELD;
        let locked_as = (rule != DOCUMENT_TIMESTAMP).then_some(&place.name);
        self.explain_field(number, rule, &node.path, locked_as);
        self.explain_below(new_value, value_rule(rule), &format!("{}.V", node.path), locked_as);
        let allowed: &[&[u8]] = if signed == Signed::No { &[b"Type"] } else { &[b"Type", b"V", b"AP", b"AS", b"M", b"MK", b"DA"] };
        self.entries_kept(node, new, rule, (self.changed_keys(node), allowed));
        self.appearance(node, rule, Some(&place.name));
        if signed != Signed::No {
            self.filled_in_place(node, new, rule);
        }
    }

    /// A field of another type: its value and how that is shown.
    fn filled_field(&mut self, node: &Node, new: &Dictionary, place: &FieldPlace) {
        let (old_value, new_value) = self.values_of(place);
        let value_changed = !same((&self.signed, &old_value), (&self.later, &new_value));
        let (old, _) = node.dictionaries();
        let appearance_changed =
            self.is_appearance_written(old, new) || !same((&self.signed, old.entry(b"AS")), (&self.later, new.entry(b"AS")));
        self.filled |= value_changed;
        self.value_filled |= value_changed;
        self.explain_field(node.answers, FORM_FILL, &node.path, Some(&place.name));
        // Table 234: no first option is the first one.
        let is_same_top = new.entry(b"TI").as_integer().unwrap_or(0) == old.entry(b"TI").as_integer().unwrap_or(0);
        let allowed: &[&[u8]] = if is_same_top { &[b"Type", b"AP", b"AS", b"M", b"TI"] } else { &[b"Type", b"AP", b"AS", b"M"] };
        let with_value: &[&[u8]] = if value_changed { &[b"V", b"RV", b"I", b"TI", b"DA"] } else { &[] };
        let keys = if value_changed { self.changed_keys(node) } else { self.keys_since_signed(node) };
        self.entries_kept(node, new, FORM_FILL, (keys, &[allowed, with_value].concat()));
        self.explain_below(new.entry(b"V"), FORM_FILL, &format!("{}.V", node.path), Some(&place.name));
        self.explain_below(new.entry(b"RV"), FORM_FILL, &format!("{}.RV", node.path), Some(&place.name));
        if appearance_changed && !value_changed {
            self.object_to(node.answers, FORM_FILL, &node.path, &JUDGED, "/AP without /V");
        }
        let looks = (value_changed || appearance_changed).then(|| match place.kind {
            FieldKind::Button => self.objection_to_button(node, place, &new_value).map(Doubt::Objection),
            _ => self.objection_to_text(old, new, place, &new_value),
        });
        match looks.flatten() {
            Some(Doubt::Objection(what)) => self.object_to(node.answers, FORM_FILL, &node.path, &JUDGED, what),
            Some(Doubt::NotCompared) => self.not_compared.push(place.name.to_string()),
            None => {}
        }
        if self.changed_keys(node).iter().any(|key| **key == *b"I") && !self.are_chosen(new, &new_value) {
            self.object_to(node.answers, FORM_FILL, &node.path, &JUDGED, "/I that names another option than /V");
        }
        if value_changed && self.has_fields_below(new) {
            self.object_to(node.answers, FORM_FILL, &node.path, &JUDGED, "/V of a field with fields below it");
        }
        let is_default_changed = self.changed_keys(node).iter().any(|key| **key == *b"DA");
        let default = self.value(new, b"DA");
        if is_default_changed && !default.as_string().is_some_and(ShownText::is_plain) {
            self.object_to(node.answers, FORM_FILL, &node.path, &JUDGED, "/DA");
        }
        if value_changed && !self.says_the_same(new.entry(b"RV"), &new_value) {
            self.object_to(node.answers, FORM_FILL, &node.path, &JUDGED, "/RV that says something else than /V");
        }
        if place.kind != FieldKind::Button && self.has_other_looks(node) {
            self.object_to(node.answers, FORM_FILL, &node.path, &JUDGED, "/AP that looks otherwise under the pointer");
        }
        if value_changed && !appearance_changed && self.looks_stay(node, &old_value, &new_value) {
            self.object_to(node.answers, FORM_FILL, &node.path, &JUDGED, "/V without /AP");
        }
        self.appearance(node, FORM_FILL, Some(&place.name));
        if value_changed || appearance_changed {
            self.filled_in_place(node, new, FORM_FILL);
        }
    }

    /// §12.7.4.2: whether it is no terminal field, which has no value of its own. Kids without a name are widgets.
    fn has_fields_below(&self, field: &Dictionary) -> bool {
        let kids = self.value(field, b"Kids");
        let kids = elements(&kids).iter().filter_map(|kid| self.later.resolve(kid).ok());
        kids.into_iter().any(|kid| self.budget.spend(1).is_err() || kid.as_dictionary().is_some_and(|kid| kid.has(b"T")))
    }

    /// §12.5.4: whether a border is one or no unit wide.
    fn is_thin(&self, style: &Object) -> bool {
        let Ok(Object::Dictionary(style)) = self.later.resolve(style) else { return false };
        match self.value(&style, b"W") {
            Object::Null => true,
            width => width.as_number().is_some_and(|width| (0.0..=1.0).contains(&width)),
        }
    }

    /// §12.7.4.4: whether the text of a rich text is the value.
    fn says_the_same(&self, rich: &Object, value: &Object) -> bool {
        let text = |object: &Object| match self.later.resolve(object) {
            Ok(Object::Null) => Some(None),
            Ok(Object::String(text)) => Some(Some(decode_text(&text))),
            _ => None,
        };
        match (text(rich), text(value)) {
            (Some(None), _) => true,
            (Some(Some(rich)), Some(value)) => {
                // Comments, sections and further entities say what is not looked for here.
                if rich.contains("<!") || has_other_entity(&rich) {
                    return false;
                }
                let outside: String = rich.split('<').map(|part| part.rsplit('>').next().unwrap_or_default()).collect();
                let plain = outside.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "").replace("&amp;", "&");
                let visible = |text: &str| text.chars().filter(|character| !is_blank(*character)).collect::<String>();
                visible(&plain) == visible(&value.unwrap_or_default())
            }
            _ => false,
        }
    }

    /// §12.5.5: whether a text got another appearance for the time that a pointer is over it.
    fn has_other_looks(&self, node: &Node) -> bool {
        let (old, new) = node.dictionaries();
        let of = |view: &View<'_, '_>, widget: &Dictionary, key: &[u8]| {
            let appearance = view.value(widget, b"AP").unwrap_or(Object::Null);
            appearance.as_dictionary().map_or(Object::Null, |appearance| appearance.entry(key).clone())
        };
        let normal = of(&self.later, new, b"N");
        [&b"R"[..], b"D"].into_iter().any(|key| {
            let (old, new) = (of(&self.signed, old, key), of(&self.later, new, key));
            let is_written = new.as_reference().is_some_and(|new| self.is_written_since(new));
            new != Object::Null && new != normal && (is_written || !same((&self.signed, &old), (&self.later, &new)))
        })
    }

    /// Whether a widget got another appearance, or one of its streams was written again.
    pub fn is_appearance_written(&self, old: &Dictionary, new: &Dictionary) -> bool {
        let written = |object: &Object| object.as_reference().is_some_and(|reference| self.is_written_since(reference));
        let appearance = self.value(new, b"AP");
        let states = appearance.as_dictionary().map(|appearance| appearance.entries().map(|(_, states)| states.clone()).collect());
        let states: Vec<Object> = states.unwrap_or_default();
        let is_state_written = states.iter().any(|states| {
            let each = self.later.resolve(states).ok().and_then(|states| states.as_dictionary().cloned()).unwrap_or_default();
            written(states) || each.entries().any(|(_, state)| written(state))
        });
        written(new.entry(b"AP")) || is_state_written || !same((&self.signed, old.entry(b"AP")), (&self.later, new.entry(b"AP")))
    }

    /// Whether a text field goes on showing the old value: it has an appearance, and no reader is asked to make another one.
    fn looks_stay(&self, node: &Node, old_value: &Object, new_value: &Object) -> bool {
        let text = |value: &Object| value.as_string().map(decode_text);
        if text(old_value) == text(new_value) || text(old_value).is_none_or(|old| old.is_empty()) {
            return false;
        }
        let form = self.later.catalog().ok().and_then(|catalog| self.later.value(&catalog, b"AcroForm").ok());
        let needs = form.as_ref().and_then(Object::as_dictionary).map(|form| self.value(form, b"NeedAppearances"));
        let stays = |dictionary: &Dictionary| {
            let appearance = self.value(dictionary, b"AP");
            let normal = appearance.as_dictionary().map(|appearance| appearance.entry(b"N").clone()).unwrap_or(Object::Null);
            normal.as_reference().is_some_and(|normal| self.signed.is_defined(normal) && !self.is_written_since(normal))
        };
        let (_, new) = node.dictionaries();
        let kids = self.value(new, b"Kids");
        let kids = elements(&kids).iter().filter_map(|kid| self.later.resolve(kid).ok());
        let shows_old = stays(new) || kids.filter_map(|kid| kid.as_dictionary().map(&stays)).any(|stays| stays);
        shows_old && needs != Some(Object::Boolean(true))
    }

    /// Entries that may differ only where `allowed` names them. How a value is shown may change where this very value does: a signature in
    /// another field hides nothing, and at most makes read-only what it locks (table 227).
    fn entries_kept(&mut self, node: &Node, new: &Dictionary, rule: Rule, (changed, allowed): (Vec<Arc<[u8]>>, &[&[u8]])) {
        for key in changed.into_iter().filter(|key| !allowed.contains(&&**key)) {
            let is_of_value = allowed.contains(&&b"V"[..]) || (*key == *b"Ff" && only_made_read_only(&node.entries(&key)));
            match &*key {
                b"F" if is_of_value && !keeps_visible(&node.entries(&key)) => {
                    self.object_to(node.answers, rule, &node.path, &JUDGED, "/F that hides or shows it");
                }
                // Nothing is what no flags are.
                b"Ff" if node.entries(&key) == (Object::Null, Object::Integer(0)) => {}
                b"Ff" if is_of_value && !only_made_read_only(&node.entries(&key)) => {
                    self.object_to(node.answers, rule, &node.path, &JUDGED, named(&key));
                }
                // Writers that draw a value say of its border what holds without their saying it (table 168).
                b"BS" if is_of_value && self.is_thin(&node.entries(&key).1) => {}
                // Writers that sign or fill in a widget say on which page it is, where nobody had (table 166).
                b"P" if is_of_value && self.names_its_page(node) => {}
                b"Rect" if is_of_value && self.is_rounded(node, &key) => {}
                // Others sign without showing anything: a field that showed nothing has no place any more.
                b"Rect" if rule == SIGNED_EXISTING_FIELD && allowed.contains(&&b"V"[..]) && self.has_vanished_empty(node) => {}
                b"F" | b"Ff" | b"Q" if is_of_value => self.shown.push((node.clone(), named(&key))),
                _ => self.object_to(node.answers, rule, &node.path, &FIELDS_KEPT, named(&key)),
            }
        }
        if *new.entry(b"Type") != Object::Null && !new.entry(b"Type").is_name(b"Annot") {
            self.object_to(node.answers, rule, &node.path, &FIELDS_KEPT, "/Type");
        }
    }

    /// Whether `/P` came in, and names the page whose annotation the widget is.
    fn names_its_page(&self, node: &Node) -> bool {
        let (Object::Null, Object::Reference(page)) = node.entries(b"P") else { return false };
        self.is_on_page(node.answers, page)
    }

    /// Whether a widget that had no appearance when it was signed is drawn nowhere now.
    fn has_vanished_empty(&self, node: &Node) -> bool {
        let (old, new) = node.dictionaries();
        !old.has(b"AP") && self.drawn_at(new).is_none()
    }

    /// §12.5.5: the appearance of a widget of the signed revision. New streams, or its own ones written again.
    pub fn appearance(&mut self, widget: &Node, rule: Rule, field: Option<&Rc<str>>) {
        let appearance = self.enter(widget, b"AP");
        if !widget.new.as_dictionary().is_some_and(|widget| widget.has(b"AP")) {
            return;
        }
        self.explain_field(appearance.answers, rule, &appearance.path, field);
        if appearance.new.as_dictionary().is_none() {
            self.object_to(appearance.answers, rule, &appearance.path, &FIELDS_KEPT, "/AP");
        }
        for key in [&b"N"[..], b"R", b"D"] {
            let state = self.enter(&appearance, key);
            self.drawn(&state, rule, field);
            let (_, states) = state.dictionaries();
            for (name, _) in states.entries() {
                let one = self.enter(&state, name);
                self.drawn(&one, rule, field);
            }
        }
    }

    fn drawn(&mut self, state: &Node, rule: Rule, field: Option<&Rc<str>>) {
        self.explain_field(state.answers, rule, &state.path, field);
        self.led_to.insert(state.answers);
        self.explain_below(&state.new, rule, &state.path, field);
    }

    /// The value of the field as signed and later.
    fn values_of(&self, place: &FieldPlace) -> (Object, Object) {
        let value = |view: &View<'_, '_>| match view.object(place.field) {
            Ok(Object::Dictionary(field)) => field.entry(b"V").clone(),
            _ => Object::Null,
        };
        (value(&self.signed), value(&self.later))
    }

    /// Climbs from an object to the form: each parent must name its kid, the form the topmost.
    pub fn field_place(&self, view: &View<'_, '_>, reference: Reference) -> Option<FieldPlace> {
        let mut names: Vec<String> = Vec::new();
        let (mut field, mut kind, mut seen) = (None, Object::Null, BTreeSet::new());
        let mut current = reference;
        loop {
            if !seen.insert(current) || seen.len() > DEEPEST {
                return None;
            }
            let Ok(Object::Dictionary(dictionary)) = view.object(current) else { return None };
            if let Some(name) = view.value(&dictionary, b"T").ok()?.as_string() {
                names.push(decode_text(name));
                field.get_or_insert(current);
            }
            if kind == Object::Null {
                kind = view.value(&dictionary, b"FT").ok()?;
            }
            let list = match dictionary.entry(b"Parent").as_reference() {
                Some(parent) => {
                    let Ok(Object::Dictionary(parent)) = view.object(parent) else { return None };
                    view.value(&parent, b"Kids").ok()?
                }
                None => {
                    let form = view.catalog().ok().and_then(|catalog| view.value(&catalog, b"AcroForm").ok())?;
                    view.value(form.as_dictionary()?, b"Fields").ok()?
                }
            };
            let kids = elements(&list);
            self.budget.spend(u64::try_from(kids.len()).unwrap_or(u64::MAX)).ok()?;
            if !kids.iter().any(|kid| kid.as_reference() == Some(current)) {
                return None;
            }
            match dictionary.entry(b"Parent").as_reference() {
                Some(parent) => current = parent,
                None => break,
            }
        }
        names.reverse();
        Some(FieldPlace { name: names.join(".").into(), field: field.unwrap_or(reference), kind: FieldKind::of(&kind) })
    }
}

/// Whether the flags of an annotation say as before where it is drawn (table 167); that it is printed may be added.
fn keeps_visible((old, new): &(Object, Object)) -> bool {
    const INVISIBLE_HIDDEN_ZOOM_ROTATE_VIEW_TOGGLE: i64 = 1 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8;
    const PRINT: i64 = 1 << 2;
    let flags = |object: &Object| object.as_integer().unwrap_or(0);
    (flags(old) ^ flags(new)) & INVISIBLE_HIDDEN_ZOOM_ROTATE_VIEW_TOGGLE == 0 && flags(old) & PRINT & !flags(new) == 0
}

/// Whether a rich text names a character otherwise than readers and writers of values do.
fn has_other_entity(rich: &str) -> bool {
    const KNOWN: [&str; 6] = ["lt;", "gt;", "amp;", "#13;", "quot;", "apos;"];
    rich.split('&').skip(1).any(|entity| !KNOWN.iter().any(|known| entity.starts_with(known)))
}

/// Whether of the flags of a field the first is set now, and no other differs (table 227).
fn only_made_read_only((old, new): &(Object, Object)) -> bool {
    new.as_integer() == Some(old.as_integer().unwrap_or(0) | 1)
}
