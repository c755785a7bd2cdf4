//! ISO 32000-2 §12.8.2 — What a later revision did to all revisions that were signed before it: compared once, not once a signature
//!
//! The first of fifty signatures has forty-nine revisions behind it. One that signs a new invisible field and does nothing else does the same
//! to each signed revision before: none of them has what it writes anew, all of them have what it writes again. It is compared with the one
//! right before it, in which the most is signed; where more was done, each signature has a comparison of its own.

use super::explanation::{CATALOG, DOCUMENT_TIMESTAMP, FORM, NEW_SIGNATURE_FIELD, PAGE, Rule, SIGNATURE_VALUE, XREF_STREAM};
use super::references::each_reference;
use super::step::Covered;
use super::{Compared, LaterRevisions};
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::Reference;
use crate::report::json::ChangeKind;

/// Rules that ask nothing of a signed revision but which objects it has.
const RULES: [Rule; 7] = [CATALOG, DOCUMENT_TIMESTAMP, FORM, NEW_SIGNATURE_FIELD, PAGE, SIGNATURE_VALUE, XREF_STREAM];

impl LaterRevisions<'_, '_> {
    /// What `later` did to all of them. Only where the revision before is signed: then it has to be compared with that one anyway.
    pub(super) fn compared_once(&self, later: usize) -> Option<&Compared> {
        let before = later.checked_sub(1).filter(|before| self.signed.contains(before))?;
        let compare = || {
            let (before, later) = (self.pdf.at(before)?, self.pdf.at(later)?);
            let compared = self.compare(before, later, &mut Covered::default()).ok()?;
            self.is_of_all(&compared, &before, &later).then_some(compared)
        };
        self.of_all.get(later)?.get_or_init(compare).as_ref()
    }

    fn is_of_all(&self, compared: &Compared, before: &View<'_, '_>, later: &View<'_, '_>) -> bool {
        let Some(base) = self.pdf.at(self.base) else { return false };
        let is_old = |reference| base.is_defined(reference) && before.is_defined(reference);
        let is_of_all = |reference: Reference, kind| match kind {
            // Nothing mentioned it before, and it leads to nothing that came in between.
            ChangeKind::Added => {
                let mut leads_to_old_or_new = true;
                let is_read = later.object(reference).is_ok_and(|object| {
                    each_reference(&object, |to| leads_to_old_or_new &= is_old(to) || compared.adds(to));
                    true
                });
                is_read && leads_to_old_or_new && before.entry(reference.number).is_none()
            }
            ChangeKind::Changed => is_old(reference),
            ChangeKind::Removed => false,
        };
        !compared.draws
            && [&compared.unread, &compared.lost].iter().all(|found| found.is_empty())
            && compared.of_trailer.is_empty()
            && compared.changes.iter().all(|(reference, kind, explanation)| {
                explanation.objection.is_none() && RULES.contains(&explanation.rule) && is_of_all(*reference, *kind)
            })
    }
}

impl Compared {
    fn adds(&self, reference: Reference) -> bool {
        let place = self.changes.binary_search_by_key(&reference.number, |(changed, _, _)| changed.number);
        let change = place.ok().and_then(|place| self.changes.get(place));
        change.is_some_and(|(changed, kind, _)| *changed == reference && *kind == ChangeKind::Added)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::context::Policy;
    use crate::encoding::pdf::Pdf;
    use crate::limits::Limits;
    use crate::testkit::{DemoPki, blank_page};
    use crate::{Document, Profile, Time, sign};

    /// Revision 0 is not signed, each of the others signs a field of its own; the last one shows something where it is asked to.
    fn signed_four_times(last_draws: bool) -> Vec<u8> {
        let time = Time::from_unix(1_795_315_218);
        let leader = DemoPki::new([1; 32], time).unwrap().leader_signer().unwrap();
        (0..4).fold(blank_page(), |file, index| {
            let profile = Profile::pades_b_b(time).field(format!("signature{index}"));
            let profile = if last_draws && index == 3 { profile.rectangle([10.0, 10.0, 60.0, 40.0]) } else { profile };
            sign(&Document::pdf(&file).unwrap(), &profile, &leader).unwrap()
        })
    }

    /// What each of the four makes of the revisions behind it, and how many of these were compared once for all.
    fn judged(file: &[u8], signed: BTreeSet<usize>) -> (Vec<String>, usize) {
        let pdf = Pdf::open(file, &Limits::default(), None).unwrap();
        let mut later = LaterRevisions::new(&pdf, &Policy::etsi_basic(), 1, std::iter::empty());
        later.signed = signed;
        let said = |revision| {
            let changes = later.since(revision);
            serde_json::to_string(&(changes.modifications, changes.forbidden, changes.constraints)).unwrap()
        };
        let said = (1..=4).map(said).collect();
        (said, later.of_all.iter().filter(|cell| cell.get().is_some_and(Option::is_some)).count())
    }

    #[test]
    fn compared_once_they_are_what_they_are_one_by_one() {
        let file = signed_four_times(false);
        let (alone, together) = (judged(&file, BTreeSet::new()), judged(&file, (1..=4).collect()));
        assert_eq!((alone.1, together.1), (0, 3));
        assert_eq!(alone.0, together.0);
    }

    #[test]
    fn one_that_shows_something_is_compared_for_each() {
        let file = signed_four_times(true);
        let (alone, together) = (judged(&file, BTreeSet::new()), judged(&file, (1..=4).collect()));
        assert_eq!(together.1, 2);
        assert_eq!(alone.0, together.0);
    }
}
