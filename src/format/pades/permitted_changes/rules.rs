//! ISO 32000-2 §12.8.2.2.2 — the rules that explain a changed object: signing, timestamps, validation data. What none explains is `other`

use std::collections::{BTreeMap, BTreeSet};

use super::super::signature_field::{array, dictionary};
use super::difference::{Changed, Difference, Nature};
use super::references::{References, each_reference};
use super::same::same;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};
use crate::encoding::pdf::{Entry, View};
use crate::pki::{Certificate, CertificateList, OcspResponse};
use crate::report::json::{ChangeClass, ChangeKind};

/// A class, the name of the rule, and where the object is used.
pub(super) type Explanation = (ChangeClass, &'static str, String);

/// The changed objects of one revision that rules explain.
#[derive(Default)]
pub(super) struct Explained {
    rules: BTreeMap<u32, Explanation>,
    /// Why the trailer is another document's.
    pub trailer: Option<&'static str>,
}

struct Reading<'x, 'p, 'a> {
    before: &'x View<'p, 'a>,
    after: &'x View<'p, 'a>,
    difference: &'x Difference,
    references: &'x References,
    explained: Explained,
}

/// Keys of a signature field merged with its widget (Tables 166, 191, 226, 235); no kids, no actions, no scripts.
const FIELD_KEYS: [&[u8]; 19] = [
    b"Type", b"Subtype", b"FT", b"T", b"TU", b"V", b"F", b"Ff", b"P", b"Rect", b"AP", b"Lock", b"SV", b"MK", b"Border", b"BS", b"H", b"NM",
    b"M",
];

impl Explained {
    /// What the rules say of `difference`.
    pub fn of(before: &View<'_, '_>, after: &View<'_, '_>, difference: &Difference, references: &References) -> Self {
        let mut reading = Reading { before, after, difference, references, explained: Self::default() };
        reading.trailer();
        reading.catalog();
        reading.explained
    }

    /// The rule for object `number`.
    pub fn rule(&self, number: u32) -> Option<&Explanation> {
        self.rules.get(&number)
    }
}

impl Reading<'_, '_, '_> {
    fn trailer(&mut self) {
        let (old, new) = (self.before.trailer(), self.after.trailer());
        let equal = |key: &[u8]| same((self.before, old.entry(key)), (self.after, new.entry(key)));
        if !equal(b"Root") {
            self.explained.trailer = Some("another_catalog");
        } else if !equal(b"Encrypt") {
            self.explained.trailer = Some("another_encryption");
        }
        if let Some(info) = new.entry(b"Info").as_reference()
            && (old.entry(b"Info").as_reference() == Some(info) || self.is_added(info.number))
        {
            self.explain_if_used_only(info.number, (ChangeClass::Extension, "info"), "Info", &[]);
        }
    }

    fn catalog(&mut self) {
        let (Ok(old), Ok(new)) = (self.before.catalog(), self.after.catalog()) else { return };
        if let Some(root) = self.after.trailer().entry(b"Root").as_reference() {
            let free = [&b"AcroForm"[..], b"DSS", b"Extensions", b"Version", b"Metadata"];
            let kept = !old.has(b"DSS") || new.has(b"DSS");
            if kept && self.same_but(&old, &new, &free) && self.version_is_not_lower(&old, &new) {
                self.explain(root.number, (ChangeClass::Extension, "catalog"), "Root");
            }
        }
        self.metadata(&old, &new);
        self.form(&old, &new);
        self.security_store(&old, &new);
        self.extensions(&new);
    }

    fn version_is_not_lower(&self, old: &Dictionary, new: &Dictionary) -> bool {
        old.entry(b"Version").as_name() <= new.entry(b"Version").as_name()
    }

    fn extensions(&mut self, new: &Dictionary) {
        if let Some(reference) = new.entry(b"Extensions").as_reference() {
            self.explain_if_used_only(reference.number, (ChangeClass::Extension, "extensions"), "Root.Extensions", &[&[b"Extensions"]]);
        }
    }

    /// XMP: a stream that is used as metadata of the document and nothing else (§14.3.2).
    fn metadata(&mut self, _: &Dictionary, new: &Dictionary) {
        let Some(reference) = new.entry(b"Metadata").as_reference() else { return };
        let is_xml = self
            .after
            .object(reference)
            .ok()
            .and_then(|object| object.as_stream().map(|stream| stream.dictionary.entry(b"Subtype").is_name(b"XML")));
        if is_xml == Some(true) {
            self.explain_if_used_only(reference.number, (ChangeClass::Extension, "metadata"), "Root.Metadata", &[&[b"Metadata"]]);
        }
    }

    /// §12.7.3: the form may grow by signature fields, and say that there are signatures.
    fn form(&mut self, old: &Dictionary, new: &Dictionary) {
        let Some(new_form) = dictionary(self.after, new.entry(b"AcroForm")) else { return };
        let old_form = dictionary(self.before, old.entry(b"AcroForm")).unwrap_or_default();
        if !self.same_but(&old_form, &new_form, &[b"Fields", b"SigFlags"]) {
            return;
        }
        let (old_fields, new_fields) = (array(self.before, old_form.entry(b"Fields")), array(self.after, new_form.entry(b"Fields")));
        let Some(added) = grown(&old_fields, &new_fields) else { return };
        if !added.iter().all(|field| self.is_added(field.number)) {
            return;
        }
        if let Some(reference) = new.entry(b"AcroForm").as_reference() {
            self.explain_if_used_only(reference.number, (ChangeClass::Extension, "acroform"), "Root.AcroForm", &[&[b"AcroForm"]]);
        }
        if let Some(reference) = new_form.entry(b"Fields").as_reference() {
            self.explain_if_used_only(
                reference.number,
                (ChangeClass::Extension, "fields"),
                "Root.AcroForm.Fields",
                &[&[b"Fields"], &[b"AcroForm", b"Fields"]],
            );
        }
        let names: Vec<Vec<u8>> = old_fields.iter().filter_map(|field| self.partial_name(self.before, field)).collect();
        let mut widgets = BTreeSet::new();
        for (position, field) in added.iter().enumerate() {
            let path = format!("Root.AcroForm.Fields[{}]", old_fields.len().saturating_add(position));
            if self.new_signature_field(*field, &names, &path) {
                widgets.insert(*field);
            }
        }
        self.existing_fields();
        self.pages(&widgets);
    }

    fn partial_name(&self, view: &View<'_, '_>, field: &Object) -> Option<Vec<u8>> {
        let field = dictionary(view, field)?;
        view.value(&field, b"T").ok()?.as_string().map(<[u8]>::to_vec)
    }

    /// A new field with its widget that is signed in the same revision, or the invisible one of a document timestamp.
    fn new_signature_field(&mut self, reference: Reference, names: &[Vec<u8>], path: &str) -> bool {
        let Some(field) = dictionary(self.after, &Object::Reference(reference)) else { return false };
        let known = field.entries().all(|(key, _)| FIELD_KEYS.contains(&key));
        let name = self.partial_name(self.after, &Object::Reference(reference));
        let unique = name.as_ref().is_some_and(|name| !names.contains(name) && !name.contains(&b'.'));
        let Some(value) = field.entry(b"V").as_reference().filter(|value| self.is_added(value.number)) else { return false };
        if !known || !unique || !field.entry(b"FT").is_name(b"Sig") || !self.may_show(&field) {
            return false;
        }
        let Some(class) = self.signature_value(value, path) else { return false };
        let class = if draws(&field) { ChangeClass::FormFilling } else { class };
        self.explain(reference.number, (class, "new_signature_field"), path);
        self.below(&field, &[b"AP", b"Lock", b"SV", b"MK", b"BS"], (class, "signature_appearance"), path);
        true
    }

    /// §12.8.1: a fresh dictionary, of a timestamp or of a signature.
    fn signature_value(&mut self, reference: Reference, path: &str) -> Option<ChangeClass> {
        let value = dictionary(self.after, &Object::Reference(reference))?;
        if !value.has(b"ByteRange") || !value.has(b"Contents") {
            return None;
        }
        let stamp = value.entry(b"SubFilter").is_name(b"ETSI.RFC3161");
        let (class, rule) =
            if stamp { (ChangeClass::Extension, "document_timestamp") } else { (ChangeClass::FormFilling, "signature_value") };
        // A certification that is not the first signature gives nothing, but is nothing that a rule explains either.
        let certifies = array(self.after, value.entry(b"Reference")).iter().any(|reference| {
            dictionary(self.after, reference).is_none_or(|reference| reference.entry(b"TransformMethod").is_name(b"DocMDP"))
        });
        if certifies {
            return None;
        }
        self.explain(reference.number, (class, rule), &format!("{path}.V"));
        self.below(&value, &[b"Reference", b"Prop_Build"], (class, rule), path);
        Some(class)
    }

    /// Empty signature fields that are signed now: nothing but the value and the appearance may differ.
    fn existing_fields(&mut self) {
        let candidates: Vec<Changed> = self.difference.iter().filter(|changed| changed.kind == ChangeKind::Changed).cloned().collect();
        for changed in candidates {
            let (Some(old), Some(new)) = (changed.old.as_dictionary(), changed.new.as_dictionary()) else { continue };
            let signs = old.entry(b"FT").is_name(b"Sig") && !old.has(b"V") && new.has(b"V");
            if !signs || !self.same_but(old, new, &[b"V", b"AP", b"M"]) || !self.may_show(new) {
                continue;
            }
            let used: &[&[&[u8]]] = &[&[b"AcroForm", b"Fields"], &[b"Fields"], &[b"Kids"], &[b"Annots"], &[b"K", b"Obj"], &[b"Obj"], &[]];
            if !self.used_only(changed.reference.number, used) {
                continue;
            }
            let Some(value) = new.entry(b"V").as_reference().filter(|value| self.is_added(value.number)) else { continue };
            let path = changed.reference.to_string();
            if let Some(class) = self.signature_value(value, &path) {
                let class = if draws(new) { ChangeClass::FormFilling } else { class };
                self.explain(changed.reference.number, (class, "signed_existing_field"), &path);
                self.below(new, &[b"AP"], (class, "signature_appearance"), &path);
            }
        }
    }

    /// Pages whose annotations grew by new signature widgets, and by nothing else.
    fn pages(&mut self, widgets: &BTreeSet<Reference>) {
        let mut pages: BTreeSet<Reference> =
            self.difference.iter().filter(|changed| is_page(&changed.old)).map(|changed| changed.reference).collect();
        let of_widget = |widget: &Reference| dictionary(self.after, &Object::Reference(*widget))?.entry(b"P").as_reference();
        pages.extend(widgets.iter().filter_map(of_widget));
        for reference in pages {
            let (old, new) =
                (dictionary(self.before, &Object::Reference(reference)), dictionary(self.after, &Object::Reference(reference)));
            let (Some(old), Some(new)) = (old, new) else { continue };
            let Some(added) = grown(&array(self.before, old.entry(b"Annots")), &array(self.after, new.entry(b"Annots"))) else { continue };
            if !added.iter().all(|annotation| widgets.contains(annotation)) || !self.same_but(&old, &new, &[b"Annots"]) {
                continue;
            }
            self.explain(reference.number, (ChangeClass::Extension, "page"), "Root.Pages");
            if let Some(annotations) = new.entry(b"Annots").as_reference() {
                self.explain_if_used_only(annotations.number, (ChangeClass::Extension, "annots"), "Root.Pages.Annots", &[&[b"Annots"]]);
            }
        }
    }

    /// EN 319 142-1 §5.4.2: the store and what hangs from it, each stream read as what it claims to be.
    fn security_store(&mut self, old: &Dictionary, new: &Dictionary) {
        let Some(store) = dictionary(self.after, new.entry(b"DSS")) else { return };
        let known = [&b"Type"[..], b"VRI", b"Certs", b"CRLs", b"OCSPs"];
        if !store.entries().all(|(key, _)| known.contains(&key)) || !self.is_validation_related_information(&store) {
            return;
        }
        let before: BTreeSet<u32> = self.closure(self.before, old.entry(b"DSS"));
        for number in self.closure(self.after, new.entry(b"DSS")) {
            let Some(changed) = self.difference.changed(number) else { continue };
            let ours = match changed.kind {
                ChangeKind::Added => self.is_added(number),
                ChangeKind::Changed => {
                    before.contains(&number) && changed.new.as_stream().is_none() && self.used_only_below(number, &before)
                }
                ChangeKind::Removed => false,
            };
            if ours && self.is_store_part(&changed.new) {
                self.explain(number, (ChangeClass::Extension, "dss"), "Root.DSS");
            }
        }
    }

    /// EN 319 142-1 §5.4.2.3: `/VRI` by the SHA-1 of each signature in hexadecimal, each entry naming streams of the store.
    fn is_validation_related_information(&self, store: &Dictionary) -> bool {
        if !store.has(b"VRI") {
            return true;
        }
        let Some(information) = dictionary(self.after, store.entry(b"VRI")) else { return false };
        information.entries().filter(|(key, _)| *key != b"Type").all(|(key, entry)| {
            let name = key.len() == 40 && key.iter().all(|octet| octet.is_ascii_digit() || octet.is_ascii_uppercase());
            name && dictionary(self.after, entry).is_some_and(|entry| self.is_information_of_a_signature(&entry))
        })
    }

    fn is_information_of_a_signature(&self, entry: &Dictionary) -> bool {
        entry.entries().all(|(key, value)| match key {
            b"Type" | b"TU" | b"TS" => true,
            b"Cert" | b"CRL" | b"OCSP" => match self.after.resolve(value) {
                Ok(Object::Array(elements)) => elements.iter().all(|element| element.as_reference().is_some()),
                _ => false,
            },
            _ => false,
        })
    }

    fn is_store_part(&self, object: &Object) -> bool {
        match object {
            Object::Array(elements) => elements.iter().all(|element| element.as_reference().is_some()),
            Object::Dictionary(dictionary) => !dictionary.entry(b"Type").is_name(b"Page") && !dictionary.has(b"Contents"),
            Object::Stream(stream) => self.after.stream_data(stream).is_ok_and(|octets| {
                Certificate::from_der(&octets).is_ok()
                    || CertificateList::from_der(&octets).is_ok()
                    || OcspResponse::from_der(&octets).is_ok()
            }),
            _ => false,
        }
    }

    /// Every object below `object`, itself included.
    fn closure(&self, view: &View<'_, '_>, object: &Object) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut waiting = Vec::new();
        each_reference(object, |reference| waiting.push(reference));
        while let Some(reference) = waiting.pop() {
            if found.len() < 100_000
                && found.insert(reference.number)
                && let Ok(object) = view.object(reference)
            {
                each_reference(&object, |reference| waiting.push(reference));
            }
        }
        found
    }

    /// New objects below some keys of a new dictionary; objects that were there before are not entered.
    fn below(&mut self, dictionary: &Dictionary, keys: &[&[u8]], rule: (ChangeClass, &'static str), path: &str) {
        let mut waiting = Vec::new();
        for key in keys {
            each_reference(dictionary.entry(key), |reference| waiting.push(reference));
        }
        while let Some(reference) = waiting.pop() {
            if !self.is_added(reference.number) || self.explained.rules.contains_key(&reference.number) {
                continue;
            }
            self.explain(reference.number, rule, path);
            if let Ok(object) = self.after.object(reference) {
                each_reference(&object, |reference| waiting.push(reference));
            }
        }
    }

    /// A widget that draws may take a fifth of its page, where nothing older is touched: more is not judged yet.
    fn may_show(&self, field: &Dictionary) -> bool {
        if !draws(field) {
            return true;
        }
        let Some(page) = dictionary(self.after, field.entry(b"P")) else { return false };
        let rectangle = rectangle(self.after, field.entry(b"Rect"));
        let (Some(rectangle), Some(page_box)) = (rectangle, self.page_box(&page)) else { return false };
        let old_page = field.entry(b"P").as_reference().and_then(|page| dictionary(self.before, &Object::Reference(page)));
        let older = old_page.map(|page| array(self.before, page.entry(b"Annots"))).unwrap_or_else(|| [].into());
        let apart = older.iter().all(|annotation| {
            let other = dictionary(self.before, annotation);
            other.is_none_or(|other| same_rectangle(self.before, &other, field) || self.is_apart(&other, &rectangle))
        });
        area(&rectangle) * 5.0 <= area(&page_box) && apart
    }

    fn is_apart(&self, other: &Dictionary, rectangle: &[f64; 4]) -> bool {
        let [left, bottom, right, top] = *rectangle;
        // Other signatures may be covered (a seal over a signature's image, NĐ 30/2020 annex I).
        other.entry(b"FT").is_name(b"Sig")
            || self::rectangle(self.before, other.entry(b"Rect"))
                .is_some_and(|[l, b, r, t]| r <= left || right <= l || t <= bottom || top <= b)
    }

    /// `/CropBox` or `/MediaBox`, of the page or inherited (§7.7.3.4).
    fn page_box(&self, page: &Dictionary) -> Option<[f64; 4]> {
        let mut node = std::sync::Arc::new(page.clone());
        for _ in 0..64 {
            let found = [&b"CropBox"[..], b"MediaBox"].into_iter().find_map(|key| rectangle(self.after, node.entry(key)));
            if found.is_some() {
                return found;
            }
            node = dictionary(self.after, node.entry(b"Parent"))?;
        }
        None
    }

    /// New, and no answer to a reference that the signed revision left open: that would put something where nothing was shown.
    fn is_added(&self, number: u32) -> bool {
        let defined = |view: &View<'_, '_>| view.entry(number).is_some_and(|placed| !matches!(placed.entry, Entry::Free { .. }));
        let new = match self.difference.changed(number) {
            Some(changed) => changed.kind == ChangeKind::Added && changed.nature == Nature::Value,
            // A revision between the two brought it: it is explained there, and new here all the same.
            None => !defined(self.before) && defined(self.after),
        };
        new && self.references.is_free_of_uses(self.before, number)
    }

    fn same_but(&self, old: &Dictionary, new: &Dictionary, free: &[&[u8]]) -> bool {
        let keys: BTreeSet<&[u8]> = old.entries().chain(new.entries()).map(|(key, _)| key).filter(|key| !free.contains(key)).collect();
        keys.into_iter().all(|key| same((self.before, old.entry(key)), (self.after, new.entry(key))))
    }

    fn explain(&mut self, number: u32, (class, rule): (ChangeClass, &'static str), path: &str) {
        if self.difference.changed(number).is_some() {
            self.explained.rules.entry(number).or_insert((class, rule, path.to_string()));
        }
    }

    /// Explains an object for the one place that a rule speaks of; used elsewhere too, it stays unexplained.
    fn explain_if_used_only(&mut self, number: u32, rule: (ChangeClass, &'static str), path: &str, places: &[&[&[u8]]]) {
        if self.is_added(number) || self.used_only(number, places) {
            self.explain(number, rule, path);
        }
    }

    /// Whether the signed revision uses object `number` from these places alone.
    fn used_only(&self, number: u32, places: &[&[&[u8]]]) -> bool {
        self.references.unread_in(self.before).is_none()
            && self
                .references
                .places(self.before, number)
                .is_some_and(|found| found.iter().all(|place| places.iter().any(|keys| place.keys().eq(keys.iter().copied()))))
    }

    fn used_only_below(&self, number: u32, allowed: &BTreeSet<u32>) -> bool {
        let root = self.before.trailer().entry(b"Root").as_reference().map(|root| root.number);
        self.references.unread_in(self.before).is_none()
            && self.references.users(self.before, number).all(|user| allowed.contains(&user) || Some(user) == root)
    }
}

/// What `new` has behind all of `old`; `None` when something of `old` is gone or moved, or what is new is no reference.
fn grown(old: &[Object], new: &[Object]) -> Option<Vec<Reference>> {
    let kept = new.get(..old.len()).is_some_and(|kept| kept == old);
    let added: Option<Vec<Reference>> = new.iter().skip(old.len()).map(Object::as_reference).collect();
    added.filter(|_| kept)
}

fn is_page(object: &Object) -> bool {
    object.as_dictionary().is_some_and(|dictionary| dictionary.entry(b"Type").is_name(b"Page"))
}

/// Whether a widget shows anything: an appearance, and a rectangle with an area.
fn draws(field: &Dictionary) -> bool {
    let flat = field.entry(b"Rect").as_array().is_some_and(|corners| match corners {
        [left, bottom, right, top] => left.as_number() == right.as_number() || bottom.as_number() == top.as_number(),
        _ => false,
    });
    field.has(b"AP") && !flat
}

fn rectangle(view: &View<'_, '_>, object: &Object) -> Option<[f64; 4]> {
    let corners = array(view, object);
    let [a, b, c, d] = &*corners else { return None };
    let [a, b, c, d] = [a.as_number()?, b.as_number()?, c.as_number()?, d.as_number()?];
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

fn area([left, bottom, right, top]: &[f64; 4]) -> f64 {
    (right - left) * (top - bottom)
}

fn same_rectangle(view: &View<'_, '_>, one: &Dictionary, other: &Dictionary) -> bool {
    one.entry(b"T").as_string().is_some()
        && one.entry(b"T") == other.entry(b"T")
        && rectangle(view, one.entry(b"Rect")) == rectangle(view, other.entry(b"Rect"))
}
