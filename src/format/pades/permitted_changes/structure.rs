//! ISO 32000-2 §14.7, §14.8.4.8.3 — Logical structure: what the widgets of new signature fields add to the tree
//!
//! A reader that speaks a document takes its text from this tree, and so does whoever copies it: what a later revision says there of old
//! content is as grave as another content. So all of the edits are judged together. For each widget one new element `Form` that has nothing
//! but the widget, in the kids of one element that was there, and in the tree of parents at a number that nobody had.

use std::collections::{BTreeMap, BTreeSet};

use super::JUDGED;
use super::catalog::named;
use super::explanation::{STRUCTURE, UNEXPLAINED};
use super::form::elements;
use super::node::Node;
use super::number_tree::NumberTree;
use super::references::{Place, References, Segment};
use super::same::same;
use super::step::Step;
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

/// What a new element may say (table 355). An alternate description speaks of its own widget, as the field itself does; what would be read in
/// the place of a content, or in another language, is not among them.
const ENTRIES: [&[u8]; 7] = [b"Type", b"S", b"P", b"Pg", b"K", b"Alt", b"NS"];
/// Entries by which a structure is put together, and by which others lead into it (tables 151, 203, 354 to 358).
const OF_STRUCTURE: [&[u8]; 10] = [b"StructTreeRoot", b"K", b"P", b"ParentTree", b"Nums", b"Kids", b"Names", b"Ref", b"SE", b"SD"];
const ROOT: &str = "Root.StructTreeRoot";
/// §14.8.6: the namespaces in which `Form` is what the standard calls so.
const NAMESPACES: [&str; 2] = ["http://iso.org/pdf/ssn", "http://iso.org/pdf2/ssn"];

/// The widget of a new signature field that says where it stands in the structure.
struct Tagged {
    widget: Reference,
    /// `/StructParent`.
    key: i64,
    /// The object with its signature dictionary.
    holder: Option<u32>,
}

/// What stands against the edits: the object, where it is, what of it.
struct Against {
    number: u32,
    path: String,
    what: String,
}

impl Against {
    fn new(node: &Node, what: impl Into<String>) -> Self {
        Self { number: node.answers, path: node.path.clone(), what: what.into() }
    }
}

/// What the edits explain: each object with its path, and the signature that it belongs to.
type Edits = Vec<(u32, String, Option<u32>)>;

impl Step<'_, '_, '_> {
    /// Judges what became of the structure tree, if it is about widgets of new signature fields; whatever else changed in it stays unexplained.
    pub fn structure(&mut self) {
        let is_open = self.difference.iter().any(|changed| self.is_open(changed));
        if !is_open && self.tagged().is_empty() {
            return;
        }
        self.look_at_known_fields();
        let tagged = self.tagged();
        if tagged.is_empty() {
            return;
        }
        match self.structure_edits(&tagged) {
            Ok(edits) => {
                for (number, path, holder) in edits {
                    self.signed_before = holder.is_some_and(|holder| self.is_of_older_revision(holder));
                    self.explain(number, STRUCTURE, &path);
                    self.signed_before = false;
                }
            }
            Err(against) => {
                self.object_to(against.number, UNEXPLAINED, &against.path, &JUDGED, against.what.as_str());
                // What is at fault may be an object that an older revision wrote.
                if let Some(root) = structure_of(&self.later) {
                    self.object_to(root.number, UNEXPLAINED, ROOT, &JUDGED, against.what.as_str());
                }
                for Tagged { widget, .. } in tagged {
                    self.object_to(widget.number, UNEXPLAINED, &format!("{widget}.StructParent"), &JUDGED, against.what.as_str());
                }
            }
        }
    }

    /// The widgets of new signature fields with a place in the structure, as far as they were looked at.
    fn tagged(&self) -> Vec<Tagged> {
        let tagged = |widget: &Reference| {
            let dictionary = self.later.object(*widget).ok()?.as_dictionary().cloned()?;
            let key = Some(self.value(&dictionary, b"StructParent")).filter(|key| *key != Object::Null)?;
            let field = dictionary.entry(b"Parent").as_reference().filter(|_| !dictionary.has(b"T")).unwrap_or(*widget);
            let value = self.later.object(field).ok()?.as_dictionary().map(|field| field.entry(b"V").clone())?;
            let holder = (value != Object::Null).then(|| value.as_reference().unwrap_or(field).number);
            // What is no number is nobody's.
            Some(Tagged { widget: *widget, key: key.as_integer().unwrap_or(-1), holder })
        };
        self.widgets.keys().filter_map(tagged).collect()
    }

    /// Whether this widget of a new signature field has a place in the structure.
    pub fn is_tagged(&self, widget: Reference) -> bool {
        self.tagged().iter().any(|tagged| tagged.widget == widget)
    }

    fn structure_edits(&mut self, tagged: &[Tagged]) -> Result<Edits, Against> {
        let root = self.structure_root()?;
        let mut edits: Edits = vec![(root.answers, root.path.clone(), None)];
        let added = self.added_parents(&root, &mut edits)?;
        let mut kids: BTreeMap<Reference, BTreeSet<Reference>> = BTreeMap::new();
        for (key, value) in &added {
            let path = format!("{}.ParentTree[{key}]", root.path);
            let against = |what: &str| Against { number: root.answers, path: path.clone(), what: what.to_owned() };
            let mut owners = tagged.iter().filter(|tagged| tagged.key == *key);
            let (Some(owner), None) = (owners.next(), owners.next()) else { return Err(against("/StructParent")) };
            let element = value.as_reference().ok_or_else(|| against("a parent that is no object of its own"))?;
            let parent = self.new_element(owner, element, &path, &mut edits)?;
            if !kids.entry(parent).or_default().insert(element) {
                return Err(against("an element of two widgets"));
            }
        }
        if let Some(lost) = tagged.iter().find(|tagged| !added.contains_key(&tagged.key)) {
            return Err(Against {
                number: lost.widget.number,
                path: format!("{}.StructParent", lost.widget),
                what: "/StructParent".into(),
            });
        }
        for (parent, kids) in kids {
            self.new_kids(&root, parent, &kids, &mut edits)?;
        }
        Ok(edits)
    }

    /// `/StructTreeRoot`, the same object as ever, of which nothing but kids and parents may grow.
    fn structure_root(&self) -> Result<Node, Against> {
        let (old, new) = (structure_of(&self.signed), structure_of(&self.later));
        let reference = old.filter(|_| old == new);
        let node = reference.map(|reference| self.node(reference, ROOT));
        let node = node.filter(|node| node.old.as_dictionary().is_some() && node.new.as_dictionary().is_some());
        let (Some(reference), Some(node)) = (reference, node) else {
            return Err(Against { number: 0, path: ROOT.into(), what: "/StructParent without a structure".into() });
        };
        let (_, new) = node.dictionaries();
        if let Some(key) =
            self.changed_keys(&node).into_iter().find(|key| ![&b"K"[..], b"ParentTree", b"ParentTreeNextKey"].contains(&&**key))
        {
            return Err(Against::new(&node, named(&key)));
        }
        // Then `Form` is none.
        if self.value(new, b"RoleMap").as_dictionary().is_some_and(|roles| roles.has(b"Form")) {
            return Err(Against::new(&node, "/RoleMap of /Form"));
        }
        if node.is_written && !self.is_of_structure_alone(reference) {
            return Err(Against::new(&node, "something else uses it, too"));
        }
        Ok(node)
    }

    /// §14.7.5.4: what the tree of parents has more, at numbers greater than all that it had.
    fn added_parents(&mut self, root: &Node, edits: &mut Edits) -> Result<BTreeMap<i64, Object>, Against> {
        let (old_tree, new_tree) = root.entries(b"ParentTree");
        let node = self.enter(root, b"ParentTree");
        let against = |what: &str| Against::new(&node, what);
        let old = NumberTree::read(&self.signed, &old_tree, self.budget).ok_or_else(|| against("/ParentTree as signed"))?;
        let new = NumberTree::read(&self.later, &new_tree, self.budget).ok_or_else(|| against("/ParentTree"))?;
        if !new.is_sound {
            return Err(against("/ParentTree whose entries some readers do not find"));
        }
        edits.push((node.answers, node.path.clone(), None));
        for reference in &new.nodes {
            if self.changed(reference.number).is_some() {
                self.node_of_parents(*reference, &old, &against)?;
                edits.push((reference.number, node.path.clone(), None));
            }
        }
        let mut kept = old.entries.iter().peekable();
        let mut added = BTreeMap::new();
        for (key, value) in &new.entries {
            match kept.next_if(|(old, _)| old == key) {
                Some((_, before)) if self.is_same_parent(before, value) => {
                    edits.extend(value.as_reference().filter(|moved| !self.signed.is_defined(*moved)).map(|moved| {
                        // The same list, in another object.
                        (moved.number, format!("{}[{key}]", node.path), None)
                    }));
                }
                Some(_) => return Err(against("/ParentTree that gives old content another parent")),
                None => {
                    added.insert(*key, value.clone());
                }
            }
        }
        if kept.next().is_some() {
            return Err(against("/ParentTree without an old entry"));
        }
        let next = self.enter(root, b"ParentTreeNextKey");
        edits.push((next.answers, next.path.clone(), None));
        let greatest = old.entries.iter().map(|(key, _)| *key).max().unwrap_or(-1);
        let used = next.old.as_integer().map_or(greatest, |next| greatest.max(next.saturating_sub(1)));
        let is_unused = added.keys().all(|key| *key > used);
        let is_next = match (next.old.as_integer(), next.new.as_integer()) {
            (None, None) => next.old == Object::Null && next.new == Object::Null,
            (old, Some(new)) => new > used && added.keys().all(|key| new > *key) && old.is_none_or(|old| new >= old),
            (Some(_), None) => false,
        };
        match (is_unused, is_next) {
            (false, _) => Err(against("/ParentTree at a number that may be in use")),
            (_, false) => Err(Against::new(&next, "/ParentTreeNextKey")),
            _ => Ok(added),
        }
    }

    /// A node of the tree of parents that this revision writes: a new one, or one that was in the tree and nowhere else.
    fn node_of_parents(&self, reference: Reference, old: &NumberTree, against: &impl Fn(&str) -> Against) -> Result<(), Against> {
        if !self.signed.is_defined(reference) {
            return Ok(());
        }
        let node = self.node(reference, "");
        let is_known = |key: &[u8]| [&b"Kids"[..], b"Nums", b"Limits"].contains(&key);
        let is_grown = old.nodes.contains(&reference) && self.changed_keys(&node).iter().all(|key| is_known(key));
        let is_alone = is_grown && self.is_of_structure_alone(reference);
        if is_alone { Ok(()) } else { Err(against("/ParentTree with a node that is something else")) }
    }

    /// Whether an entry of the tree of parents says the same: the same object, or a list of the same ones.
    fn is_same_parent(&self, old: &Object, new: &Object) -> bool {
        if old == new {
            return true;
        }
        let is_list_moved = new.as_reference().is_none_or(|new| !self.signed.is_defined(new));
        match (self.signed.resolve(old), self.later.resolve(new)) {
            (Ok(old @ (Object::Array(_) | Object::Null)), Ok(new)) => is_list_moved && same((&self.signed, &old), (&self.later, &new)),
            _ => false,
        }
    }

    /// The new element of a widget; the element whose kid it is.
    fn new_element(&self, owner: &Tagged, reference: Reference, path: &str, edits: &mut Edits) -> Result<Reference, Against> {
        let against = |what: &str| Against { number: reference.number, path: path.to_owned(), what: what.to_owned() };
        let element = self.later.object(reference).ok().filter(|_| !self.signed.is_defined(reference));
        let element = element.as_ref().and_then(Object::as_dictionary).ok_or_else(|| against("an element that was there"))?;
        let is_said = |key: &[u8]| element.entries().any(|(own, value)| own == key && *value != Object::Null);
        if let Some((key, _)) = element.entries().find(|(key, value)| **value != Object::Null && !ENTRIES.contains(key)) {
            return Err(against(&named(key)));
        }
        if is_said(b"Type") && !element.entry(b"Type").is_name(b"StructElem") {
            return Err(against("/Type"));
        }
        if !element.entry(b"S").is_name(b"Form") || !self.is_of_standard(element.entry(b"NS")) {
            return Err(against("/S"));
        }
        if is_said(b"Alt") && element.entry(b"Alt").as_string().is_none() {
            return Err(against("/Alt"));
        }
        if !self.is_only_kid(element, owner, edits, path) {
            return Err(against("/K"));
        }
        edits.push((reference.number, path.to_owned(), owner.holder));
        element.entry(b"P").as_reference().ok_or_else(|| against("/P"))
    }

    /// §14.7.4: no namespace, or a standard one that the document had.
    fn is_of_standard(&self, namespace: &Object) -> bool {
        let Some(reference) = namespace.as_reference() else { return *namespace == Object::Null };
        let signed = self.signed.object(reference).ok();
        let name = signed.as_ref().and_then(Object::as_dictionary).map(|namespace| namespace.entry(b"NS").clone());
        let is_named = |name: &Object| name.as_string().is_some_and(|name| NAMESPACES.iter().any(|standard| standard.as_bytes() == name));
        name.is_some_and(|name| is_named(&name)) && self.changed(reference.number).is_none()
    }

    /// §14.7.5.3: whether the element has the widget, on its page, and nothing else.
    fn is_only_kid(&self, element: &Dictionary, owner: &Tagged, edits: &mut Edits, path: &str) -> bool {
        let kids = element.entry(b"K");
        let kid = match kids.as_array() {
            Some([kid]) => kid,
            Some(_) => return false,
            None => kids,
        };
        if let Some(reference) = kid.as_reference() {
            if self.signed.is_defined(reference) {
                return false;
            }
            edits.push((reference.number, format!("{path}.K"), owner.holder));
        }
        let Ok(Object::Dictionary(kid)) = self.later.resolve(kid) else { return false };
        let is_known = kid.entries().all(|(key, value)| *value == Object::Null || [&b"Type"[..], b"Obj", b"Pg"].contains(&key));
        let pages: Vec<Object> =
            [element.entry(b"Pg"), kid.entry(b"Pg")].into_iter().filter(|page| **page != Object::Null).cloned().collect();
        let is_on = |page: &Object| page.as_reference().is_some_and(|page| self.is_on_page(owner.widget.number, page));
        is_known
            && kid.duplicate_key().is_none()
            && kid.entry(b"Type").is_name(b"OBJR")
            && kid.entry(b"Obj").as_reference() == Some(owner.widget)
            && !pages.is_empty()
            && pages.iter().all(|page| pages.first() == Some(page) && is_on(page))
    }

    /// Whether the widget of this number is an annotation of `page`.
    pub fn is_on_page(&self, widget: u32, page: Reference) -> bool {
        let Ok(Object::Dictionary(dictionary)) = self.later.object(page) else { return false };
        let annotations = self.value(&dictionary, b"Annots");
        let cost = u64::try_from(elements(&annotations).len()).unwrap_or(u64::MAX);
        self.is_page(page)
            && self.budget.spend(cost).is_ok()
            && elements(&annotations)
                .iter()
                .any(|annotation| annotation.as_reference().is_some_and(|annotation| annotation.number == widget))
    }

    /// An element of the signed revision, or the root, gets these kids and keeps its own in their order.
    fn new_kids(&mut self, root: &Node, parent: Reference, kids: &BTreeSet<Reference>, edits: &mut Edits) -> Result<(), Against> {
        let is_root = parent.number == root.answers;
        let node = if is_root { root.clone() } else { self.node(parent, &format!("{}({parent})", root.path)) };
        let against = |what: &str| Against::new(&node, what);
        if !is_root {
            let (old, _) = node.dictionaries();
            let kind = self.signed.value(old, b"S").unwrap_or(Object::Null);
            // A group of transparency (§11.6.6) has a `/K`, too.
            let is_element = kind.as_name().is_some_and(|kind| kind != b"Transparency") && old.entry(b"P").as_reference().is_some();
            if !self.signed.is_defined(parent) || !is_element {
                return Err(against("/P that was no element"));
            }
            if let Some(key) = self.changed_keys(&node).into_iter().find(|key| **key != *b"K") {
                return Err(against(&named(&key)));
            }
            if node.is_written && !self.is_of_structure_alone(parent) {
                return Err(against("something else uses it, too"));
            }
        }
        let list = self.enter_list(&node);
        let (old, new) = (list_of(&list.old), list_of(&list.new));
        let cost = u64::try_from(new.len() / 16).unwrap_or(u64::MAX);
        let mut kept = old.iter().peekable();
        let mut added = Vec::new();
        for kid in new {
            if kept.next_if(|old| same((&self.signed, old), (&self.later, kid))).is_none() {
                added.push(kid);
            }
        }
        let is_each_once = added.len() == kids.len() && added.iter().filter_map(|kid| kid.as_reference()).collect::<BTreeSet<_>>() == *kids;
        if kept.next().is_some() || !is_each_once || self.budget.spend(cost).is_err() {
            return Err(Against::new(&list, "/K"));
        }
        edits.push((node.answers, node.path.clone(), None));
        edits.push((list.answers, list.path.clone(), None));
        Ok(())
    }

    /// `/K` of an element: entered where it is a list in an object of its own, since a kid that stands alone is another element.
    fn enter_list(&mut self, node: &Node) -> Node {
        let (old, new) = node.entries(b"K");
        let is_list = new.as_reference().is_some_and(|new| self.later.object(new).is_ok_and(|new| new.as_array().is_some()));
        let own = |view: &View<'_, '_>, kids: &Object| match view.resolve(kids) {
            Ok(list @ Object::Array(_)) => list,
            _ => kids.clone(),
        };
        let (old, new) = (own(&self.signed, &old), own(&self.later, &new));
        let mut entered = if is_list { self.enter(node, b"K") } else { node.clone() };
        entered.path = format!("{}.K", node.path);
        (entered.old, entered.new) = (old, new);
        entered
    }

    /// Whether nothing but a structure refers to an object of the signed revision: a font, an image or a filter may have a `/K`, too.
    fn is_of_structure_alone(&self, reference: Reference) -> bool {
        let users: Vec<u32> = self.references().users(&self.signed, reference).collect();
        let is_affordable = self.budget.spend(u64::try_from(users.len() / 16).unwrap_or(u64::MAX)).is_ok();
        is_affordable
            && users
                .into_iter()
                .flat_map(|user| References::places_in(&self.signed, user, reference))
                .all(|place| self.is_of_structure(&place))
    }

    fn is_of_structure(&self, place: &Place) -> bool {
        let is_key = |place: &Place| place.keys().last().is_some_and(|key| OF_STRUCTURE.contains(&key));
        match self.signed.object(place.user) {
            Ok(Object::Dictionary(_)) => is_key(place),
            // A list of kids or of parents, which is the value of such a key in turn.
            Ok(Object::Array(_)) => {
                let lists = self.places(place.user).unwrap_or_default();
                let is_plain = place.path.iter().all(|segment| matches!(segment, Segment::Index(_)));
                is_plain && !lists.is_empty() && lists.iter().all(is_key)
            }
            _ => false,
        }
    }
}

/// `/StructTreeRoot`, which is an object of its own, since its kids refer to it.
fn structure_of(view: &View<'_, '_>) -> Option<Reference> {
    view.catalog().ok()?.entry(b"StructTreeRoot").as_reference()
}

/// The kids that a value of `/K` means.
fn list_of(kids: &Object) -> &[Object] {
    match kids {
        Object::Array(kids) => kids,
        Object::Null => &[],
        kid => std::slice::from_ref(kid),
    }
}
