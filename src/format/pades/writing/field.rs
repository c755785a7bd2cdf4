//! ISO 32000-2 §12.7.4, §12.5.6.19 — Signature fields and their widgets, written

use std::sync::Arc;

use super::dictionary::{dictionary, lock_dictionary};
use super::refusal::Refusal;
use super::rewriting::append;
use super::{Existing, Writing, page};
use crate::encoding::pdf::{Dictionary, NewObject, Object, Reference, encode_text};

/// `/F` of a widget: printed, and not to be moved (table 167, bits 3 and 8).
const PRINT_AND_LOCKED: i64 = 1 << 2 | 1 << 7;

/// What a new field has to show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// An appearance, an empty one when it is invisible.
    Appearance,
    /// Nothing at all: a document timestamp (EN 319 142-1 §5.4.3). A validator may take an appearance for more than a timestamp needs.
    Nothing,
}

impl Writing<'_, '_, '_> {
    pub(super) fn fill_field(&mut self, field: &Existing, signature: Reference) -> Result<(), Refusal> {
        let mut filled = field.dictionary.with(b"V", Object::Reference(signature));
        if self.request.appearance.is_some() {
            match self.rectangle_of(&filled)? {
                Some(rectangle) => filled = filled.with(b"AP", self.appearance(rectangle)),
                None => self.fill_widget(&filled)?,
            }
        }
        self.rewrite(field.reference, &field.dictionary, filled)
    }

    /// The appearance of a field whose widgets stand below it: the first gets it.
    fn fill_widget(&mut self, field: &Dictionary) -> Result<(), Refusal> {
        let kids = self.view.value(field, b"Kids")?;
        let Some(reference) = kids.as_array().and_then(|kids| kids.first()).and_then(Object::as_reference) else { return Ok(()) };
        if let Object::Dictionary(widget) = self.view.object(reference)?
            && let Some(rectangle) = self.rectangle_of(&widget)?
        {
            let filled = widget.with(b"AP", self.appearance(rectangle));
            self.rewrite(reference, &widget, filled)?;
        }
        Ok(())
    }

    fn rectangle_of(&self, widget: &Dictionary) -> Result<Option<[f64; 4]>, Refusal> {
        let rectangle = self.view.value(widget, b"Rect")?;
        let numbers: Vec<f64> = rectangle.as_array().unwrap_or_default().iter().filter_map(Object::as_number).collect();
        Ok(numbers.try_into().ok())
    }

    /// A field that is its own widget (§12.7.4.1, §12.5.6.19), on a page, in the form.
    pub(super) fn new_field(&mut self, name: &str, signature: Reference, shows: Shows) -> Result<(), Refusal> {
        let (page, page_dictionary) = page::page(self.view, &self.catalog, self.request.page.unwrap_or(1))?;
        let rectangle = self.request.rectangle.unwrap_or_default();
        let mut entries: Vec<(&[u8], Object)> = vec![
            (b"Type", Object::name(b"Annot")),
            (b"Subtype", Object::name(b"Widget")),
            (b"FT", Object::name(b"Sig")),
            (b"T", encode_text(name)),
            (b"V", Object::Reference(signature)),
            (b"F", Object::Integer(PRINT_AND_LOCKED)),
            (b"Rect", Object::Array(rectangle.map(number).into())),
            (b"P", Object::Reference(page)),
        ];
        if shows == Shows::Appearance {
            entries.push((b"AP", self.appearance(rectangle)));
        }
        if let Some((lock, permission)) = &self.request.lock {
            let lock = self.update.add(lock_dictionary(lock, *permission).into());
            entries.push((b"Lock", Object::Reference(lock)));
        }
        let field = self.update.add(dictionary(entries).into());
        append(&mut self.update, page, &page_dictionary, b"Annots", Object::Reference(field))?;
        self.add_to_form(field)
    }

    /// `/AP` with a form XObject (§12.5.5). PDF/A-1 (ISO 19005-1 §6.9) wants one of every field, so an invisible one has an empty one.
    fn appearance(&mut self, [left, bottom, right, top]: [f64; 4]) -> Object {
        let appearance = self.request.appearance.clone().unwrap_or_default();
        let size = [0.0, 0.0, (right - left).abs(), (top - bottom).abs()];
        let mut entries: Vec<(&[u8], Object)> = vec![
            (b"Type", Object::name(b"XObject")),
            (b"Subtype", Object::name(b"Form")),
            (b"BBox", Object::Array(size.map(number).into())),
        ];
        entries.push((b"Resources", Object::Dictionary(Arc::new(appearance.resources))));
        let stream = NewObject::Stream { dictionary: dictionary(entries), octets: appearance.content };
        Object::dictionary(vec![(b"N", Object::Reference(self.update.add(stream)))])
    }
}

/// A coordinate, without a fraction where it has none.
fn number(value: f64) -> Object {
    value.to_string().parse().map_or(Object::Real(value), Object::Integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinate_has_a_fraction_only_where_it_needs_one() {
        assert_eq!([0.0, 12.5, -3.0].map(number), [Object::Integer(0), Object::Real(12.5), Object::Integer(-3)]);
    }
}
