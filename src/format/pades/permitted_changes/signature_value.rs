//! ISO 32000-2 §12.8.1 — Signature dictionaries that a later revision adds

use super::explanation::{DOCUMENT_TIMESTAMP, SIGNATURE_VALUE};
use super::step::Step;
use super::{FIELDS_KEPT, JUDGED};
use crate::encoding::pdf::object::{Dictionary, Object, Reference};
use crate::pki::TimestampToken;

/// What the value of a new or existing signature field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// The field has no value.
    No,
    /// A signature of a person or an organisation.
    Signature,
    /// A timestamp over the document (§12.8.5).
    Timestamp,
}

impl Step<'_, '_, '_> {
    /// Judges `/V` of the signature field in object `field`: a new dictionary that signs the very revision that has it, and is the value of
    /// no other field.
    pub fn signature_value(&mut self, field: u32, value: &Object, path: &str) -> Signed {
        let reference = value.as_reference();
        let number = reference.map_or(field, |reference| reference.number);
        if reference.is_some_and(|reference| self.signed.is_defined(reference)) {
            self.object_to(field, SIGNATURE_VALUE, path, &FIELDS_KEPT, "/V");
        }
        let dictionary = match self.later.resolve(value) {
            Ok(Object::Null) => return Signed::No,
            Ok(Object::Dictionary(dictionary)) => dictionary,
            _ => {
                self.object_to(field, SIGNATURE_VALUE, path, &FIELDS_KEPT, "/V");
                return Signed::No;
            }
        };
        let is_timestamp = self.value(&dictionary, b"SubFilter").is_name(b"ETSI.RFC3161");
        let rule = if is_timestamp { DOCUMENT_TIMESTAMP } else { SIGNATURE_VALUE };
        let path = format!("{path}.V");
        if !self.signs_its_revision(number, &dictionary) {
            self.object_to(number, rule, &path, &JUDGED, "/ByteRange");
            self.object_to(field, rule, &path, &JUDGED, "/ByteRange");
        }
        if reference.is_some_and(|reference| !self.is_value_of_one(reference)) {
            self.object_to(number, rule, &path, &FIELDS_KEPT, "/V");
        }
        if is_timestamp && !self.has_token(reference, &dictionary) {
            self.object_to(number, rule, &path, &JUDGED, "/Contents");
        }
        if is_timestamp { Signed::Timestamp } else { Signed::Signature }
    }

    /// Whether its `/ByteRange` ends the revision that wrote object `number`.
    fn signs_its_revision(&self, number: u32, dictionary: &Dictionary) -> bool {
        let pdf = self.later.pdf();
        let range = self.value(dictionary, b"ByteRange");
        let offset = |object: &Object| object.as_integer().and_then(|integer| usize::try_from(integer).ok());
        let integers: Vec<usize> = range.as_array().unwrap_or_default().iter().filter_map(offset).collect();
        let [0, _, start, length] = integers.as_slice() else { return false };
        let cost = u64::try_from(pdf.revisions().len()).unwrap_or(u64::MAX);
        let Some(end) = start.checked_add(*length).filter(|_| self.budget.spend(cost).is_ok()) else { return false };
        let written = self.later.entry(number).map(|placed| placed.revision);
        pdf.revision_ending_at(end).ok() == written
    }

    /// Whether one field has it as its value, and at most that field's default and the permissions name it beside.
    fn is_value_of_one(&self, reference: Reference) -> bool {
        let Some(places) = self.references().places(&self.later, reference) else { return false };
        let named: Vec<(Reference, Vec<&[u8]>)> = places.iter().map(|place| (place.user, place.keys().collect())).collect();
        let mut fields = named.iter().filter(|(_, keys)| matches!(keys.as_slice(), [b"V"])).map(|(user, _)| *user);
        let (Some(field), None) = (fields.next(), fields.next()) else { return false };
        named.iter().all(|(user, keys)| match keys.as_slice() {
            [b"V"] | [b"DocMDP"] | [.., b"Perms", b"DocMDP"] => true,
            [b"DV"] => *user == field,
            _ => false,
        })
    }

    /// `/Contents` is never encrypted (§7.6.2).
    fn has_token(&self, reference: Option<Reference>, dictionary: &Dictionary) -> bool {
        let written = reference.and_then(|reference| self.later.object_undecrypted(reference).ok());
        let written = written.as_ref().and_then(Object::as_dictionary).unwrap_or(dictionary);
        written.entry(b"Contents").as_string().is_some_and(|token| TimestampToken::from_ber(token).is_ok())
    }
}
