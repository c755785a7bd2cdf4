//! ISO 32000-2 §12.8.2.2, §12.8.2.4 — DocMDP, FieldMDP and field locks, as each signature has them in the revision that it signed

use std::sync::Arc;

use super::super::signature_field::{SignaturePlace, array, dictionary};
use crate::encoding::pdf::object::{Dictionary, Object};
use crate::encoding::pdf::{Pdf, View, decode_text};
use crate::report::json::Permission;

/// What one signature permits from its revision on.
#[derive(Clone, Debug, Default)]
pub(super) struct Restriction {
    /// The revision that it signed.
    pub revision: usize,
    /// `/P` of DocMDP and of the lock, the lower of both: 1, 2 or 3.
    level: Option<Level>,
    locks: Vec<FieldLock>,
}

/// Table 257: the values of `/P`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// 1: no changes.
    NoChanges,
    /// 2: filling in forms, signing.
    FormFilling,
    /// 3: annotations as well.
    Annotations,
}

/// Which fields are locked (tables 236, 259), by fully qualified names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FieldLock {
    All,
    Include(Vec<String>),
    Exclude(Vec<String>),
}

/// What all signatures together permit.
#[derive(Clone, Debug, Default)]
pub(super) struct InForce<'r> {
    /// The lowest `/P`; `None` without certification.
    pub level: Option<Level>,
    locks: Vec<&'r FieldLock>,
}

impl<'r> InForce<'r> {
    /// What the signatures of revision `signed` and of older ones permit: their intersection.
    pub fn at(restrictions: &'r [Restriction], signed: usize) -> Self {
        let mut in_force = Self::default();
        for restriction in restrictions.iter().filter(|restriction| restriction.revision <= signed) {
            in_force.level = [in_force.level, restriction.level].into_iter().flatten().min();
            in_force.locks.extend(&restriction.locks);
        }
        in_force
    }

    /// Whether some lock names the field or one above it.
    pub fn locks(&self, field: &str) -> bool {
        self.locks.iter().any(|lock| lock.locks(field))
    }

    /// As the report says it.
    pub fn permission(&self) -> Permission {
        match self.level {
            Some(Level::NoChanges) => Permission::P1,
            Some(Level::FormFilling) => Permission::P2,
            Some(Level::Annotations) => Permission::P3,
            None if self.locks.is_empty() => Permission::Unrestricted,
            None => Permission::Lock,
        }
    }
}

impl Restriction {
    /// Reads what the signature at `place` permits, in the revision that it signed.
    pub fn of(pdf: &Pdf<'_>, place: &SignaturePlace, revision: usize) -> Self {
        let mut restriction = Self { revision, ..Self::default() };
        let Some(view) = pdf.at(revision) else { return restriction };
        let Some(signature) = signature(&view, place) else { return restriction };
        restriction.transforms(&view, &signature);
        if restriction.level.is_none() && is_certification(&view, place) {
            // Named as the certification, without saying so itself: the default of table 257.
            restriction.level = Some(Level::FormFilling);
        }
        let field = place.field_object.and_then(|field| dictionary(&view, &Object::Reference(field)));
        if let Some(lock) = field.and_then(|field| dictionary(&view, field.entry(b"Lock"))) {
            restriction.locks.extend(field_lock(&view, &lock));
            // Table 236: only a `/P` that is there says anything.
            if let Some(level) = value(&view, &lock, b"P").as_integer() {
                restriction.lower(Level::of(Some(level)));
            }
        }
        restriction
    }

    fn transforms(&mut self, view: &View<'_, '_>, signature: &Dictionary) {
        for reference in array(view, signature.entry(b"Reference")).iter() {
            let Some(reference) = dictionary(view, reference) else { continue };
            let parameters = dictionary(view, reference.entry(b"TransformParams")).unwrap_or_default();
            let method = value(view, &reference, b"TransformMethod");
            if method.is_name(b"DocMDP") {
                self.lower(Level::of(value(view, &parameters, b"P").as_integer()));
            } else if method.is_name(b"FieldMDP") {
                // Table 259 requires an action; without one nobody can tell what is not locked.
                self.locks.push(field_lock(view, &parameters).unwrap_or(FieldLock::All));
            }
        }
    }

    fn lower(&mut self, level: Level) {
        self.level = Some(self.level.map_or(level, |old| old.min(level)));
    }
}

impl Level {
    /// Absent is 2 (table 257); what is not defined is the strictest.
    fn of(value: Option<i64>) -> Self {
        match value {
            None | Some(2) => Self::FormFilling,
            Some(3) => Self::Annotations,
            Some(_) => Self::NoChanges,
        }
    }
}

impl FieldLock {
    fn locks(&self, field: &str) -> bool {
        let within = |name: &String| field.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        match self {
            Self::All => true,
            Self::Include(names) => names.iter().any(within),
            Self::Exclude(names) => !names.iter().any(within),
        }
    }
}

fn signature(view: &View<'_, '_>, place: &SignaturePlace) -> Option<Arc<Dictionary>> {
    let holder = dictionary(view, &Object::Reference(place.holder?))?;
    if place.direct { dictionary(view, holder.entry(b"V")) } else { Some(holder) }
}

fn is_certification(view: &View<'_, '_>, place: &SignaturePlace) -> bool {
    let permissions = view.catalog().ok().and_then(|catalog| dictionary(view, catalog.entry(b"Perms")));
    let named = permissions.and_then(|permissions| permissions.entry(b"DocMDP").as_reference());
    !place.direct && named.is_some() && named == place.holder
}

/// `/Action` and `/Fields`. An action that is not defined locks everything; none at all locks nothing.
fn field_lock(view: &View<'_, '_>, lock: &Dictionary) -> Option<FieldLock> {
    let names = || {
        let texts = array(view, lock.entry(b"Fields"));
        let text = |name: &Object| view.resolve(name).ok().and_then(|name| name.as_string().map(decode_text));
        texts.iter().filter_map(text).collect()
    };
    Some(match value(view, lock, b"Action").as_name()? {
        b"Include" => FieldLock::Include(names()),
        b"Exclude" => FieldLock::Exclude(names()),
        _ => FieldLock::All,
    })
}

fn value(view: &View<'_, '_>, dictionary: &Dictionary, key: &[u8]) -> Object {
    view.value(dictionary, key).unwrap_or(Object::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_reaches_the_fields_below_those_it_names() {
        let names = vec!["leader".to_owned()];
        for (field, within) in [("leader", true), ("leader.date", true), ("leader2", false), ("seal", false)] {
            assert_eq!(FieldLock::Include(names.clone()).locks(field), within, "{field}");
            assert_eq!(FieldLock::Exclude(names.clone()).locks(field), !within, "{field}");
            assert!(FieldLock::All.locks(field));
        }
    }

    #[test]
    fn the_intersection_of_older_signatures_is_in_force() {
        let restriction = |revision, level| Restriction { revision, level, locks: Vec::new() };
        let restrictions =
            [restriction(0, Some(Level::Annotations)), restriction(2, Some(Level::FormFilling)), restriction(4, Some(Level::NoChanges))];
        assert_eq!(InForce::at(&restrictions, 0).permission(), Permission::P3);
        assert_eq!(InForce::at(&restrictions, 2).permission(), Permission::P2);
        assert_eq!(InForce::at(&restrictions, 3).permission(), Permission::P2);
        assert_eq!(InForce::at(&restrictions[1..], 1).permission(), Permission::Unrestricted);
    }

    #[test]
    fn a_level_that_is_not_defined_permits_nothing() {
        use Level::{Annotations, FormFilling, NoChanges};
        let levels = [None, Some(1), Some(2), Some(3), Some(0), Some(4)].map(Level::of);
        assert_eq!(levels, [FormFilling, NoChanges, FormFilling, Annotations, NoChanges, NoChanges]);
    }
}
