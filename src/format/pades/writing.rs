//! EN 319 142-1 §5 — PAdES signatures written: field, widget and signature dictionary in one incremental update

mod archival;
#[cfg(feature = "json")]
mod associated_file;
mod catalog;
mod dictionary;
mod field;
mod form;
mod page;
mod permissions;
mod refusal;
mod related;
mod request;
mod rewriting;

use std::sync::Arc;

pub(crate) use archival::{Material, document_timestamp, security_store};
#[cfg(feature = "json")]
pub(crate) use associated_file::with_associated_file;
pub use refusal::Refusal;
pub(crate) use related::{Related, related_key};
pub use request::{Appearance, FieldLock, Permission, SubFilter};
pub(crate) use request::{Request, Value};

use super::seed_value::{Made, demands};
use dictionary::signature_dictionary;
use field::Shows;
use form::Form;
use permissions::{Reading, Rules};
use rewriting::fault;

use crate::encoding::pdf::{Dictionary, EncryptionFacts, Object, Pdf, Problem, Reference, Update, View, Written};

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

/// A field that the document has already, and that can be signed.
struct Existing {
    reference: Reference,
    dictionary: Arc<Dictionary>,
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
        let name = self.request.field.clone().unwrap_or_else(|| self.form.unused_name("Signature"));
        let existing = self.existing(&name)?;
        self.check_permissions(&name, existing.is_some())?;
        let lock = self.lock(&name, existing.as_ref())?;
        self.check_seed_value(&name, existing.as_ref(), lock.as_ref().and_then(|(_, permission)| *permission))?;
        // A lock that names no field, as `/P` alone needs it, is no transform.
        let transform = lock.as_ref().map(|(lock, _)| lock).filter(|lock| **lock != FieldLock::Include(Vec::new()));
        let signature = signature_dictionary(self.request, transform, self.root, self.value.room);
        let signature = self.update.add(signature);
        match existing {
            Some(field) => self.fill_field(&field, signature)?,
            None => self.new_field(&name, signature, Shows::Appearance)?,
        }
        self.flags()?;
        if self.request.certification.is_some() {
            self.catalog_entry(b"Perms", |permissions| permissions.with(b"DocMDP", Object::Reference(signature)))?;
        }
        self.extensions()?;
        Ok(self.update.finish()?)
    }

    /// The field called `name`, if the document has it and it can be signed.
    fn existing(&self, name: &str) -> Result<Option<Existing>, Refusal> {
        let field = || name.to_owned();
        let mut found = self.form.fields.iter().filter(|field| field.name == name);
        let (Some(found), twin) = (found.next(), found.next()) else {
            // A new field under a parent would change the parent; a partial name has no period (§12.7.4.2).
            return if name.is_empty() || name.contains('.') { Err(Refusal::FieldName { field: field() }) } else { Ok(None) };
        };
        if !found.kind.is_name(b"Sig") || found.is_parent(&self.form) {
            return Err(Refusal::FieldOfAnotherType { field: field() });
        }
        if twin.is_some() {
            return Err(fault(self.view, found.reference, "field_name", format!("two fields are called {name:?}")).into());
        }
        if self.view.value(&found.dictionary, b"V")? != Object::Null {
            return Err(Refusal::FieldSigned { field: field() });
        }
        if found.flags & 1 != 0 {
            return Err(Refusal::FieldReadOnly { field: field() });
        }
        let reference = found.reference.ok_or_else(|| Problem::new("field", "field that is not an indirect object", 0))?;
        Ok(Some(Existing { reference, dictionary: Arc::clone(&found.dictionary) }))
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

    /// The lock that holds from this signature on. An existing field keeps the one that it has: only a transform can be added to it.
    fn lock(&self, name: &str, existing: Option<&Existing>) -> Result<Option<(FieldLock, Option<Permission>)>, Refusal> {
        let asked = self.request.lock.clone();
        let Some(field) = existing else { return Ok(asked) };
        let own = match self.view.value(&field.dictionary, b"Lock")? {
            Object::Dictionary(lock) => {
                let permission = self.view.value(&lock, b"P")?.as_integer().map(|value| Permission::from_value(Some(value)));
                Reading::new(self.view).field_lock(&lock)?.map(|lock| (lock, permission))
            }
            _ => None,
        };
        match (own, asked) {
            (own, None) => Ok(own),
            (None, Some((lock, None))) => Ok(Some((lock, None))),
            (own, asked) if own == asked => Ok(own),
            _ => Err(Refusal::FieldLock { field: name.to_owned() }),
        }
    }

    fn check_seed_value(&self, name: &str, existing: Option<&Existing>, locked: Option<Permission>) -> Result<(), Refusal> {
        let Some(field) = existing else { return Ok(()) };
        let Object::Dictionary(seed_value) = self.view.value(&field.dictionary, b"SV")? else { return Ok(()) };
        let made = self.made(locked);
        match demands(&self.view, &seed_value, &made)?.into_iter().find(|demand| !demand.met) {
            Some(unmet) => Err(Refusal::SeedValue { field: name.to_owned(), constraint: unmet.constraint, wanted: unmet.wanted }),
            None => Ok(()),
        }
    }

    /// What the signature will be. Revocation information inside its value, and an attestation, are nothing that is written.
    fn made(&self, locked: Option<Permission>) -> Made {
        let Request { sub_filter, reason, certification, .. } = self.request;
        let permission = certification.iter().copied().chain(locked).min();
        Made {
            filter: "Adobe.PPKLite".into(),
            sub_filter: sub_filter.name().into(),
            reason: reason.clone(),
            digest: Some(self.value.digest),
            certification: certification.map(Permission::value),
            permission: permission.map(Permission::value),
            attestation: None,
            revocation_information: false,
            timestamp: false,
            certificates: self.value.certificates.to_vec(),
        }
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
}
