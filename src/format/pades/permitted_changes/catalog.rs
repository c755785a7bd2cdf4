//! ISO 32000-2 §7.7.2 — Document catalog: what of it, and of the trailer, a later revision may change

use super::difference::{KEY_TWICE, OBJECT_WITHIN, has_object_within};
use super::explanation::{CATALOG, Explanation, INFO, METADATA, Objection, PERMISSIONS, PIECE_INFO, UNEXPLAINED};
use super::node::Node;
use super::same::same;
use super::step::Step;
use super::xmp::is_xmp;
use super::{CATALOG_KEPT, JUDGED};
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

impl Step<'_, '_, '_> {
    /// Trailer, catalog and what hangs from them.
    pub fn trailer(&mut self) {
        let (old, new) = (self.signed.trailer(), self.later.trailer());
        // Everything else in a trailer tells of its section, names the file, or is a writer's own and nobody else's (table 15).
        for key in [&b"Root"[..], b"Encrypt"].into_iter().filter(|key| old.entry(key) != new.entry(key)) {
            let objection = Objection { check: &CATALOG_KEPT, what: named(key) };
            self.of_trailer.push(Explanation { objection: Some(objection), ..Explanation::new(UNEXPLAINED, "trailer") });
        }
        // Of two equal keys some readers take the first and some the last: of `/Prev` and `/Root` too.
        let revision = self.later.pdf().revisions().get(self.later.revision());
        let is_twice = revision.is_some_and(|revision| revision.sections.iter().any(|section| says_two_things(&section.trailer)));
        let has_object = has_object_within(&self.later, Reference { number: 0, generation: 0 });
        for what in [is_twice.then_some(KEY_TWICE), has_object.then_some(OBJECT_WITHIN)].into_iter().flatten() {
            let objection = Objection { check: &JUDGED, what: what.to_owned() };
            self.of_trailer.push(Explanation { objection: Some(objection), ..Explanation::new(UNEXPLAINED, "trailer") });
        }
        self.info(old.entry(b"Info"), new.entry(b"Info"));
        if let Some(root) = new.entry(b"Root").as_reference() {
            let root = self.node(root, "Root");
            self.catalog(&root);
        }
    }

    fn catalog(&mut self, root: &Node) {
        self.explain(root.answers, CATALOG, &root.path);
        let (old, new) = root.dictionaries();
        for key in self.changed_keys(root) {
            match &*key {
                b"AcroForm" | b"DSS" | b"Extensions" | b"Metadata" | b"Perms" => {}
                b"Version" => self.version(root, old.entry(&key), new.entry(&key)),
                b"PieceInfo" | b"LastModified" | b"ITXT" => {
                    self.explain(root.answers, PIECE_INFO, &root.path);
                    self.explain_below(new.entry(&key), PIECE_INFO, "Root.PieceInfo", None);
                }
                _ if self.is_moved(root, &key) => self.explain_below(new.entry(&key), CATALOG, &root.path, None),
                b"StructTreeRoot" | b"Lang" => self.object_to(root.answers, UNEXPLAINED, &root.path, &JUDGED, named(&key)),
                b"MarkInfo" => self.shown.push((root.clone(), named(&key))),
                _ => self.object_to(root.answers, UNEXPLAINED, &root.path, &CATALOG_KEPT, named(&key)),
            }
        }
        self.form(root);
        self.document_security_store(root);
        self.extensions(root);
        self.metadata(root);
        self.permissions(root);
    }

    /// A version may be raised; a lower one is a change of what is shown.
    fn version(&mut self, root: &Node, old: &Object, new: &Object) {
        let pdf = self.signed.pdf();
        let header = pdf.octets().get(pdf.header_offset().saturating_add(5)..).and_then(|header| header.get(..3));
        let old = old.as_name().or(header).unwrap_or_default();
        if !new.as_name().is_some_and(|new| new.len() == 3 && new >= old) {
            self.shown.push((root.clone(), "/Version".to_owned()));
        }
    }

    /// §7.12.2: what a file announces to use.
    fn extensions(&mut self, root: &Node) {
        if root.lacks(b"Extensions") {
            return;
        }
        let extensions = self.enter(root, b"Extensions");
        self.explain(extensions.answers, CATALOG, &extensions.path);
        self.explain_below(&extensions.new, CATALOG, &extensions.path, None);
        if extensions.old != Object::Null && extensions.new.as_dictionary().is_none() {
            self.object_to(extensions.answers, CATALOG, &extensions.path, &JUDGED, "/Extensions");
        }
    }

    /// §14.3.3. Any entry may change; the object is listed.
    fn info(&mut self, old: &Object, new: &Object) {
        if let Some(nowhere) = new.as_reference().filter(|reference| old != new && self.later.entry(reference.number).is_none()) {
            // Readers that miss it search the file for it, and find what no cross-reference names.
            let objection = Objection { check: &JUDGED, what: format!("/Info that is nowhere, {nowhere}") };
            self.of_trailer.push(Explanation { objection: Some(objection), ..Explanation::new(UNEXPLAINED, "trailer") });
        }
        let Some(reference) = new.as_reference().filter(|reference| self.changed(reference.number).is_some()) else { return };
        let is_new = !self.signed.is_defined(reference);
        // The trailer is no object: whoever else uses it is one too many.
        let is_only_here = || old == new && self.places(reference).is_some_and(|places| places.is_empty());
        match self.later.object(reference) {
            Ok(information @ Object::Dictionary(_)) if is_new || is_only_here() => {
                self.explain(reference.number, INFO, "Info");
                self.explain_below(&information, INFO, "Info", None);
            }
            _ => self.object_to(reference.number, UNEXPLAINED, "Info", &JUDGED, "/Info"),
        }
    }

    /// §14.3.2: a stream of XMP.
    fn metadata(&mut self, root: &Node) {
        if root.lacks(b"Metadata") {
            return;
        }
        let is_other = self.changed_keys(root).iter().any(|key| **key == *b"Metadata");
        let metadata = self.enter(root, b"Metadata");
        let none_before_or_after = metadata.old == Object::Null && metadata.new == Object::Null;
        if !metadata.is_written && !is_other || none_before_or_after {
            return;
        }
        self.explain(metadata.answers, METADATA, &metadata.path);
        let is_sound = metadata.new.as_stream().is_some_and(|stream| self.later.stream_data(stream).is_ok_and(|data| is_xmp(&data)));
        if !is_sound {
            self.object_to(metadata.answers, METADATA, &metadata.path, &JUDGED, "/Metadata that is no XMP");
        }
        self.explain_below(&metadata.new, METADATA, &metadata.path, None);
    }

    /// §12.8.6: only a new certification writes `/Perms`, and only where there was none. Whether a certification may come second is said
    /// of the certification itself.
    fn permissions(&mut self, root: &Node) {
        if root.lacks(b"Perms") {
            return;
        }
        let permissions = self.enter(root, b"Perms");
        if same((&self.signed, &permissions.old), (&self.later, &permissions.new)) {
            return;
        }
        let certification = permissions.new.as_dictionary().filter(|dictionary| dictionary.entries().len() == 1);
        let certification = certification.and_then(|dictionary| dictionary.entry(b"DocMDP").as_reference());
        if permissions.old == Object::Null && certification.is_some_and(|certification| !self.signed.is_defined(certification)) {
            self.explain(permissions.answers, PERMISSIONS, &permissions.path);
        } else {
            self.object_to(permissions.answers, PERMISSIONS, &permissions.path, &CATALOG_KEPT, "/Perms");
        }
    }
}

/// Whether a key stands twice in a dictionary, with two values.
fn says_two_things(dictionary: &Dictionary) -> bool {
    let is_other = |(key, value): (&[u8], &Object)| dictionary.entry(key) != value;
    dictionary.duplicate_key().is_some() && dictionary.entries().any(is_other)
}

/// `/Key`
pub(super) fn named(key: &[u8]) -> String {
    format!("/{}", String::from_utf8_lossy(key))
}
