//! ISO 32000-2 §7.5.6 — Incremental updates: the objects of which a later revision says something else than the signed one

use super::same::{has_duplicate_key, same};
use crate::encoding::pdf::object::{Object, Reference};
use crate::encoding::pdf::{Entry, Origin, Placed, View};
use crate::limits::{Budget, Exhausted};
use crate::report::json::ChangeKind;

/// What one revision mentions, compared with the signed one; ascending by number.
#[derive(Debug, Default)]
pub(super) struct Difference(Vec<Changed>);

/// An object that a later revision mentions.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    /// The object, as the later revision names it.
    pub reference: Reference,
    /// What happened to it.
    pub kind: ChangeKind,
    /// Its value as signed, null when it is new.
    pub old: Object,
    /// Its value in the later revision, null when it was removed.
    pub new: Object,
    /// What it is before anybody asks what it is for.
    pub nature: Nature,
}

/// What can be said of a changed object by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// A value that a rule must explain.
    Value,
    /// Written again with the same value.
    Same,
    /// The cross-reference stream of the revision (§7.5.8).
    CrossReferenceStream,
    /// A new object stream, a container (§7.5.7); what it holds is listed by itself.
    ObjectStream,
    /// Readers may disagree on it: why.
    Doubtful(&'static str),
}

/// Readers of the first and readers of the last of two equal keys see different objects.
pub(super) const KEY_TWICE: &str = "a key stands twice in it";

/// Readers that search a damaged file for objects, and some that miss one, find what stands in a string or a stream of another.
pub(super) const OBJECT_WITHIN: &str = "another object stands in its octets";

const OF_ANOTHER_REVISION: &str = "its entry points to octets of another revision";

impl Difference {
    /// What revision `later` mentions that is not where it was in revision `signed`, or that was not there in the revision right before.
    ///
    /// # Errors
    /// When `budget` does not last for that many objects.
    pub fn between(signed: &View<'_, '_>, later: &View<'_, '_>, budget: &Budget) -> Result<Self, Exhausted> {
        let Some(revision) = later.pdf().revisions().get(later.revision()) else { return Ok(Self::default()) };
        let mut numbers: Vec<u32> = revision.entries().map(|(number, _)| number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        budget.spend(u64::try_from(numbers.len()).unwrap_or(u64::MAX))?;
        let before = revision_before(signed, later);
        Ok(Self(numbers.into_iter().filter_map(|number| changed(signed, before.as_ref(), later, number)).collect()))
    }

    /// The changed object with this number.
    pub fn changed(&self, number: u32) -> Option<&Changed> {
        self.0.binary_search_by_key(&number, |changed| changed.reference.number).ok().and_then(|index| self.0.get(index))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Changed> {
        self.0.iter()
    }
}

/// The revision right before `later`, when that is later than the signed one too.
pub(super) fn revision_before<'p, 'a>(signed: &View<'p, 'a>, later: &View<'p, 'a>) -> Option<View<'p, 'a>> {
    let before = later.revision().checked_sub(1).filter(|before| *before > signed.revision())?;
    later.pdf().at(before)
}

/// The object that an entry names.
pub(super) fn named(number: u32, placed: Option<Placed>) -> Option<Reference> {
    match placed?.entry {
        Entry::Free { .. } => None,
        Entry::InUse { generation, .. } => Some(Reference { number, generation }),
        Entry::Compressed { .. } => Some(Reference { number, generation: 0 }),
    }
}

fn changed(signed: &View<'_, '_>, before: Option<&View<'_, '_>>, later: &View<'_, '_>, number: u32) -> Option<Changed> {
    let (old_place, new_place) = (signed.entry(number), later.entry(number));
    // What a revision in between made of it; what that left alone is as it was signed.
    let between = before.and_then(|before| before.entry(number)).filter(|placed| placed.revision > signed.revision());
    // A writer may repeat the whole cross-reference: the same place holds the same octets. (What an object stream holds may change with the
    // stream; that is the stream's own change.)
    let is_at = |place: Option<Placed>| place.map(|placed| placed.entry) == new_place.map(|placed| placed.entry);
    if is_at(old_place) && between.is_none_or(|between| is_at(Some(between))) {
        return None;
    }
    let (old, new) = (named(number, old_place), named(number, new_place));
    let of_before = named(number, between);
    let reference = new.or(old).or(of_before)?;
    let read = |view: &View<'_, '_>, reference: Option<Reference>| reference.map_or(Ok(Object::Null), |reference| view.object(reference));
    let (old_value, new_value) = (read(signed, old), read(later, new));
    let kind = match (old.or(of_before), new) {
        (_, None) => ChangeKind::Removed,
        _ if old.is_none() => ChangeKind::Added,
        _ => ChangeKind::Changed,
    };
    let nature = match (&old_value, &new_value, new_place) {
        (Ok(old_value), Ok(new_value), Some(placed)) if old.is_none() || new.is_none() || old == new => {
            let value_before = before.zip(of_before).filter(|_| of_before == Some(reference)).and_then(|(before, reference)| {
                let value = before.object(reference).ok()?;
                Some((before, value))
            });
            let is_as_before = || value_before.as_ref().is_some_and(|(before, value)| same((before, value), (later, new_value)));
            let was_section = || value_before.as_ref().is_some_and(|(before, value)| is_section(before, value));
            match nature(signed, later, (reference, placed), old_value, new_value) {
                // Members that this revision does not mention are other objects all at once.
                Nature::ObjectStream if of_before.is_some() => Nature::Doubtful("an object stream is written again"),
                // Readers that repair a file find what is in it.
                Nature::ObjectStream if !later.names_all_members(number) => {
                    Nature::Doubtful("it holds objects that no cross-reference has from it")
                }
                Nature::CrossReferenceStream if of_before.is_some() && !was_section() => Nature::Value,
                // As it was signed, but a revision in between made something else of it, and perhaps of what belongs to it.
                Nature::Same if between.is_some() && !is_as_before() && !stands_in_its_revision(later, placed, new_value) => {
                    Nature::Doubtful(OF_ANOTHER_REVISION)
                }
                Nature::Same if between.is_some() && !is_as_before() => Nature::Value,
                Nature::Value | Nature::ObjectStream if has_object_within(later, reference) => Nature::Doubtful(OBJECT_WITHIN),
                nature => nature,
            }
        }
        (Ok(_), Ok(_), _) => Nature::Doubtful("its generation number changed"),
        _ => Nature::Doubtful("it cannot be read"),
    };
    let (old, new) = (old_value.unwrap_or(Object::Null), new_value.unwrap_or(Object::Null));
    Some(Changed { reference, kind, old, new, nature })
}

fn nature(signed: &View<'_, '_>, later: &View<'_, '_>, (reference, placed): (Reference, Placed), old: &Object, new: &Object) -> Nature {
    if matches!(placed.entry, Entry::Free { .. }) {
        return if is_section(signed, old) { Nature::Same } else { Nature::Value };
    }
    if is_section(later, new) && (*old == Object::Null || is_section(signed, old)) {
        return Nature::CrossReferenceStream;
    }
    if signed.is_defined(reference) && same((signed, old), (later, new)) {
        return Nature::Same;
    }
    if !stands_in_its_revision(later, placed, new) {
        return Nature::Doubtful(OF_ANOTHER_REVISION);
    }
    if placed.origin == Origin::HybridStream {
        return Nature::Doubtful("only readers of hybrid files find it");
    }
    if has_duplicate_key(new) {
        return Nature::Doubtful(KEY_TWICE);
    }
    let is_container = new.as_stream().is_some_and(|stream| stream.dictionary.entry(b"Type").is_name(b"ObjStm"));
    if is_container && *old == Object::Null { Nature::ObjectStream } else { Nature::Value }
}

/// Whether `object` is a cross-reference stream of the view's chain.
fn is_section(view: &View<'_, '_>, object: &Object) -> bool {
    let Some(stream) = object.as_stream() else { return false };
    let revisions = view.pdf().revisions().get(..=view.revision()).unwrap_or_default();
    let mut sections = revisions.iter().flat_map(|revision| &revision.sections);
    stream.dictionary.entry(b"Type").is_name(b"XRef")
        && sections.any(|section| {
            [Some(&section.octets), section.hybrid.as_ref()].into_iter().flatten().any(|octets| octets.contains(&stream.octets.start))
        })
}

/// Whether the octets of an object that this revision wrote have another one in them; 0 stands for what is no object.
pub(super) fn has_object_within(later: &View<'_, '_>, owner: Reference) -> bool {
    let revision = later.pdf().revisions().get(later.revision());
    revision.is_some_and(|revision| later.pdf().accounting().has_object_within(owner, &revision.span))
}

/// Whether what an entry names stands in the octets that the revision of that entry added.
fn stands_in_its_revision(view: &View<'_, '_>, placed: Placed, value: &Object) -> bool {
    let Some(revision) = view.pdf().revisions().get(placed.revision) else { return false };
    let offset = match placed.entry {
        Entry::InUse { offset, .. } => offset,
        Entry::Compressed { stream, .. } => match view.entry(stream) {
            Some(Placed { entry: Entry::InUse { offset, .. }, revision, .. }) if revision == placed.revision => offset,
            _ => return false,
        },
        Entry::Free { .. } => return false,
    };
    let offset = usize::try_from(offset).ok().and_then(|offset| offset.checked_add(view.pdf().header_offset()));
    let end = value.as_stream().map_or(revision.span.start, |stream| stream.octets.end);
    offset.is_some_and(|offset| revision.span.contains(&offset)) && end <= revision.span.end
}
