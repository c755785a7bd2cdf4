//! ISO 32000-2 §7.7.2 — Document catalog: the interactive form, permissions and extensions, written

use std::sync::Arc;

use super::Writing;
use super::dictionary::dictionary;
use super::refusal::Refusal;
use super::rewriting::{append, sound};
use crate::encoding::pdf::{Dictionary, Object, Reference, encode_text};

/// `/SigFlags`: signatures exist, changes are appended (table 225).
const SIGNATURES_EXIST_AND_APPEND_ONLY: i64 = 3;

impl Writing<'_, '_, '_> {
    /// Appends `field` to `/Fields` of the form (§12.7.3), which is made where there is none.
    pub(super) fn add_to_form(&mut self, field: Reference) -> Result<(), Refusal> {
        let element = Object::Reference(field);
        let entry = self.catalog.entry(b"AcroForm").clone();
        match (self.update.resolve(&entry)?, entry) {
            (Object::Dictionary(form), Object::Reference(reference)) => append(&mut self.update, reference, &form, b"Fields", element),
            (Object::Dictionary(form), _) => {
                // The form stands in the catalog: it is written once, with its fields, as the catalog's new value.
                let fields = match self.update.resolve(form.entry(b"Fields"))? {
                    Object::Array(fields) => fields.iter().cloned().chain([element]).collect(),
                    _ => [element].into(),
                };
                self.catalog_entry(b"AcroForm", |form| form.with(b"Fields", Object::Array(fields)))
            }
            _ => {
                let form = self.update.add(dictionary(vec![(b"Fields", Object::Array([element].into()))]).into());
                let root = self.catalog.with(b"AcroForm", Object::Reference(form));
                self.rewrite_catalog(root)
            }
        }
    }

    /// `/SigFlags` of the form (§12.7.3).
    pub(super) fn flags(&mut self) -> Result<(), Refusal> {
        let form = self.update.resolve(self.catalog.entry(b"AcroForm"))?;
        let form = form.as_dictionary().cloned().unwrap_or_default();
        let old = self.view.value(&form, b"SigFlags")?.as_integer().unwrap_or(0);
        let flags = old | SIGNATURES_EXIST_AND_APPEND_ONLY;
        if flags == old { Ok(()) } else { self.catalog_entry(b"AcroForm", |form| form.with(b"SigFlags", Object::Integer(flags))) }
    }

    /// ISO/TS 32001 and 32002: algorithms that ISO 32000-2 does not list are announced.
    pub(super) fn extensions(&mut self) -> Result<(), Refusal> {
        let sha3 = self.value.digest.name().starts_with("SHA3").then_some((32001, "https://www.iso.org/standard/45874.html"));
        let edwards = self.value.edwards.then_some((32002, "https://www.iso.org/standard/45875.html"));
        for (level, page) in sha3.into_iter().chain(edwards) {
            let old = self.update.resolve(self.catalog.entry(b"Extensions"))?;
            let old = old.as_dictionary().map(|extensions| self.update.resolve(extensions.entry(b"ISO_"))).transpose()?;
            let mut announced = match old.unwrap_or(Object::Null) {
                Object::Array(elements) => elements.iter().map(|element| self.update.resolve(element)).collect::<Result<Vec<_>, _>>()?,
                Object::Null => Vec::new(),
                one => vec![one],
            };
            if announced.iter().any(|extension| announces(extension, level)) {
                continue;
            }
            announced.push(extension(level, page));
            self.catalog_entry(b"Extensions", |extensions| extensions.with(b"ISO_", Object::Array(announced.into())))?;
        }
        Ok(())
    }

    /// Changes the dictionary that is the value of `key` in the catalog, where it stands: in the catalog, or as an object of its own.
    pub(super) fn catalog_entry(&mut self, key: &[u8], change: impl FnOnce(&Dictionary) -> Dictionary) -> Result<(), Refusal> {
        let entry = self.catalog.entry(key).clone();
        match (self.update.resolve(&entry)?, entry) {
            (Object::Dictionary(old), Object::Reference(reference)) => self.rewrite(reference, &old, change(&old)),
            // A reference to nothing is replaced: its number may soon be another object's.
            (old, _) => {
                let old = old.as_dictionary().cloned().unwrap_or_default();
                let root = self.catalog.with(key, Object::Dictionary(Arc::new(change(&old))));
                self.rewrite_catalog(root)
            }
        }
    }

    pub(super) fn rewrite_catalog(&mut self, catalog: Dictionary) -> Result<(), Refusal> {
        let old = std::mem::replace(&mut self.catalog, Arc::new(catalog.clone()));
        self.rewrite(self.root, &old, catalog)
    }

    pub(super) fn rewrite(&mut self, reference: Reference, old: &Dictionary, new: Dictionary) -> Result<(), Refusal> {
        sound(self.view, reference, old)?;
        self.update.set(reference, new.into());
        Ok(())
    }
}

/// §7.12.2, table 49
fn extension(level: i64, page: &str) -> Object {
    Object::dictionary(vec![
        (b"Type", Object::name(b"DeveloperExtensions")),
        (b"BaseVersion", Object::name(b"2.0")),
        (b"ExtensionLevel", Object::Integer(level)),
        (b"ExtensionRevision", encode_text(":2022")),
        (b"URL", encode_text(page)),
    ])
}

fn announces(extension: &Object, level: i64) -> bool {
    extension.as_dictionary().is_some_and(|extension| *extension.entry(b"ExtensionLevel") == Object::Integer(level))
}
