//! ISO 32000-2 §12.8.2.2, §12.8.2.4 — What earlier signatures still permit: DocMDP, FieldMDP, field locks

use super::form::{Field, Form, exhausted};
use super::refusal::Refusal;
use super::request::{FieldLock, Permission};
use crate::encoding::pdf::{Dictionary, Object, Problem, View, decode_text};
use crate::limits::Budget;

/// The rules that one earlier signature makes for what comes after it.
pub(super) struct Rules {
    /// Its field, for messages.
    by: String,
    permission: Option<Permission>,
    locks: Vec<FieldLock>,
}

impl Rules {
    /// The rules of every signature of the document, the one that `/Perms` names included.
    pub(super) fn read(view: View<'_, '_>, catalog: &Dictionary, form: &Form) -> Result<Vec<Self>, Refusal> {
        let reading = Reading::new(view);
        let signatures = Budget::new("signatures", view.pdf().limits().signatures);
        let mut rules = Vec::new();
        for field in form.signature_fields() {
            if let Some(signature) = field.value(view)? {
                signatures.spend(1).map_err(exhausted)?;
                rules.push(reading.signature(field, &signature)?);
            }
        }
        let permissions = view.value(catalog, b"Perms")?;
        let certification = permissions.as_dictionary().map(|permissions| view.value(permissions, b"DocMDP")).transpose()?;
        if let Some(Object::Dictionary(signature)) = certification {
            // Without the transform it still certifies, with the default of table 257.
            let (permission, _) = reading.transforms(&signature)?;
            rules.push(Self { by: "/Perms".to_owned(), permission: permission.or(Some(Permission::P2)), locks: Vec::new() });
        }
        Ok(rules)
    }

    /// Whether `field` may be signed.
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        if self.permission == Some(Permission::P1) {
            return Err(Refusal::NoChangesPermitted { by: self.by.clone() });
        }
        if self.locks.iter().any(|lock| lock.locks(field)) {
            return Err(Refusal::FieldLocked { field: field.to_owned(), by: self.by.clone() });
        }
        Ok(())
    }
}

/// The rules while they are read: arrays that many signatures share are paid for each time.
pub(super) struct Reading<'p, 'a> {
    view: View<'p, 'a>,
    elements: Budget,
}

impl<'p, 'a> Reading<'p, 'a> {
    pub(super) fn new(view: View<'p, 'a>) -> Self {
        Self { view, elements: Budget::new("objects", view.pdf().limits().objects) }
    }

    fn signature(&self, field: &Field, signature: &Dictionary) -> Result<Rules, Problem> {
        let view = self.view;
        let (mut permission, mut locks) = self.transforms(signature)?;
        if let Object::Dictionary(lock) = view.value(&field.dictionary, b"Lock")? {
            locks.extend(self.field_lock(&lock)?);
            // Only a `/P` that is there lowers what is permitted.
            if let Some(value) = view.value(&lock, b"P")?.as_integer() {
                let locked = Permission::from_value(Some(value));
                permission = Some(permission.map_or(locked, |permission| permission.min(locked)));
            }
        }
        Ok(Rules { by: field.name.clone(), permission, locks })
    }

    /// The transforms of `/Reference` (table 256): DocMDP with its `/P`, the strictest of several, and every FieldMDP.
    fn transforms(&self, signature: &Dictionary) -> Result<(Option<Permission>, Vec<FieldLock>), Problem> {
        let view = self.view;
        let (mut permission, mut locks) = (None, Vec::new());
        for reference in view.value(signature, b"Reference")?.as_array().unwrap_or_default() {
            self.elements.spend(1).map_err(exhausted)?;
            let Object::Dictionary(reference) = view.resolve(reference)? else { continue };
            let method = view.value(&reference, b"TransformMethod")?;
            let parameters = view.value(&reference, b"TransformParams")?;
            let parameters = parameters.as_dictionary().cloned().unwrap_or_default();
            if method.is_name(b"DocMDP") {
                let certified = Permission::from_value(view.value(&parameters, b"P")?.as_integer());
                permission = Some(permission.map_or(certified, |permission: Permission| permission.min(certified)));
            } else if method.is_name(b"FieldMDP") {
                locks.extend(self.field_lock(&parameters)?);
            }
        }
        Ok((permission, locks))
    }

    /// `/Action` and `/Fields` of a lock (table 236) or of FieldMDP parameters (table 259). An action that is not defined locks all.
    pub(super) fn field_lock(&self, lock: &Dictionary) -> Result<Option<FieldLock>, Problem> {
        let action = self.view.value(lock, b"Action")?;
        let mut names = Vec::new();
        for name in self.view.value(lock, b"Fields")?.as_array().unwrap_or_default() {
            self.elements.spend(1).map_err(exhausted)?;
            names.extend(self.view.resolve(name)?.as_string().map(decode_text));
        }
        Ok(match action.as_name() {
            None => None,
            Some(b"Include") => Some(FieldLock::Include(names)),
            Some(b"Exclude") => Some(FieldLock::Exclude(names)),
            Some(_) => Some(FieldLock::All),
        })
    }
}
