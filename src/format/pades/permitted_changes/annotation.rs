//! ISO 32000-2 §12.5 — Annotations that are no widgets: added, changed or deleted by a later revision

use super::catalog::named;
use super::difference::Changed;
use super::explanation::{ANNOTATION, LINK, Rule, UNEXPLAINED};
use super::node::Node;
use super::references::Segment;
use super::step::Step;
use super::{FIELDS_KEPT, JUDGED};
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

/// Table 171 without the widget.
const SUBTYPES: [&[u8]; 27] = [
    b"Text",
    b"Link",
    b"FreeText",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
    b"Caret",
    b"Stamp",
    b"Ink",
    b"Popup",
    b"FileAttachment",
    b"Sound",
    b"Movie",
    b"Screen",
    b"PrinterMark",
    b"TrapNet",
    b"Watermark",
    b"3D",
    b"Redact",
    b"Projection",
    b"RichMedia",
];

/// Table 201: actions that lead to a place.
const ACTIONS: [&[u8]; 6] = [b"GoTo", b"GoToR", b"GoToE", b"GoToDp", b"URI", b"Thread"];

impl Step<'_, '_, '_> {
    /// A new annotation in `/Annots` of a page.
    pub fn added_annotation(&mut self, list: &Node, reference: Reference, annotation: &Dictionary, path: &str) {
        match self.rule_for(annotation) {
            Some(rule) => {
                self.explain(list.answers, rule, &list.path);
                self.explain(reference.number, rule, path);
                self.explain_below(&Object::Dictionary(std::sync::Arc::new(annotation.clone())), rule, path, None);
                if !self.only_leads_somewhere(annotation) {
                    self.object_to(reference.number, rule, path, &JUDGED, "/A");
                }
            }
            None => self.object_to(list.answers, ANNOTATION, &list.path, &FIELDS_KEPT, "/Subtype"),
        }
    }

    /// An annotation that `/Annots` of a page has no more.
    pub fn removed_annotation(&mut self, list: &Node, reference: Reference) {
        let signed = self.signed.object(reference);
        match signed.as_ref().ok().and_then(Object::as_dictionary).and_then(|annotation| self.rule_for(annotation)) {
            Some(rule) => {
                self.explain(list.answers, rule, &list.path);
                self.explain(reference.number, rule, &list.path);
            }
            None => self.object_to(list.answers, UNEXPLAINED, &list.path, &FIELDS_KEPT, reference.to_string()),
        }
    }

    /// Judges what became of an annotation of the signed revision; `false` when the object is none.
    pub fn existing_annotation(&mut self, changed: &Changed) -> bool {
        let Some(rule) = changed.old.as_dictionary().and_then(|old| self.rule_for(old)) else { return false };
        let Some(places) = self.places(changed.reference) else { return false };
        let page_array = |reference: Reference| self.page_of_annotations(reference).is_some();
        let is_listed = places.iter().any(|place| match place.path.as_slice() {
            [Segment::Key(key), Segment::Index(_)] => **key == *b"Annots",
            [Segment::Index(_)] => page_array(place.user),
            _ => false,
        });
        let Some(new) = changed.new.as_dictionary().filter(|_| is_listed) else { return is_listed };
        let path = format!("{}", changed.reference);
        let number = changed.reference.number;
        // What it draws after the change decides as well as what it drew.
        let rule = self.rule_for(new).map_or(ANNOTATION, |new| if new == ANNOTATION { ANNOTATION } else { rule });
        self.explain(number, rule, &path);
        let node = self.node(changed.reference, &path);
        for key in self.changed_keys(&node) {
            if *key == *b"Subtype" {
                self.object_to(number, rule, &path, &FIELDS_KEPT, named(&key));
            }
            if matches!(&*key, b"A" | b"AA" | b"PA") && !self.only_leads_somewhere(new) {
                self.object_to(number, rule, &path, &JUDGED, named(&key));
            }
            self.explain_below(new.entry(&key), rule, &path, None);
        }
        self.appearance(&node, rule, None);
        true
    }

    /// The rule for annotations of this kind; `None` for a widget and for kinds that nobody knows how to draw.
    pub fn rule_for(&self, annotation: &Dictionary) -> Option<Rule> {
        let subtype = self.value(annotation, b"Subtype");
        let name = subtype.as_name().filter(|name| SUBTYPES.contains(name))?;
        let draws_nothing = match name {
            b"Link" => !annotation.has(b"AP") && self.has_no_border(annotation),
            // An open window lies over the page.
            b"Popup" => !annotation.has(b"AP") && self.value(annotation, b"Open") != Object::Boolean(true),
            _ => false,
        };
        Some(if draws_nothing { LINK } else { ANNOTATION })
    }

    /// §12.6: whether what the annotation does is to lead to a place, and not to run, hide, send or open something.
    fn only_leads_somewhere(&self, annotation: &Dictionary) -> bool {
        if annotation.has(b"AA") {
            return false;
        }
        [&b"A"[..], b"PA"].iter().all(|key| match self.value(annotation, key) {
            Object::Null => true,
            Object::Dictionary(action) => {
                let kind = self.value(&action, b"S");
                !action.has(b"Next") && kind.as_name().is_some_and(|kind| ACTIONS.contains(&kind))
            }
            _ => false,
        })
    }

    /// §12.5.4: a link without a border of its own draws a line one unit wide.
    fn has_no_border(&self, annotation: &Dictionary) -> bool {
        let is_zero = |object: &Object| object.as_number() == Some(0.0);
        let style = self.value(annotation, b"BS");
        if let Some(style) = style.as_dictionary() {
            return is_zero(&self.value(style, b"W"));
        }
        let border = self.value(annotation, b"Border");
        border.as_array().and_then(|border| border.get(2)).is_some_and(is_zero)
    }
}
