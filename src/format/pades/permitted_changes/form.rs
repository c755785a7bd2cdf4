//! ISO 32000-2 §12.7.3 — Interactive form dictionary: what of it a later revision may change

use std::collections::BTreeSet;

use super::catalog::named;
use super::explanation::{FORM, FORM_ADDITIONS, FORM_UNUSED, UNEXPLAINED};
use super::node::Node;
use super::shown_text::ShownText;
use super::step::Step;
use super::{CATALOG_KEPT, FIELDS_KEPT, JUDGED};
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

impl Step<'_, '_, '_> {
    /// `/AcroForm` may come and get new signature fields; how values are shown may change where a value does.
    pub fn form(&mut self, root: &Node) {
        let form = self.enter(root, b"AcroForm");
        if form.old == Object::Null && form.new == Object::Null {
            return;
        }
        self.explain(form.answers, FORM, &form.path);
        if form.new.as_dictionary().is_none() {
            self.object_to(form.answers, UNEXPLAINED, &form.path, &CATALOG_KEPT, "/AcroForm");
            return;
        }
        for key in self.changed_keys(&form) {
            match &*key {
                b"Fields" | b"DR" | b"SigFlags" => {}
                b"DA" | b"Q" if form.entries(&key).0 == Object::Null && self.is_plain_default(&key, &form.entries(&key).1) => {
                    self.added_default(&form);
                }
                b"NeedAppearances" if self.asks_as_before(&form) => {}
                b"DA" | b"Q" | b"NeedAppearances" => self.shown.push((form.clone(), named(&key))),
                _ => self.object_to(form.answers, UNEXPLAINED, &form.path, &CATALOG_KEPT, named(&key)),
            }
        }
        self.signature_flags(&form);
        self.fields(&form);
        self.default_resources(&form);
    }

    /// Table 224: whether readers are to draw the values as little or as much as they were; an absent entry says false.
    fn asks_as_before(&self, form: &Node) -> bool {
        let asks = |view: &View<'_, '_>, form: &Object| match form.as_dictionary().map(|form| view.value(form, b"NeedAppearances")) {
            None | Some(Ok(Object::Null | Object::Boolean(false))) => Some(false),
            Some(Ok(Object::Boolean(true))) => Some(true),
            Some(_) => None,
        };
        let asked = asks(&self.signed, &form.old);
        asked.is_some() && asked == asks(&self.later, &form.new)
    }

    /// Table 225: bits may be set, a flag for appended signatures is not taken back.
    fn signature_flags(&mut self, form: &Node) {
        let flags = self.enter(form, b"SigFlags");
        self.explain(flags.answers, FORM, &flags.path);
        let bits = |object: &Object| object.as_integer().unwrap_or(0);
        if bits(&flags.old) & !bits(&flags.new) != 0 {
            self.object_to(flags.answers, FORM, &flags.path, &JUDGED, "/SigFlags");
        }
    }

    /// `/Fields` may only grow, by signature fields.
    fn fields(&mut self, form: &Node) {
        let fields = self.enter(form, b"Fields");
        self.explain(fields.answers, FORM, &fields.path);
        let (old, new) = (elements(&fields.old), elements(&fields.new));
        if fields.new.as_array().is_none() && fields.new != Object::Null {
            self.object_to(fields.answers, FORM, &fields.path, &FIELDS_KEPT, "/Fields");
        }
        let Some(added) = grown(old, new) else {
            self.object_to(fields.answers, FORM, &fields.path, &FIELDS_KEPT, "/Fields");
            return;
        };
        let before = references_of(elements(&fields.before));
        if self.budget.spend(u64::try_from(new.len()).unwrap_or(u64::MAX)).is_err() {
            self.object_to(fields.answers, FORM, &fields.path, &JUDGED, "/Fields");
            return;
        }
        for index in added {
            match new.get(index).and_then(Object::as_reference) {
                // Judged with the revision that brought it; looked at again when something of it is changed.
                Some(field) if before.binary_search(&field).is_ok() && self.changed(field.number).is_none() => {
                    self.known_fields.push((field, index))
                }
                Some(field) if !self.signed.is_defined(field) => {
                    if let Some(rule) = self.new_field(field, &format!("{}[{index}]", fields.path)) {
                        self.explain(fields.answers, rule, &fields.path);
                    }
                }
                _ => self.object_to(fields.answers, FORM, &fields.path, &FIELDS_KEPT, "/Fields"),
            }
        }
    }

    /// §7.8.3, §12.7.4.3: resources for the values of fields may be added under names that were not there.
    fn default_resources(&mut self, form: &Node) {
        if form.lacks(b"DR") {
            return;
        }
        let is_other = self.changed_keys(form).iter().any(|key| **key == *b"DR");
        let resources = self.enter(form, b"DR");
        if !resources.is_written && !is_other {
            return;
        }
        self.added_default(&resources);
        let (_, new) = resources.dictionaries();
        for (key, _) in new.entries() {
            let category = self.enter(&resources, key);
            self.added_default(&category);
            self.explain_below(&category.new, FORM_ADDITIONS, &category.path, None);
            for name in self.changed_keys(&category) {
                let (_, font) = category.entries(&name);
                let is_new = [&category.old, &category.before].iter().all(|fonts| says_nothing_of(fonts, &name));
                let is_unused = is_new && !(*key == *b"Font" && !self.is_of_letters(&font) && self.is_in_defaults(&name));
                if is_unused || self.is_moved(&category, &name) {
                    continue;
                }
                let what = format!("/DR{}", named(&name));
                if self.shows_values() {
                    // Values that nobody changed would be shown with it.
                    self.object_to(category.answers, FORM_ADDITIONS, &category.path, &CATALOG_KEPT, what);
                } else {
                    self.shown.push((category.clone(), what));
                }
            }
            let is_list = category.new.as_dictionary().is_none() && category.old != Object::Null;
            if is_list && !self.is_moved(&resources, key) {
                self.shown.push((category, "/DR".to_owned()));
            }
        }
        if resources.dictionaries().0.entries().any(|(key, value)| *value != Object::Null && !new.has(key)) {
            self.shown.push((resources, "/DR".to_owned()));
        }
    }

    /// Whether the form, or a field of it, named this font for its values when it was signed: readers took another one then.
    fn is_in_defaults(&self, name: &[u8]) -> bool {
        let view = &self.signed;
        let value = |dictionary: &Dictionary, key: &[u8]| view.value(dictionary, key).unwrap_or(Object::Null);
        let form = view.catalog().map(|catalog| value(&catalog, b"AcroForm")).unwrap_or(Object::Null);
        let token = [b"/", name].concat();
        let names = |dictionary: &Dictionary| {
            let default = value(dictionary, b"DA");
            default.as_string().is_some_and(|default| default.split(u8::is_ascii_whitespace).any(|word| word == token))
        };
        let Some(form) = form.as_dictionary() else { return false };
        let (mut seen, mut waiting) = (BTreeSet::new(), elements(&value(form, b"Fields")).to_vec());
        let mut is_named = names(form);
        while let Some(field) = waiting.pop().filter(|_| !is_named) {
            if field.as_reference().is_some_and(|reference| !seen.insert(reference)) {
                continue;
            }
            let Ok(Object::Dictionary(field)) = view.resolve(&field) else { continue };
            is_named = names(&field) || self.budget.spend(1).is_err();
            waiting.extend(elements(&value(&field, b"Kids")).iter().cloned());
        }
        is_named
    }

    /// What was not there cannot have been in use.
    fn added_default(&mut self, node: &Node) {
        let rule = if self.shows_values() { FORM_ADDITIONS } else { FORM_UNUSED };
        self.explain(node.answers, rule, &node.path);
    }

    /// Whether a default says what readers do without it: text at the left (table 228), in letters that can be seen.
    fn is_plain_default(&self, key: &[u8], value: &Object) -> bool {
        let Ok(value) = self.later.resolve(value) else { return false };
        match key {
            b"Q" => value.as_integer() == Some(0),
            _ => value.as_string().is_some_and(ShownText::is_plain),
        }
    }

    /// Whether the form has fields whose looks follow from `/DA`, `/DR`, `/Q` and `/NeedAppearances`: any but signature fields (§12.7.4.3).
    pub fn shows_values(&mut self) -> bool {
        if let Some(known) = self.has_values {
            return known;
        }
        let has_values = [self.signed, self.later].iter().any(|view| self.has_other_fields(view));
        self.has_values = Some(has_values);
        has_values
    }

    fn has_other_fields(&self, view: &View<'_, '_>) -> bool {
        let value = |dictionary: &Dictionary, key: &[u8]| view.value(dictionary, key).unwrap_or(Object::Null);
        let form = view.catalog().map(|catalog| value(&catalog, b"AcroForm")).unwrap_or(Object::Null);
        let Some(form) = form.as_dictionary() else { return false };
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<(Object, bool)> = elements(&value(form, b"Fields")).iter().map(|field| (field.clone(), false)).collect();
        while let Some((field, is_signature)) = waiting.pop() {
            if field.as_reference().is_some_and(|reference| !seen.insert(reference)) {
                continue;
            }
            let Ok(Object::Dictionary(field)) = view.resolve(&field) else { continue };
            let is_signature = match value(&field, b"FT") {
                Object::Null => is_signature,
                kind => kind.is_name(b"Sig"),
            };
            let kids = value(&field, b"Kids");
            if (kids == Object::Null && !is_signature) || self.budget.spend(1).is_err() {
                return true;
            }
            waiting.extend(elements(&kids).iter().map(|kid| (kid.clone(), is_signature)));
        }
        false
    }
}

fn says_nothing_of(dictionary: &Object, key: &[u8]) -> bool {
    dictionary.as_dictionary().is_none_or(|dictionary| !dictionary.has(key))
}

pub(super) fn elements(object: &Object) -> &[Object] {
    object.as_array().unwrap_or_default()
}

/// The references among `elements`, sorted.
pub(super) fn references_of(elements: &[Object]) -> Vec<Reference> {
    let mut references: Vec<Reference> = elements.iter().filter_map(Object::as_reference).collect();
    references.sort_unstable();
    references
}

/// The positions of what `new` has more than `old`; `None` when something of `old` is missing or in another order.
pub(super) fn grown(old: &[Object], new: &[Object]) -> Option<Vec<usize>> {
    let mut kept = old.iter().peekable();
    let mut added = Vec::new();
    for (index, element) in new.iter().enumerate() {
        if kept.peek().is_some_and(|old| *old == element) {
            kept.next();
        } else {
            added.push(index);
        }
    }
    kept.next().is_none().then_some(added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_keeps_what_it_has_in_its_order() {
        let list = |numbers: &[i64]| numbers.iter().map(|number| Object::Integer(*number)).collect::<Vec<_>>();
        assert_eq!(grown(&list(&[1, 2]), &list(&[1, 2, 3])), Some(vec![2]));
        assert_eq!(grown(&list(&[1, 2]), &list(&[0, 1, 3, 2])), Some(vec![0, 2]));
        assert_eq!(grown(&list(&[1, 2]), &list(&[2, 1])), None);
        assert_eq!(grown(&list(&[1, 2]), &list(&[1])), None);
        assert_eq!(grown(&[], &[]), Some(vec![]));
    }
}
