//! ISO 32000-2 §7.3.10 — Indirect objects: which objects refer to those that later revisions mention

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::encoding::pdf::object::{Object, Reference};
use crate::encoding::pdf::{Entry, Pdf, View};

/// Every use of the objects that some revision after the oldest signed one mentions: by the objects of the oldest signed revision and by
/// those of each later one. Built in one pass, whatever the number of signatures.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Ascending by what is used.
    uses: Vec<Use>,
    /// Objects in use that could not be read: what they refer to is not known.
    unread: Vec<(u32, usize)>,
}

/// By number alone: many readers follow a reference to another generation of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    used: u32,
    user: u32,
    /// The revision whose object `user` uses it.
    version: usize,
}

/// One place that refers to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The object that refers to it.
    pub user: Reference,
    /// Where in that object, from the outside.
    pub path: Vec<Segment>,
}

/// A step into an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// A value of a dictionary.
    Key(Arc<[u8]>),
    /// An element of an array.
    Index(usize),
    /// A member of an object stream (§7.5.7).
    Member,
}

/// An object used from more places is none that a rule has to look at one by one.
const MOST_PLACES: usize = 1_000;

impl References {
    /// Reads revision `base` and what later revisions changed.
    pub fn of(pdf: &Pdf<'_>, base: usize) -> Self {
        let later = pdf.revisions().get(base.saturating_add(1)..).unwrap_or_default();
        let wanted = Wanted::new(later.iter().flat_map(|revision| revision.entries().map(|(number, _)| number)).collect());
        let mut references = Self::default();
        let Some(view) = pdf.at(base) else { return references };
        let sections = section_places(pdf);
        for (number, placed) in view.entries() {
            references.read(&view, number, placed.entry, placed.revision, &wanted, &sections);
        }
        for (index, revision) in later.iter().enumerate() {
            let version = base.saturating_add(1).saturating_add(index);
            let Some(view) = pdf.at(version) else { continue };
            for (number, entry) in revision.entries() {
                references.read(&view, number, entry, version, &wanted, &sections);
            }
        }
        references.uses.sort_unstable();
        references.uses.dedup();
        references
    }

    fn read(&mut self, view: &View<'_, '_>, number: u32, entry: Entry, version: usize, wanted: &Wanted, sections: &BTreeSet<usize>) {
        let generation = match entry {
            Entry::Free { .. } => return,
            Entry::InUse { offset, generation } => {
                // The dictionary of a cross-reference stream is a trailer, and no part of the document (§7.5.8.2).
                if usize::try_from(offset).is_ok_and(|offset| sections.contains(&offset.saturating_add(view.pdf().header_offset()))) {
                    return;
                }
                generation
            }
            Entry::Compressed { stream, .. } => {
                if wanted.has(stream) {
                    self.uses.push(Use { used: stream, user: number, version });
                }
                0
            }
        };
        match view.object(Reference { number, generation }) {
            Ok(object) => each_reference(&object, |reference| {
                if wanted.has(reference.number) {
                    self.uses.push(Use { used: reference.number, user: number, version });
                }
            }),
            Err(_) => self.unread.push((number, version)),
        }
    }

    /// The objects that use `used` in `view`.
    pub fn users(&self, view: &View<'_, '_>, used: Reference) -> impl Iterator<Item = u32> {
        let first = self.uses.partition_point(|one| one.used < used.number);
        let uses = self.uses.get(first..).unwrap_or_default().iter().take_while(move |one| one.used == used.number);
        uses.filter(|one| view.entry(one.user).is_some_and(|placed| placed.revision == one.version)).map(|one| one.user)
    }

    /// An object of `view` that could not be read.
    pub fn unread_in(&self, view: &View<'_, '_>) -> Option<u32> {
        let counts = |(number, version): &&(u32, usize)| view.entry(*number).is_some_and(|placed| placed.revision == *version);
        self.unread.iter().find(counts).map(|(number, _)| *number)
    }

    /// Every place of `view` that refers to `used`; `None` when there are too many to look at.
    pub fn places(&self, view: &View<'_, '_>, used: Reference) -> Option<Vec<Place>> {
        let mut places = Vec::new();
        for user in self.users(view, used) {
            places.extend(Self::places_in(view, user, used));
            if places.len() > MOST_PLACES {
                return None;
            }
        }
        Some(places)
    }

    /// The places of object `user` that refer to `used`.
    pub fn places_in(view: &View<'_, '_>, user: u32, used: Reference) -> Vec<Place> {
        let mut places = Vec::new();
        let Some(placed) = view.entry(user) else { return places };
        let generation = match placed.entry {
            Entry::InUse { generation, .. } => generation,
            Entry::Compressed { stream, .. } => {
                if stream == used.number {
                    places.push(Place { user: Reference { number: user, generation: 0 }, path: vec![Segment::Member] });
                }
                0
            }
            Entry::Free { .. } => return places,
        };
        let user = Reference { number: user, generation };
        if let Ok(object) = view.object(user) {
            places.extend(paths_to(&object, used).into_iter().map(|path| Place { user, path }));
        }
        places
    }
}

impl Place {
    /// The keys on the way.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.path.iter().filter_map(|segment| match segment {
            Segment::Key(key) => Some(&**key),
            Segment::Index(_) | Segment::Member => None,
        })
    }

    /// `.AcroForm.Fields[0]`
    pub fn written(&self) -> String {
        let segment = |segment: &Segment| match segment {
            Segment::Key(key) => format!(".{}", String::from_utf8_lossy(key)),
            Segment::Index(index) => format!("[{index}]"),
            Segment::Member => ".ObjStm".to_owned(),
        };
        self.path.iter().map(segment).collect()
    }
}

/// Numbers to look for: a bit for each 4,096th first, since nearly every reference is to something else.
struct Wanted {
    filter: [u64; 64],
    numbers: BTreeSet<u32>,
}

impl Wanted {
    fn new(numbers: BTreeSet<u32>) -> Self {
        let mut filter = [0_u64; 64];
        for number in &numbers {
            if let Some(word) = filter.get_mut(Self::word(*number)) {
                *word |= 1 << (number % 64);
            }
        }
        Self { filter, numbers }
    }

    fn word(number: u32) -> usize {
        usize::try_from(number / 64 % 64).unwrap_or(0)
    }

    fn has(&self, number: u32) -> bool {
        let maybe = self.filter.get(Self::word(number)).is_some_and(|word| word >> (number % 64) & 1 != 0);
        maybe && self.numbers.contains(&number)
    }
}

/// Where the cross-reference sections of a file stand.
fn section_places(pdf: &Pdf<'_>) -> BTreeSet<usize> {
    let sections = pdf.revisions().iter().flat_map(|revision| &revision.sections);
    sections.flat_map(|section| [Some(section.octets.start), section.hybrid.as_ref().map(|hybrid| hybrid.start)]).flatten().collect()
}

/// Calls `found` with each reference within `object`.
pub(super) fn each_reference(object: &Object, mut found: impl FnMut(Reference)) {
    let mut waiting = vec![object];
    while let Some(object) = waiting.pop() {
        match object {
            Object::Reference(reference) => found(*reference),
            Object::Array(elements) => waiting.extend(elements.iter()),
            Object::Dictionary(dictionary) => waiting.extend(dictionary.entries().map(|(_, value)| value)),
            Object::Stream(stream) => waiting.extend(stream.dictionary.entries().map(|(_, value)| value)),
            _ => {}
        }
    }
}

/// Every way from the outside of `object` to the reference `used`.
fn paths_to(object: &Object, used: Reference) -> Vec<Vec<Segment>> {
    let mut found = Vec::new();
    let mut waiting: Vec<(Vec<Segment>, &Object)> = vec![(Vec::new(), object)];
    while let Some((path, object)) = waiting.pop() {
        let deeper = |segment: Segment| path.iter().cloned().chain([segment]).collect::<Vec<_>>();
        let dictionary = match object {
            Object::Reference(reference) if reference.number == used.number => {
                found.push(path);
                continue;
            }
            Object::Array(elements) => {
                let relevant = elements.iter().enumerate().filter(|(_, element)| may_refer(element, used));
                waiting.extend(relevant.map(|(index, element)| (deeper(Segment::Index(index)), element)));
                continue;
            }
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dictionary,
            _ => continue,
        };
        let relevant = dictionary.entries().filter(|(_, value)| may_refer(value, used));
        waiting.extend(relevant.map(|(key, value)| (deeper(Segment::Key(key.into())), value)));
    }
    found.sort_unstable_by_key(Vec::len);
    found
}

fn may_refer(object: &Object, used: Reference) -> bool {
    match object {
        Object::Reference(reference) => reference.number == used.number,
        Object::Array(_) | Object::Dictionary(_) => true,
        _ => false,
    }
}
