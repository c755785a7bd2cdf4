//! ISO 32000-2 §12.7.4 — Field dictionaries: the tree of fields, by fully qualified name

use std::collections::HashSet;
use std::sync::Arc;

use super::refusal::Refusal;
use crate::encoding::pdf::{Dictionary, Object, Problem, Reference, View, decode_text};
use crate::limits::{Budget, Exhausted};

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
    parent: Option<Arc<str>>,
    kind: Object,
    flags: i64,
    depth: u32,
}

/// What the names of all fields may take together: shared strings make long names of few octets.
const NAMES: u64 = 64 << 20;

impl Form {
    /// Reads the fields of the form in `catalog`.
    pub(super) fn read(view: View<'_, '_>, catalog: &Dictionary) -> Result<Self, Refusal> {
        let form = view.value(catalog, b"AcroForm")?;
        let Some(form) = form.as_dictionary() else { return Ok(Self::default()) };
        let fields = view.value(form, b"Fields")?;
        let mut reading = Reading::new(view);
        reading.open(&fields, None, &Object::Null, 0, 0)?;
        let mut seen = HashSet::new();
        while let Some(next) = reading.open.pop() {
            let reference = next.object.as_reference();
            if reference.is_some_and(|reference| !seen.insert(reference)) {
                continue;
            }
            if let Object::Dictionary(dictionary) = view.resolve(&next.object)? {
                reading.field(reference, dictionary, next)?;
            }
        }
        Ok(reading.form)
    }

    /// The fields for signatures.
    pub(super) fn signature_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.kind.is_name(b"Sig"))
    }

    /// `Signature1`, `Signature2`, .. or with another word: the first that no field has.
    pub(super) fn unused_name(&self, word: &str) -> String {
        let names: HashSet<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        // One more candidate than there are names: one is free.
        let mut candidates = (1..=names.len().saturating_add(1)).map(|number| format!("{word}{number}"));
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

/// The form while it is read.
struct Reading<'p, 'a> {
    view: View<'p, 'a>,
    form: Form,
    open: Vec<Open>,
    fields: Budget,
    names: Budget,
}

impl<'p, 'a> Reading<'p, 'a> {
    fn new(view: View<'p, 'a>) -> Self {
        let fields = Budget::new("objects", view.pdf().limits().objects);
        Self { view, form: Form::default(), open: Vec::new(), fields, names: Budget::new("field_names", NAMES) }
    }

    /// Kids in reverse, since the last is read first.
    fn open(&mut self, kids: &Object, parent: Option<&Arc<str>>, kind: &Object, flags: i64, depth: u32) -> Result<(), Problem> {
        if depth > self.view.pdf().limits().nesting {
            return Err(Problem::new("limit.nesting", "fields within fields beyond the limit", 0));
        }
        for kid in kids.as_array().unwrap_or_default().iter().rev() {
            self.fields.spend(1).map_err(exhausted)?;
            self.open.push(Open { object: kid.clone(), parent: parent.cloned(), kind: kind.clone(), flags, depth });
        }
        Ok(())
    }

    fn field(&mut self, reference: Option<Reference>, dictionary: Arc<Dictionary>, open: Open) -> Result<(), Problem> {
        let view = self.view;
        let partial = view.value(&dictionary, b"T")?;
        let name = match (partial.as_string().map(decode_text), open.parent) {
            // A kid without a name is a widget of the field above.
            (None, Some(_)) => return Ok(()),
            (partial, None) => partial.unwrap_or_default(),
            (Some(partial), Some(parent)) => format!("{parent}.{partial}"),
        };
        self.names.spend(u64::try_from(name.len()).unwrap_or(u64::MAX)).map_err(exhausted)?;
        let own = |key, inherited: Object| {
            let value = view.value(&dictionary, key)?;
            Ok::<_, Problem>(if value == Object::Null { inherited } else { value })
        };
        let kind = own(b"FT", open.kind)?;
        let flags = own(b"Ff", Object::Integer(open.flags))?.as_integer().unwrap_or(0);
        let kids = view.value(&dictionary, b"Kids")?;
        self.open(&kids, Some(&name.as_str().into()), &kind, flags, open.depth.saturating_add(1))?;
        self.form.fields.push(Field { name, reference, dictionary, kind, flags });
        Ok(())
    }
}

pub(super) fn exhausted(limit: Exhausted) -> Problem {
    Problem::new("limit", format!("the form goes beyond a limit: {limit}"), 0)
}
