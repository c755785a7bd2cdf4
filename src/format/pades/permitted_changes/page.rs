//! ISO 32000-2 §7.7.3 — Page tree: pages stay as they were signed, but for the widgets of new signatures and for annotations

use std::sync::Arc;

use super::catalog::named;
use super::difference::Changed;
use super::explanation::{FORM_FILL, LINK, NEW_SIGNATURE_FIELD, PAGE, PIECE_INFO, Rule, SIGNED_EXISTING_FIELD, STRUCTURE, UNEXPLAINED};
use super::form::{elements, grown, references_of};
use super::geometry::{PAGE_BOXES, Rectangle};
use super::new_field::NewWidget;
use super::node::Node;
use super::references::Segment;
use super::step::Step;
use super::{APPEARANCE_OVERLAP, APPEARANCE_SIZE, FIELDS_KEPT, JUDGED, OVER_TEXT, PAGES_KEPT};
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

/// A page tree deeper than that is none.
const DEEPEST: usize = 64;
/// The most of a page that the widget of a new signature may cover.
const LARGEST_SHARE: f64 = 0.2;
/// The most of an older annotation that it may cover.
const LARGEST_COVER: f64 = 0.5;
/// Less than that of an older signature is an edge that touches.
const TOUCHING: f64 = 0.05;
/// The most of a page that the widgets of all new signatures together may cover.
const LARGEST_SUM: f64 = 0.5;

/// What an appearance may lie over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    Annotation,
    Value,
    Signature,
}

impl Step<'_, '_, '_> {
    /// Judges what became of a page, a node of the page tree or an array of annotations; `false` when the object is none.
    pub fn page_or_annotations(&mut self, changed: &Changed) -> bool {
        let reference = changed.reference;
        let is = |name: &[u8]| changed.old.as_dictionary().is_some_and(|dictionary| dictionary.entry(b"Type").is_name(name));
        if is(b"Page") {
            let path = self.page_path(reference);
            let node = self.node(reference, &path);
            self.page(&node);
            return true;
        }
        if is(b"Pages") {
            let path = self.page_path(reference);
            let node = self.node(reference, &path);
            self.explain(reference.number, PAGE, &path);
            self.entries_of_page(&node, &[]);
            return true;
        }
        let Some(page) = changed.old.as_array().and_then(|_| self.page_of_annotations(reference)) else { return false };
        let path = self.page_path(page);
        let node = self.node(page, &path);
        self.annotations(&node);
        true
    }

    fn page(&mut self, page: &Node) {
        self.explain(page.answers, PAGE, &page.path);
        self.entries_of_page(page, &[b"Annots"]);
        self.annotations(page);
    }

    fn entries_of_page(&mut self, page: &Node, known: &[&[u8]]) {
        let (_, new) = page.dictionaries();
        if page.new.as_dictionary().is_none() {
            self.object_to(page.answers, UNEXPLAINED, &page.path, &PAGES_KEPT, "/Type");
        }
        for key in self.changed_keys(page).into_iter().filter(|key| !known.contains(&&**key)) {
            match &*key {
                // `/ITXT`: the mark of one writer.
                b"PieceInfo" | b"LastModified" | b"ITXT" => {
                    self.explain(page.answers, PIECE_INFO, &page.path);
                    self.explain_below(new.entry(&key), PIECE_INFO, &page.path, None);
                }
                _ if self.is_moved(page, &key) => self.explain_below(new.entry(&key), PAGE, &page.path, None),
                _ if PAGE_BOXES.contains(&&*key) && self.is_rounded(page, &key) => {}
                // PDF/UA (ISO 14289-1 §7.18.3) wants it of each page with annotations, and writers of structure add it.
                b"Tabs" if page.entries(&key) == (Object::Null, Object::name(b"S")) && self.gets_tagged_widget(page) => {
                    self.explain(page.answers, STRUCTURE, &page.path);
                }
                b"Tabs" | b"StructParents" => self.object_to(page.answers, UNEXPLAINED, &page.path, &JUDGED, named(&key)),
                _ => self.object_to(page.answers, UNEXPLAINED, &page.path, &PAGES_KEPT, named(&key)),
            }
        }
    }

    /// Whether a rectangle was only written with other digits.
    pub fn is_rounded(&self, node: &Node, key: &[u8]) -> bool {
        let (old, new) = node.entries(key);
        let read = (Rectangle::read(&self.signed, &old), Rectangle::read(&self.later, &new));
        matches!(read, (Some(old), Some(new)) if old.is_nearly(&new))
    }

    /// Whether the page has a widget of a new signature field with a place in the structure.
    fn gets_tagged_widget(&self, page: &Node) -> bool {
        let (_, new) = page.dictionaries();
        let annotations = self.value(new, b"Annots");
        elements(&annotations)
            .iter()
            .filter_map(Object::as_reference)
            .any(|annotation| self.widgets.contains_key(&annotation) && self.is_tagged(annotation))
    }

    /// `/Annots` of a page may grow by the widgets of new signature fields; annotations are judged one by one.
    fn annotations(&mut self, page: &Node) {
        let list = self.enter(page, b"Annots");
        let (old, new) = (elements(&list.old), elements(&list.new));
        let size = u64::try_from(old.len().saturating_add(new.len())).unwrap_or(u64::MAX);
        if self.budget.spend(size).is_err() || (list.new.as_array().is_none() && list.new != Object::Null) {
            self.object_to(list.answers, UNEXPLAINED, &list.path, &JUDGED, "/Annots");
            return;
        }
        self.explain(list.answers, PAGE, &list.path);
        let kept = references_of(new);
        let remaining: Vec<Object> = old
            .iter()
            .filter(|element| element.as_reference().is_none_or(|element| kept.binary_search(&element).is_ok()))
            .cloned()
            .collect();
        for removed in old.iter().filter_map(Object::as_reference).filter(|removed| kept.binary_search(removed).is_err()) {
            self.removed_annotation(&list, removed);
        }
        let Some(added) = grown(&remaining, new) else {
            self.object_to(list.answers, UNEXPLAINED, &list.path, &JUDGED, "/Annots in another order");
            return;
        };
        let before = references_of(elements(&list.before));
        let mut share = 0.0;
        for index in added {
            match new.get(index).and_then(Object::as_reference) {
                Some(annotation) if before.binary_search(&annotation).is_ok() && self.changed(annotation.number).is_none() => {}
                Some(annotation) if !self.signed.is_defined(annotation) => {
                    share += self.new_annotation(page, &list, annotation, &format!("{}[{index}]", list.path));
                }
                _ => self.object_to(list.answers, UNEXPLAINED, &list.path, &JUDGED, "/Annots"),
            }
        }
        if share > LARGEST_SHARE {
            // Many places of one signature, each of them small.
            self.object_to(list.answers, NEW_SIGNATURE_FIELD, &list.path, &APPEARANCE_SIZE, percent(share));
        }
    }

    /// How much of the page it covers, when it is the widget of a new signature.
    fn new_annotation(&mut self, page: &Node, list: &Node, reference: Reference, path: &str) -> f64 {
        let Ok(Object::Dictionary(dictionary)) = self.later.object(reference) else {
            self.object_to(list.answers, UNEXPLAINED, path, &JUDGED, "an annotation that is no dictionary");
            return 0.0;
        };
        if !self.value(&dictionary, b"Subtype").is_name(b"Widget") {
            self.added_annotation(list, reference, &dictionary, path);
            return 0.0;
        }
        if !self.widgets.contains_key(&reference) {
            self.look_at_known_fields();
        }
        match self.widgets.get(&reference).cloned() {
            Some(widget) => {
                self.explain(list.answers, widget.rule, &list.path);
                let answers = if self.changed(reference.number).is_some() { reference.number } else { list.answers };
                if let Some(drawn) = widget.drawn.filter(|_| widget.rule == NEW_SIGNATURE_FIELD) {
                    self.over_text(in_use(&self.signed, page.answers), &drawn, (answers, widget.rule), path);
                }
                self.measured((&page.old, &list.old), answers, (reference, &widget), path)
            }
            None => {
                self.object_to(list.answers, UNEXPLAINED, &list.path, &FIELDS_KEPT, "/Annots");
                self.object_to(reference.number, UNEXPLAINED, path, &FIELDS_KEPT, "a widget of no new signature field");
                0.0
            }
        }
    }

    /// The widgets that were looked at because something of them was changed, on pages that were not: they may have grown.
    pub fn measured_again(&mut self) {
        let widgets: Vec<(Reference, NewWidget)> = self.widgets.iter().map(|(reference, widget)| (*reference, widget.clone())).collect();
        for (reference, widget) in widgets {
            if self.changed(reference.number).is_none() || widget.drawn.is_none() {
                continue;
            }
            for user in self.references().users(&self.later, reference).collect::<Vec<_>>() {
                let user = in_use(&self.signed, user);
                let page = self.page_of_annotations(user).unwrap_or(user);
                if self.changed(user.number).is_some() || !self.is_page(page) || self.budget.spend(1).is_err() {
                    continue;
                }
                let path = self.page_path(page);
                let node = self.node(page, &path);
                let list = self.enter(&node, b"Annots");
                self.measured((&node.old, &list.old), reference.number, (reference, &widget), &format!("{path}.Annots"));
            }
        }
    }

    /// What the widget of a new signature covers of the page, and of what was on it.
    ///
    /// `answers`: whoever wrote the entry, since the widget itself may have been written before.
    pub fn measured(
        &mut self,
        (page, annotations): (&Object, &Object),
        answers: u32,
        (reference, widget): (Reference, &NewWidget),
        path: &str,
    ) -> f64 {
        let Some(drawn) = widget.drawn else { return 0.0 };
        let page_box = page.as_dictionary().map_or(Rectangle::LETTER, |page| self.page_box(page));
        let share = drawn.share_of(&page_box);
        if share > LARGEST_SHARE {
            self.object_to(answers, widget.rule, path, &APPEARANCE_SIZE, percent(share));
        }
        let of_page = path.split(".Annots").next().unwrap_or_default().to_owned();
        let sum = self.covered.pages.set(&of_page, reference, share);
        if sum > LARGEST_SUM {
            self.object_to(answers, widget.rule, path, &APPEARANCE_SIZE, percent(sum));
        }
        let older: Vec<Reference> = elements(annotations).iter().filter_map(Object::as_reference).collect();
        self.covering(older, &drawn, (answers, widget.rule), (reference, path));
        share
    }

    /// What the widget of a field of the signed revision covers that is filled in or signed now: its place was there and nothing in it, so it
    /// may be larger than that of a new one, but neither most of the page nor what was on it.
    pub fn filled_in_place(&mut self, widget: &Node, new: &Dictionary, rule: Rule) {
        let Some(drawn) = self.drawn_at(new).filter(|_| new.has(b"Subtype")) else { return };
        let reference = in_use(&self.signed, widget.object());
        for user in self.references().users(&self.signed, reference).collect::<Vec<_>>() {
            let user = in_use(&self.signed, user);
            let page = self.page_of_annotations(user).unwrap_or(user);
            if !self.is_page(page) || self.budget.spend(1).is_err() {
                continue;
            }
            let Ok(Object::Dictionary(dictionary)) = self.signed.object(page) else { continue };
            let share = drawn.share_of(&self.page_box(&dictionary));
            if share > LARGEST_SUM {
                self.object_to(widget.answers, rule, &widget.path, &APPEARANCE_SIZE, percent(share));
            }
            self.over_text(page, &drawn, (widget.answers, rule), &widget.path);
            let annotations = self.signed.value(&dictionary, b"Annots").unwrap_or(Object::Null);
            let older: Vec<Reference> = elements(&annotations).iter().filter_map(Object::as_reference).collect();
            self.covering(older, &drawn, (widget.answers, rule), (reference, &widget.path));
        }
    }

    /// What a widget covers of the `older` annotations of its page.
    fn covering(&mut self, older: Vec<Reference>, drawn: &Rectangle, (answers, rule): (u32, Rule), (widget, path): (Reference, &str)) {
        for older in older.into_iter().filter(|older| *older != widget) {
            let Some((below, cover)) = self.cover(drawn, older) else { continue };
            self.older_signatures = self.older_signatures.saturating_add(usize::from(below == Below::Signature));
            if cover <= 0.0 {
                continue;
            }
            // Two may cover each a half.
            let sum = self.covered.annotations.set(&older, widget, cover);
            let is_refused = match below {
                Below::Value => sum > LARGEST_COVER,
                // A field that was there for a signature may have had a mark on it that says so.
                Below::Annotation => sum > LARGEST_COVER && rule != SIGNED_EXISTING_FIELD,
                // The seal of an organisation lies over a third of the signature of its head (Decree 30/2020/NĐ-CP, annex I).
                Below::Signature => sum > LARGEST_COVER && rule == FORM_FILL,
            };
            if is_refused {
                self.object_to(answers, rule, path, &APPEARANCE_OVERLAP, format!("{older}, {}", percent(sum)));
            } else if sum > LARGEST_COVER || below == Below::Signature && sum > TOUCHING {
                self.over_older.push((path.to_owned(), format!("{older}, {}", percent(sum))));
            }
        }
    }

    /// Values do not lie over the letters of the page; of signatures, which do with honest seals, it is told.
    fn over_text(&mut self, page: Reference, drawn: &Rectangle, (answers, rule): (u32, Rule), path: &str) {
        match self.letters_below(page, drawn) {
            Some(0) => {}
            Some(letters) if rule != FORM_FILL => self.over_text.push((path.to_owned(), letters)),
            Some(letters) => self.object_to(answers, rule, path, &OVER_TEXT, letters.to_string()),
            None if rule != FORM_FILL => {}
            None => self.object_to(answers, rule, path, &JUDGED, "a page whose text cannot be told"),
        }
    }

    /// How much of an older annotation is covered, and what that is. Fields without a value, and what draws nothing, may be.
    fn cover(&self, drawn: &Rectangle, older: Reference) -> Option<(Below, f64)> {
        self.budget.spend(1).ok()?;
        let Ok(Object::Dictionary(annotation)) = self.signed.object(older) else { return None };
        let value = |key: &[u8]| self.signed.value(&annotation, key).unwrap_or(Object::Null);
        let rectangle = Rectangle::read(&self.signed, &value(b"Rect"))?;
        let cover = drawn.share_of(&rectangle);
        if self.rule_for(&annotation) == Some(LINK) {
            return None;
        }
        if !value(b"Subtype").is_name(b"Widget") {
            return Some((Below::Annotation, cover));
        }
        let parent = annotation.entry(b"Parent").as_reference().map(|parent| self.signed.object(parent));
        let parent = parent.and_then(Result::ok).and_then(|parent| parent.as_dictionary().cloned()).unwrap_or_default();
        let inherited =
            |key: &[u8]| [&*annotation, &parent].into_iter().map(|of| of.entry(key).clone()).find(|value| *value != Object::Null);
        inherited(b"V")?;
        let is_signature = inherited(b"FT").is_some_and(|kind| kind.is_name(b"Sig"));
        match is_signature {
            true => annotation.has(b"AP").then_some((Below::Signature, cover)),
            false => Some((Below::Value, cover)),
        }
    }

    /// `/CropBox` within `/MediaBox`, each inherited (table 31).
    fn page_box(&self, page: &Dictionary) -> Rectangle {
        let (mut crop, mut media) = (None, None);
        let mut current = Some(Arc::new(page.clone()));
        for _ in 0..DEEPEST {
            let Some(node) = current else { break };
            let read = |key: &[u8]| self.signed.value(&node, key).ok().and_then(|value| Rectangle::read(&self.signed, &value));
            crop = crop.or_else(|| read(b"CropBox"));
            media = media.or_else(|| read(b"MediaBox"));
            current = match self.signed.value(&node, b"Parent") {
                Ok(Object::Dictionary(parent)) => Some(parent),
                _ => None,
            };
        }
        let media = media.filter(Rectangle::has_area).unwrap_or(Rectangle::LETTER);
        crop.map_or(media, |crop| crop.clipped_to(&media))
    }

    /// `Root.Pages.Kids[2]`, or the object when no page tree leads to it.
    pub fn page_path(&self, page: Reference) -> String {
        let mut steps = Vec::new();
        let mut current = page;
        let root = self.signed.catalog().ok().and_then(|catalog| catalog.entry(b"Pages").as_reference());
        for _ in 0..DEEPEST {
            if Some(current) == root {
                let steps: String = steps.iter().rev().map(|index| format!(".Kids[{index}]")).collect();
                return format!("Root.Pages{steps}");
            }
            let Ok(Object::Dictionary(node)) = self.signed.object(current) else { break };
            let Some(parent) = node.entry(b"Parent").as_reference() else { break };
            let Ok(Object::Dictionary(above)) = self.signed.object(parent) else { break };
            let kids = self.signed.value(&above, b"Kids").unwrap_or(Object::Null);
            let kids = elements(&kids);
            if self.budget.spend(u64::try_from(kids.len()).unwrap_or(u64::MAX)).is_err() {
                break;
            }
            let Some(index) = kids.iter().position(|kid| kid.as_reference() == Some(current)) else { break };
            steps.push(index);
            current = parent;
        }
        page.to_string()
    }

    /// The page whose `/Annots` an array is, and nothing else.
    pub fn page_of_annotations(&self, array: Reference) -> Option<Reference> {
        let places = self.places(array)?;
        let [place] = places.as_slice() else { return None };
        let is_annotations = matches!(place.path.as_slice(), [Segment::Key(key)] if **key == *b"Annots");
        let page = is_annotations.then(|| self.signed.object(place.user).ok()).flatten()?;
        page.as_dictionary()?.entry(b"Type").is_name(b"Page").then_some(place.user)
    }
}

/// Object `number` in the generation that `view` has of it.
fn in_use(view: &View<'_, '_>, number: u32) -> Reference {
    super::difference::named(number, view.entry(number)).unwrap_or(Reference { number, generation: 0 })
}

/// `23 %`
fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
