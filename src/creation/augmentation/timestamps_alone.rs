//! EN 319 162-1 §4.3.3.2, §4.4.4.2, §A.7 — A container with timestamps and no signature: what proves them, and one more over everything

use super::carrier::Carrier;
use super::reading::not_valid;
use super::{Act, AugmentError, Augmentation, Need, Numbered, Pending, Place};
use crate::context::Context;
use crate::document::Document;
use crate::format::signature::Role;
use crate::report::Indication;
use crate::report::json::{Level, SignatureReport};
use crate::verifying::Judged;

impl Augmentation {
    /// A timestamp has no baseline level. It is asked what the levels ask of signatures: whether it stands by what is in the container (as at B-LT),
    /// and whether an archive manifest with a timestamp of its own keeps it (as at B-LTA).
    pub(super) fn act_on_timestamps(
        &mut self,
        judged: &Judged,
        carrier: &Carrier<'_, '_>,
        document: &Document<'_>,
        context: &Context<'_>,
        stamps: &[&SignatureReport],
    ) -> Result<Act, AugmentError> {
        let record = match carrier {
            Carrier::Record(record) if record.is_stamped_alone() => record,
            _ => return Err(AugmentError::NoSignature),
        };
        if let Some(broken) = stamps.iter().find(|entry| entry.indication == Indication::TotalFailed) {
            return Err(not_valid(broken));
        }
        if let Some(act) = self.prove_added(judged, context)? {
            return Ok(act);
        }
        let is_archived = record.is_archived();
        let is_renewed = self.goal.renewal && is_archived;
        let is_due = !self.due.get_or_insert_with(|| if is_renewed { vec![0] } else { Vec::new() }).is_empty();
        let level = match is_archived {
            true => Level::BLTA,
            false if self.passes_alone(document.octets, context)? => Level::BLT,
            false => Level::BT,
        };
        if level >= self.goal.level && !is_due {
            return Ok(Act::Tell(Need::Nothing));
        }
        if (level < Level::BLT || is_due)
            && !self.stored
            && let Some(act) = self.store(judged, carrier, document, context, stamps)?
        {
            return Ok(act);
        }
        if level < Level::BLT {
            return Err(self.not_reached());
        }
        let imprint = record.imprint(0, Role::Archive, self.goal.digest)?;
        let id = stamps.first().map(|entry| entry.id.clone()).unwrap_or_default();
        Ok(Act::Stamp(Pending { imprint, place: Place::Container(Numbered { id, number: 0 }) }))
    }
}
