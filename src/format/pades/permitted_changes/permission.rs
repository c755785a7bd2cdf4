//! ISO 32000-2 §12.8.2.2, §12.8.2.4 — DocMDP, FieldMDP and locks, as the signed revision has them

use super::super::signature_field::{array, dictionary, places_in};
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object};
use crate::report::json::Permission;

/// What the signatures of a revision allow later ones to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Permissions {
    /// The strictest certification.
    pub certification: Option<Permission>,
    /// Whether some signature locks fields.
    pub locks: bool,
}

impl Permissions {
    /// Those in force in the revision of `view`: of `/Perms` and of every signature's own `/Reference`, the stricter counts.
    pub fn of(view: &View<'_, '_>) -> Self {
        let mut found = Self::default();
        for place in places_in(view) {
            let Some(holder) = place.holder.and_then(|holder| dictionary(view, &Object::Reference(holder))) else { continue };
            if place.direct || place.field_object.is_some() {
                let field = place.field_object.and_then(|field| dictionary(view, &Object::Reference(field)));
                found.lock(view, field.as_deref());
            }
            let value = if place.direct { dictionary(view, holder.entry(b"V")) } else { Some(holder) };
            for reference in value.iter().flat_map(|value| array(view, value.entry(b"Reference")).to_vec()) {
                found.transform(view, dictionary(view, &reference).as_deref());
            }
        }
        found
    }

    fn transform(&mut self, view: &View<'_, '_>, reference: Option<&Dictionary>) {
        let Some(reference) = reference else { return };
        let method = view.value(reference, b"TransformMethod").unwrap_or(Object::Null);
        let parameters = dictionary(view, reference.entry(b"TransformParams"));
        let level = parameters.and_then(|parameters| view.value(&parameters, b"P").ok().and_then(|level| level.as_integer()));
        if method.is_name(b"DocMDP") {
            // Table 257: 2 when absent; a value that means nothing is read as the strictest.
            self.certify(level.unwrap_or(2));
        } else if method.is_name(b"FieldMDP") {
            self.locks = true;
        }
    }

    fn lock(&mut self, view: &View<'_, '_>, field: Option<&Dictionary>) {
        let Some(lock) = field.and_then(|field| dictionary(view, field.entry(b"Lock"))) else { return };
        self.locks = true;
        if let Some(level) = view.value(&lock, b"P").ok().and_then(|level| level.as_integer()) {
            self.certify(level);
        }
    }

    fn certify(&mut self, level: i64) {
        let permission = match level {
            2 => Permission::P2,
            3 => Permission::P3,
            _ => Permission::P1,
        };
        let strictness = |permission: Permission| match permission {
            Permission::P1 => 0,
            Permission::P2 => 1,
            _ => 2,
        };
        if self.certification.is_none_or(|known| strictness(permission) < strictness(known)) {
            self.certification = Some(permission);
        }
    }
}
