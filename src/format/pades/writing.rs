//! EN 319 142-1 §5 — PAdES signatures written: field, widget and signature dictionary in one incremental update

mod dictionary;
mod form;
mod page;
mod permissions;
mod refusal;
mod request;
mod rewriting;
mod seed_value;

use std::sync::Arc;

pub use refusal::Refusal;
pub use request::{Appearance, FieldLock, Permission, SubFilter};
pub(crate) use request::{Request, Value};

use dictionary::{dictionary, lock_dictionary, signature_dictionary};
use form::Form;
use permissions::{Reading, Rules};
use rewriting::{append, sound};
use seed_value::SeedValue;

use crate::encoding::pdf::{Dictionary, EncryptionFacts, NewObject, Object, Pdf, Problem, Reference, Update, View, Written, encode_text};

/// `/F` of a widget: printed, and not to be moved (table 167, bits 3 and 8).
const PRINT_AND_LOCKED: i64 = 1 << 2 | 1 << 7;
/// `/SigFlags`: signatures exist, changes are appended (table 225).
const SIGNATURES_EXIST_AND_APPEND_ONLY: i64 = 3;

/// The update that signs `pdf`, with zeros where the signature value will stand.
pub(crate) fn prepare(pdf: &Pdf<'_>, request: &Request, value: &Value<'_>) -> Result<Written, Refusal> {
    if pdf.locked() {
        return Err(Refusal::PasswordMissing);
    }
    Writing::new(pdf, request, value)?.write()
}

struct Writing<'w, 'p, 'a> {
    update: Update<'p, 'a>,
    view: View<'p, 'a>,
    root: Reference,
    catalog: Arc<Dictionary>,
    form: Form,
    request: &'w Request,
    value: &'w Value<'w>,
}

impl<'w, 'p, 'a> Writing<'w, 'p, 'a> {
    fn new(pdf: &'p Pdf<'a>, request: &'w Request, value: &'w Value<'w>) -> Result<Self, Refusal> {
        let update = Update::new(pdf)?;
        let view = update.view();
        if view.trailer().has(b"AuthCode") {
            return Err(Refusal::AuthenticationCode);
        }
        let root = view.trailer().entry(b"Root").as_reference();
        let root = root.ok_or_else(|| Problem::new("catalog", "/Root is no reference", 0))?;
        let catalog = view.catalog()?;
        if view.value(&catalog, b"AcroForm")?.as_dictionary().is_some_and(|form| form.has(b"XFA")) {
            return Err(Refusal::Xfa);
        }
        let form = Form::read(view, &catalog)?;
        Ok(Self { update, view, root, catalog, form, request, value })
    }

    fn write(mut self) -> Result<Written, Refusal> {
        let name = self.request.field.clone().unwrap_or_else(|| self.form.unused_name());
        let existing = self.existing(&name)?;
        self.check_permissions(&name, existing.is_some())?;
        let lock = self.lock(existing.as_ref())?;
        self.check_seed_value(&name, existing.as_ref(), lock.as_ref().and_then(|(_, permission)| *permission))?;
        // A lock that names no field, as `/P` alone needs it, is no transform.
        let transform = lock.as_ref().map(|(lock, _)| lock).filter(|lock| **lock != FieldLock::Include(Vec::new()));
        let signature = signature_dictionary(self.request, transform, self.root, self.value.room);
        let signature = self.update.add(signature);
        match existing {
            Some((field, dictionary)) => self.fill_field(field, &dictionary, signature)?,
            None => self.new_field(&name, signature)?,
        }
        self.flags()?;
        if self.request.certification.is_some() {
            self.catalog_entry(b"Perms", |permissions| permissions.with(b"DocMDP", Object::Reference(signature)))?;
        }
        self.extensions()?;
        Ok(self.update.finish()?)
    }

    /// The field called `name`, if the document has it and it can be signed.
    fn existing(&self, name: &str) -> Result<Option<(Reference, Arc<Dictionary>)>, Refusal> {
        let field = || name.to_owned();
        let Some(found) = self.form.find(name) else {
            // A new field under a parent would change the parent; a partial name has no period (§12.7.4.2).
            return if name.is_empty() || name.contains('.') { Err(Refusal::FieldOfAnotherType { field: field() }) } else { Ok(None) };
        };
        if !found.kind.is_name(b"Sig") || found.is_parent(&self.form) {
            return Err(Refusal::FieldOfAnotherType { field: field() });
        }
        if self.view.value(&found.dictionary, b"V")? != Object::Null {
            return Err(Refusal::FieldSigned { field: field() });
        }
        if found.flags & 1 != 0 {
            return Err(Refusal::FieldReadOnly { field: field() });
        }
        let reference = found.reference.ok_or_else(|| Problem::new("field", "field that is not an indirect object", 0))?;
        Ok(Some((reference, Arc::clone(&found.dictionary))))
    }

    fn check_permissions(&self, name: &str, exists: bool) -> Result<(), Refusal> {
        if let Some(encryption) = self.view.pdf().encryption() {
            permitted_by_encryption(encryption, exists)?;
        }
        let rules = Rules::read(self.view, &self.catalog, &self.form)?;
        if self.request.certification.is_some() && !rules.is_empty() {
            return Err(Refusal::CertificationNotFirst);
        }
        rules.iter().try_for_each(|rules| rules.check(name))
    }

    /// The lock that holds from this signature on: the field's own, else the one asked for.
    fn lock(&self, existing: Option<&(Reference, Arc<Dictionary>)>) -> Result<Option<(FieldLock, Option<Permission>)>, Refusal> {
        if let Some((_, field)) = existing
            && let Object::Dictionary(lock) = self.view.value(field, b"Lock")?
        {
            let permission = self.view.value(&lock, b"P")?.as_integer().map(|value| Permission::from_value(Some(value)));
            return Ok(Reading::new(self.view).field_lock(&lock)?.map(|lock| (lock, permission)));
        }
        Ok(self.request.lock.clone())
    }

    fn check_seed_value(
        &self,
        name: &str,
        existing: Option<&(Reference, Arc<Dictionary>)>,
        locked: Option<Permission>,
    ) -> Result<(), Refusal> {
        let Some((_, field)) = existing else { return Ok(()) };
        let Object::Dictionary(seed_value) = self.view.value(field, b"SV")? else { return Ok(()) };
        let permission = self.request.certification.into_iter().chain(locked).min();
        let (view, request, value) = (self.view, self.request, self.value);
        SeedValue { view, field: name, dictionary: &seed_value, request, value, permission }.check()
    }

    fn fill_field(&mut self, reference: Reference, field: &Dictionary, signature: Reference) -> Result<(), Refusal> {
        let mut filled = field.with(b"V", Object::Reference(signature));
        if let Some(rectangle) = self.rectangle_of(field)?
            && self.request.appearance.is_some()
        {
            filled = filled.with(b"AP", self.appearance(rectangle));
        }
        self.rewrite(reference, field, filled)
    }

    /// `/Rect` of a field that is its own widget.
    fn rectangle_of(&self, field: &Dictionary) -> Result<Option<[f64; 4]>, Refusal> {
        let rectangle = self.view.value(field, b"Rect")?;
        let numbers: Vec<f64> = rectangle.as_array().unwrap_or_default().iter().filter_map(Object::as_number).collect();
        Ok(numbers.try_into().ok())
    }

    /// A field that is its own widget (§12.7.4.1, §12.5.6.19), on a page, in the form.
    fn new_field(&mut self, name: &str, signature: Reference) -> Result<(), Refusal> {
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
            (b"AP", self.appearance(rectangle)),
        ];
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

    fn add_to_form(&mut self, field: Reference) -> Result<(), Refusal> {
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
    fn flags(&mut self) -> Result<(), Refusal> {
        let form = self.update.resolve(self.catalog.entry(b"AcroForm"))?;
        let form = form.as_dictionary().cloned().unwrap_or_default();
        let old = self.view.value(&form, b"SigFlags")?.as_integer().unwrap_or(0);
        let flags = old | SIGNATURES_EXIST_AND_APPEND_ONLY;
        if flags == old { Ok(()) } else { self.catalog_entry(b"AcroForm", |form| form.with(b"SigFlags", Object::Integer(flags))) }
    }

    /// ISO/TS 32001 and 32002: algorithms that ISO 32000-2 does not list are announced.
    fn extensions(&mut self) -> Result<(), Refusal> {
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
    fn catalog_entry(&mut self, key: &[u8], change: impl FnOnce(&Dictionary) -> Dictionary) -> Result<(), Refusal> {
        let entry = self.catalog.entry(key).clone();
        let old = self.update.resolve(&entry)?;
        let old = old.as_dictionary().cloned().unwrap_or_default();
        match entry {
            Object::Reference(reference) => self.rewrite(reference, &old, change(&old)),
            _ => {
                let root = self.catalog.with(key, Object::Dictionary(Arc::new(change(&old))));
                self.rewrite_catalog(root)
            }
        }
    }

    fn rewrite_catalog(&mut self, catalog: Dictionary) -> Result<(), Refusal> {
        let old = std::mem::replace(&mut self.catalog, Arc::new(catalog.clone()));
        self.rewrite(self.root, &old, catalog)
    }

    fn rewrite(&mut self, reference: Reference, old: &Dictionary, new: Dictionary) -> Result<(), Refusal> {
        sound(self.view, reference, old)?;
        self.update.set(reference, new.into());
        Ok(())
    }
}

/// ISO 32000-2 table 22: to create a form field takes bits 4 and 6, to fill in one bit 6 or 9. The owner may do everything.
fn permitted_by_encryption(encryption: &EncryptionFacts, field_exists: bool) -> Result<(), Refusal> {
    let bit = |number: u32| encryption.permissions >> (number - 1) & 1 != 0;
    // Bit 9 is reserved and set in revision 2, which is the one with keys of 40 bits.
    let fill = bit(6) || bit(9) && encryption.key_bits > 40;
    let (permitted, needed) = if field_exists { (fill, "filling in form fields") } else { (bit(4) && bit(6), "new form fields") };
    if permitted || encryption.owner { Ok(()) } else { Err(Refusal::PermissionMissing { needed }) }
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

/// A coordinate, without a fraction where it has none.
fn number(value: f64) -> Object {
    value.to_string().parse().map_or(Object::Real(value), Object::Integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits 4, 6 and 9 of `/P` are 8, 32 and 256.
    #[test]
    fn the_encryption_reserves_fields_to_the_owner_bit_by_bit() {
        let facts = |permissions, owner, key_bits| EncryptionFacts {
            algorithm: "AES-256",
            key_bits,
            permissions,
            owner,
            locked: false,
            permissions_disagree: false,
        };
        for (permissions, new_field, existing_field) in
            [(8 + 32, true, true), (32, false, true), (256, false, true), (8, false, false), (8 + 256, false, true), (0, false, false)]
        {
            let permitted = |exists| permitted_by_encryption(&facts(permissions, false, 128), exists).is_ok();
            assert_eq!((permitted(false), permitted(true)), (new_field, existing_field), "{permissions}");
            assert!(permitted_by_encryption(&facts(permissions, true, 128), false).is_ok());
        }
        assert!(permitted_by_encryption(&facts(256, false, 40), true).is_err());
    }

    #[test]
    fn a_coordinate_has_a_fraction_only_where_it_needs_one() {
        assert_eq!([0.0, 12.5, -3.0].map(number), [Object::Integer(0), Object::Real(12.5), Object::Integer(-3)]);
    }
}
