//! ISO 32000-2 §12.7.4 — Field dictionaries: the tree of fields, by fully qualified name

use std::collections::HashSet;
use std::sync::Arc;

use super::refusal::Refusal;
use crate::encoding::pdf::{Dictionary, Object, Problem, Reference, View, decode_text};

/// The fields of the interactive form.
#[derive(Default)]
pub(super) struct Form {
    /// In the order of the tree; a widget without a name belongs to the field above it.
    pub fields: Vec<Field>,
}

/// One field.
pub(super) struct Field {
    /// The fully qualified name (§12.7.4.2).
    pub name: String,
    /// `None` for a field that stands in its parent directly.
    pub reference: Option<Reference>,
    pub dictionary: Arc<Dictionary>,
    /// `/FT`, its own or inherited (§12.7.4.1).
    pub kind: Object,
    /// `/Ff`, its own or inherited.
    pub flags: i64,
}

/// A field that is still to be read.
struct Open {
    object: Object,
    parent: Option<String>,
    kind: Object,
    flags: i64,
}

impl Form {
    /// Reads the fields of the form in `catalog`.
    pub(super) fn read(view: View<'_, '_>, catalog: &Dictionary) -> Result<Self, Refusal> {
        let form = view.value(catalog, b"AcroForm")?;
        let Some(form) = form.as_dictionary() else { return Ok(Self::default()) };
        let fields = view.value(form, b"Fields")?;
        let mut open: Vec<Open> = kids(&fields, &None, &Object::Null, 0);
        let mut seen = HashSet::new();
        let mut form = Self::default();
        while let Some(next) = open.pop() {
            let reference = next.object.as_reference();
            if reference.is_some_and(|reference| !seen.insert(reference)) {
                continue;
            }
            if let Object::Dictionary(dictionary) = view.resolve(&next.object)? {
                form.field(view, reference, dictionary, next, &mut open)?;
            }
        }
        Ok(form)
    }

    fn field(
        &mut self,
        view: View<'_, '_>,
        reference: Option<Reference>,
        dictionary: Arc<Dictionary>,
        open: Open,
        more: &mut Vec<Open>,
    ) -> Result<(), Problem> {
        let partial = view.value(&dictionary, b"T")?;
        let name = match (partial.as_string().map(decode_text), open.parent) {
            // A kid without a name is a widget of the field above.
            (None, Some(_)) => return Ok(()),
            (partial, None) => partial.unwrap_or_default(),
            (Some(partial), Some(parent)) => format!("{parent}.{partial}"),
        };
        let own = |key, inherited: Object| {
            Ok::<_, Problem>(Some(view.value(&dictionary, key)?).filter(|value| *value != Object::Null).unwrap_or(inherited))
        };
        let kind = own(b"FT", open.kind)?;
        let flags = own(b"Ff", Object::Integer(open.flags))?.as_integer().unwrap_or(0);
        more.extend(kids(&view.value(&dictionary, b"Kids")?, &Some(name.clone()), &kind, flags));
        self.fields.push(Field { name, reference, dictionary, kind, flags });
        Ok(())
    }

    /// The field with this fully qualified name.
    pub(super) fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields for signatures.
    pub(super) fn signature_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.kind.is_name(b"Sig"))
    }

    /// `Signature1`, `Signature2`, ..: the first that no field has.
    pub(super) fn unused_name(&self) -> String {
        let names: HashSet<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        // One more candidate than there are names: one is free.
        let mut candidates = (1..=names.len().saturating_add(1)).map(|number| format!("Signature{number}"));
        candidates.find(|name| !names.contains(name.as_str())).unwrap_or_default()
    }
}

impl Field {
    /// The signature dictionary that is the field's value; `None` when it is not signed.
    pub(super) fn value(&self, view: View<'_, '_>) -> Result<Option<Arc<Dictionary>>, Problem> {
        match view.value(&self.dictionary, b"V")? {
            Object::Dictionary(dictionary) => Ok(Some(dictionary)),
            _ => Ok(None),
        }
    }

    /// Whether other fields stand below it.
    pub(super) fn is_parent(&self, form: &Form) -> bool {
        form.fields.iter().any(|field| field.name.strip_prefix(&self.name).is_some_and(|rest| rest.starts_with('.')))
    }
}

/// Kids in reverse, since the last is read first.
fn kids(kids: &Object, parent: &Option<String>, kind: &Object, flags: i64) -> Vec<Open> {
    let kids = kids.as_array().unwrap_or_default().iter().rev();
    kids.map(|kid| Open { object: kid.clone(), parent: parent.clone(), kind: kind.clone(), flags }).collect()
}
