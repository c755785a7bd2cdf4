//! EN 319 102-1 §4.3, EN 319 142-1 §6 — Signature augmentation: from B-B to B-T, B-LT, B-LTA, and once more before an algorithm ends

mod carrier;
#[cfg(feature = "cms")]
mod cms_record;
#[cfg(feature = "asic")]
mod container_record;
mod error;
mod goal;
#[cfg(feature = "json")]
mod json_record;
mod material;
mod paved;
mod placement;
mod reading;
mod timestamps_alone;
#[cfg(feature = "xml")]
mod xml_record;

pub use error::AugmentError;
pub use goal::Goal;
pub use paved::{Augmented, NotAugmented, augment, sign_at_level};

use super::draft::message_digest;
use super::unsigned_attributes::with_unsigned_attribute;
use crate::context::{Context, Evidence};
use crate::crypto::DigestAlgorithm;
use crate::document::Document;
use crate::encoding::der::write;
use crate::encoding::pdf::{Pdf, Written, hexadecimal};
use crate::error::Misuse;
use crate::format::pades::writing::{document_timestamp, security_store};
use crate::format::signature::Role;
use crate::limits::Limits;
use crate::pki::{TimestampRequest, TimestampResponse, object_id};
use crate::report::json::{Kind, Level, SignatureReport, Want};
use crate::report::{Indication, Report};
use crate::time::Time;
use crate::verifying::{Judged, judged};
use carrier::{Carrier, Record, carrier};
use error::level_name;
use goal::TIMESTAMP_TOKEN;
use material::{everything, related, used, used_for};
use placement::InPlace;
#[cfg(feature = "asic")]
pub(super) use reading::in_words;
#[cfg(not(feature = "asic"))]
use reading::in_words;
use reading::{missing, not_valid, reached, reason_of, signatures, stamp, wants_of};

/// What is needed next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the document is where it shall be.
    Nothing,
    /// A timestamp over the octets that have this digest, for [`Augmentation::complete`].
    Timestamp {
        /// The digest algorithm.
        algorithm: DigestAlgorithm,
        /// The digest.
        imprint: Vec<u8>,
    },
    /// Evidence, for the context of the next [`Augmentation::request`].
    Evidence(Vec<Want>),
}

/// A document on its way to a level, step by step, every outside act in the caller's hands. Nothing is done to a document that is there already.
///
/// ```
/// # use kyso::creation::{AugmentError, Augmentation, Goal, Need};
/// # use kyso::{Context, Evidence, pki::TimestampResponse, report::json::{Level, Want}};
/// fn preserved(
///     octets: &[u8],
///     context: &Context<'_>,
///     authority: impl Fn(&[u8]) -> Vec<u8>,
///     fetched: impl Fn(&[Want]) -> Evidence,
/// ) -> Result<Vec<u8>, AugmentError> {
///     let goal = Goal::level(Level::BLTA);
///     let (mut augmentation, mut evidence) = (Augmentation::new(octets, goal.clone()), context.evidence.clone());
///     loop {
///         match augmentation.request(&Context { evidence: &evidence, ..*context })? {
///             Need::Nothing => return Ok(augmentation.into_octets()),
///             Need::Evidence(wants) => evidence.extend(&fetched(&wants)),
///             Need::Timestamp { imprint, .. } => {
///                 let request = goal.timestamp_request(&imprint, None)?;
///                 augmentation.complete(&request, &TimestampResponse::from_der(&authority(request.octets()))?)?;
///             }
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Augmentation {
    octets: Vec<u8>,
    goal: Goal,
    limits: Limits,
    pending: Option<Pending>,
    /// A timestamp that was added and not yet found valid.
    added: Option<Added>,
    /// The value of a signature has no room for a timestamp.
    no_room: bool,
    stored: bool,
    /// Of a renewal: the signatures that still lack their new timestamp, of a PDF file only the first, since one timestamp is for all.
    due: Option<Vec<usize>>,
    asked: Option<(Vec<Want>, usize)>,
    known: Evidence,
    report: Option<Report>,
}

/// A place that waits for its token.
#[derive(Debug)]
struct Pending {
    imprint: Vec<u8>,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// In the value of a signature.
    InSignature(InPlace),
    /// In a revision of its own.
    Document(Written),
    /// In a signature of a record.
    Record(Numbered, Role),
    /// Beside the signatures of a container, of which this is one.
    Container(Numbered),
}

/// A signature by its id, and by its place among the signatures of a record.
#[derive(Clone, Debug)]
struct Numbered {
    id: String,
    number: usize,
}

#[derive(Clone, Debug)]
enum Added {
    OnSignature(String),
    InRecord(Numbered, Role),
    OnDocument,
    OnContainer,
}

/// What to do with the document as it is.
enum Act {
    Tell(Need),
    Stamp(Pending),
    Append(Vec<u8>),
    Replace(Vec<u8>),
}

/// Material twice, for the signatures and for a last timestamp: more rounds there cannot be.
const ROUNDS: usize = 4;

impl Augmentation {
    /// A document that is to reach `goal`.
    pub fn new(octets: impl Into<Vec<u8>>, goal: Goal) -> Self {
        Self {
            octets: octets.into(),
            goal,
            limits: Limits::default(),
            pending: None,
            added: None,
            no_room: false,
            stored: false,
            due: None,
            asked: None,
            known: Evidence::none(),
            report: None,
        }
    }

    /// What is needed next, by a verdict in `context`, which brings what was fetched so far. Evidence that is complete is stored on the way.
    ///
    /// # Errors
    /// [`AugmentError`]: a signature that does not hold, a document that forbids it, evidence asked for before that did not come. The document
    /// stays as it is.
    pub fn request(&mut self, context: &Context<'_>) -> Result<Need, AugmentError> {
        self.pending = None;
        for _ in 0..ROUNDS {
            let octets = std::mem::take(&mut self.octets);
            let act = self.look(&octets, context);
            self.octets = octets;
            match act? {
                Act::Tell(need) => {
                    if let Need::Evidence(wants) = &need {
                        self.asked = Some((wants.clone(), pieces(context)));
                    }
                    return Ok(need);
                }
                Act::Stamp(pending) => {
                    let need = Need::Timestamp { algorithm: self.goal.digest, imprint: pending.imprint.clone() };
                    self.pending = Some(pending);
                    return Ok(need);
                }
                Act::Append(update) => {
                    self.octets.extend_from_slice(&update);
                    self.stored = true;
                }
                Act::Replace(octets) => {
                    self.octets = octets;
                    self.stored = true;
                }
            }
        }
        Err(self.not_reached())
    }

    /// Puts the timestamp that `response` gives to `request` where the last [`Self::request`] wanted one. The token is checked first; whether
    /// its authority is to be believed, the next [`Self::request`] says.
    ///
    /// # Errors
    /// [`AugmentError::Timestamp`] names what is wrong with the answer; [`AugmentError::ContentsTooSmall`] when there is no room, after which
    /// the next [`Self::request`] wants a timestamp in another place or in a larger one. The document stays as it is.
    pub fn complete(&mut self, request: &TimestampRequest, response: &TimestampResponse) -> Result<Time, AugmentError> {
        let pending = self.pending.as_ref().ok_or_else(|| Misuse::new("no timestamp is needed now: ask what is with `request`"))?;
        if request.imprint.octets() != pending.imprint || request.imprint_algorithm.digest() != Some(self.goal.digest) {
            return Err(Misuse::new("the request is not for the timestamp that is needed").into());
        }
        let token = request.answered_by(response)?;
        let placed = match &pending.place {
            Place::InSignature(place) => {
                let attribute =
                    write::sequence(&[write::object_id(object_id::SIGNATURE_TIMESTAMP), write::set_of(vec![token.octets().to_vec()])]);
                placed(&self.octets, &[], &place.hole, &with_unsigned_attribute(&place.cms, attribute)?)
            }
            Place::Document(written) => {
                let hole = self.octets.len().saturating_add(written.hole.start)..self.octets.len().saturating_add(written.hole.end);
                placed(&self.octets, &written.octets, &hole, token.octets())
            }
            Place::Record(Numbered { number, .. }, _) | Place::Container(Numbered { number, .. }) => {
                let role = if let Place::Record(_, role) = &pending.place { *role } else { Role::Archive };
                let document = self.goal.open(&self.octets, &self.limits)?;
                match carrier(&document, &self.limits)? {
                    Carrier::Record(record) => record.with_timestamp(*number, role, &token),
                    Carrier::Pdf(_) => Err(Misuse::new("the document is no record any more").into()),
                }
            }
        };
        let added = match &pending.place {
            Place::InSignature(place) => Added::OnSignature(place.signature.clone()),
            Place::Document(_) => Added::OnDocument,
            Place::Record(signature, role) => Added::InRecord(signature.clone(), *role),
            Place::Container(_) => Added::OnContainer,
        };
        self.pending = None;
        match (placed, &added) {
            (Ok(octets), _) => (self.octets, self.added) = (octets, Some(added)),
            (Err(error), Added::OnSignature(_)) => {
                self.no_room = true;
                return Err(error);
            }
            (Err(error), Added::OnDocument) => {
                self.goal.room = token.octets().len().saturating_add(TIMESTAMP_TOKEN / 4);
                return Err(error);
            }
            (Err(error), Added::InRecord(..) | Added::OnContainer) => return Err(error),
        }
        Ok(token.info.time)
    }

    /// The document as far as it has come.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The document as far as it has come.
    pub fn into_octets(self) -> Vec<u8> {
        self.octets
    }

    /// The report of the last [`Self::request`], on the document as it was then.
    pub fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// Whether the timestamp that was added last is not yet found valid.
    pub(super) fn is_proving_timestamp(&self) -> bool {
        self.added.is_some()
    }

    /// All evidence of the last verdict.
    pub(super) fn known(&self) -> &Evidence {
        &self.known
    }

    fn look(&mut self, octets: &[u8], context: &Context<'_>) -> Result<Act, AugmentError> {
        self.limits = context.policy.limits.clone();
        let goal = self.goal.clone();
        let document = goal.open(octets, &self.limits)?;
        let judged = judged(&document, context, None);
        let act = self.act(&judged, &document, context);
        (self.known, self.report) = (judged.evidence, Some(judged.report));
        act
    }

    fn act(&mut self, judged: &Judged, document: &Document<'_>, context: &Context<'_>) -> Result<Act, AugmentError> {
        let limits = self.limits.clone();
        let carrier = carrier(document, &limits)?;
        let signatures: Vec<&SignatureReport> = signatures(&judged.report).collect();
        if signatures.first().is_some_and(|entry| entry.kind == Kind::ContainerTimestamp) {
            return self.act_on_timestamps(judged, &carrier, document, context, &signatures);
        }
        // The older form has no levels: it is asked whether the document has what its verdict rests on.
        let older = signatures.iter().any(|entry| entry.level == Level::None);
        if older && matches!(carrier, Carrier::Record(_)) {
            return Err(Misuse::new("a signature of no baseline profile has no level to be raised").into());
        }
        let is_whole = older && self.passes_alone(document.octets, context)?;
        let level = |entry: &SignatureReport| reached(entry, &judged.report, is_whole);
        let lowest = signatures.iter().map(|entry| level(entry)).min().ok_or(AugmentError::NoSignature)?;
        if let Some(broken) = signatures.iter().find(|entry| entry.indication == Indication::TotalFailed) {
            return Err(not_valid(broken));
        }
        if let Some(act) = self.prove_added(judged, context)? {
            return Ok(act);
        }
        let due = self
            .due
            .get_or_insert_with(|| if self.goal.renewal && lowest >= Level::BLTA { all(&carrier, &signatures) } else { Vec::new() });
        let due = due.clone();
        if lowest >= self.goal.level && due.is_empty() {
            return Ok(Act::Tell(Need::Nothing));
        }
        if lowest < Level::BT {
            return match &carrier {
                Carrier::Pdf(pdf) => {
                    let place = if self.no_room { None } else { placement::in_place(&signatures, &judged.report, document.octets, level) };
                    self.stamp(pdf, place)
                }
                Carrier::Record(record) => self.stamp_record(&**record, Role::Value, &signatures, |_, entry| level(entry) < Level::BT),
            };
        }
        if (lowest < Level::BLT || !due.is_empty())
            && !self.stored
            && let Some(act) = self.store(judged, &carrier, document, context, &signatures)?
        {
            return Ok(act);
        }
        // What is still below has all that its verdict rests on, and yet not what the level asks for.
        if lowest < Level::BLT {
            return Err(self.not_reached());
        }
        match &carrier {
            Carrier::Pdf(pdf) => self.stamp(pdf, None),
            Carrier::Record(record) => {
                let lacks = |number, entry: &SignatureReport| level(entry) < Level::BLTA || due.contains(&number);
                self.stamp_record(&**record, Role::Archive, &signatures, lacks)
            }
        }
    }

    /// The timestamp that was added last must be one that the relying party believes: a wrong one is found now and not in thirty years.
    fn prove_added(&mut self, judged: &Judged, context: &Context<'_>) -> Result<Option<Act>, AugmentError> {
        let Some(added) = &self.added else { return Ok(None) };
        let Some((id, authority, conclusion)) = stamp(&judged.report, added) else { return Err(self.not_reached()) };
        if conclusion.is_passed() {
            // A renewal is done with its timestamp.
            self.due.iter_mut().for_each(|due| match added {
                Added::OnContainer => due.clear(),
                Added::InRecord(signature, _) => due.retain(|number| *number != signature.number),
                Added::OnSignature(_) | Added::OnDocument => due.retain(|number| *number != 0),
            });
            self.added = None;
            return Ok(None);
        }
        let reason = reason_of(&judged.report, &id).unwrap_or_else(|| conclusion.to_string());
        if conclusion.indication == Indication::TotalFailed {
            return Err(AugmentError::TimestampNotValid { authority, reason });
        }
        // Only what concerns it: the signer's authorities may be out of reach, and a timestamp is wanted all the same.
        let wants = wants_of(&judged.report, &id);
        match self.ask(&wants, context) {
            Some(act) => Ok(Some(act)),
            None if wants.is_empty() => Err(AugmentError::TimestampNotValid { authority, reason }),
            None => Err(missing(format!("the timestamp of {authority}"), reason, wants)),
        }
    }

    fn stamp(&self, pdf: &Pdf<'_>, place: Option<InPlace>) -> Result<Act, AugmentError> {
        let algorithm = self.goal.digest;
        if let Some(place) = place {
            return Ok(Act::Stamp(Pending { imprint: algorithm.digest(&place.value), place: Place::InSignature(place) }));
        }
        let written = document_timestamp(pdf, self.goal.room)?;
        let imprint = message_digest(pdf.octets(), &written, algorithm);
        Ok(Act::Stamp(Pending { imprint, place: Place::Document(written) }))
    }

    /// A timestamp for the first signature of a record that `lacks` one.
    fn stamp_record(
        &self,
        record: &dyn Record,
        role: Role,
        signatures: &[&SignatureReport],
        lacks: impl Fn(usize, &SignatureReport) -> bool,
    ) -> Result<Act, AugmentError> {
        let mut lacking = signatures.iter().enumerate().filter(|(number, entry)| lacks(*number, entry));
        let (number, entry) = lacking.next().ok_or_else(|| self.not_reached())?;
        let imprint = record.imprint(number, role, self.goal.digest)?;
        let signature = Numbered { id: entry.id.clone(), number };
        let is_kept_with_others = role == Role::Archive && record.is_kept_with_others(number);
        let place = if is_kept_with_others { Place::Container(signature) } else { Place::Record(signature, role) };
        Ok(Act::Stamp(Pending { imprint, place }))
    }

    /// The evidence that made the verdict is stored, once every signature has passed by it. `None` when the document has all of it.
    fn store(
        &self,
        judged: &Judged,
        carrier: &Carrier<'_, '_>,
        document: &Document<'_>,
        context: &Context<'_>,
        signatures: &[&SignatureReport],
    ) -> Result<Option<Act>, AugmentError> {
        let wants = &judged.report.wants;
        if let Some(act) = self.ask(wants, context) {
            return Ok(Some(act));
        }
        if let Some(entry) = signatures.iter().find(|entry| entry.indication != Indication::TotalPassed) {
            let reason = in_words(&entry.reasons);
            return Err(if wants.is_empty() {
                not_valid(entry)
            } else {
                missing(format!("signature {}", entry.id), reason, wants.clone())
            });
        }
        match carrier {
            Carrier::Pdf(pdf) => {
                let related = if self.goal.related { related(judged, document.octets, context.anchors) } else { Vec::new() };
                let Some(update) = security_store(pdf, &used(judged, context.anchors).into(), &related)? else { return Ok(None) };
                if self.passes_alone(&[document.octets, &update].concat(), context)? {
                    return Ok(Some(Act::Append(update)));
                }
                // Something counted that no step names. Better too much than too little.
                Ok(security_store(pdf, &everything(judged).into(), &related)?.map(Act::Append))
            }
            Carrier::Record(record) => {
                let of_one = |entry: &&SignatureReport| used_for(judged, std::iter::once(*entry), context.anchors);
                let used: Vec<_> = signatures.iter().map(of_one).enumerate().collect();
                let Some(octets) = record.with_evidence(&used)? else { return Ok(None) };
                if self.passes_alone(&octets, context)? {
                    return Ok(Some(Act::Replace(octets)));
                }
                let everything: Vec<_> = signatures.iter().map(|_| everything(judged)).enumerate().collect();
                Ok(record.with_evidence(&everything)?.map(Act::Replace))
            }
        }
    }

    /// Whether the signatures of the document pass by what it brings.
    fn passes_alone(&self, octets: &[u8], context: &Context<'_>) -> Result<bool, AugmentError> {
        let none = Evidence::none();
        let context = Context { evidence: &none, ..*context };
        let report = judged(&self.goal.open(octets, &context.policy.limits)?, &context, None).report;
        let passed = signatures(&report).all(|entry| entry.indication == Indication::TotalPassed);
        Ok(passed)
    }

    /// What is wanted, unless it was asked for and nothing has come since.
    fn ask(&self, wants: &[Want], context: &Context<'_>) -> Option<Act> {
        let in_vain =
            self.asked.as_ref().is_some_and(|(asked, before)| *before >= pieces(context) && wants.iter().all(|want| asked.contains(want)));
        (!wants.is_empty() && !in_vain).then(|| Act::Tell(Need::Evidence(wants.to_vec())))
    }

    fn not_reached(&self) -> AugmentError {
        let report = self.report.as_ref();
        let lowest = report.and_then(|report| signatures(report).min_by_key(|entry| entry.level));
        let (signature, level) = lowest.map_or_else(|| ("-".into(), Level::None), |entry| (entry.id.clone(), entry.level));
        AugmentError::NotReached { signature, level: level_name(level) }
    }
}

/// The signatures that each need a timestamp of their own; of a PDF file the first stands for all.
fn all(carrier: &Carrier<'_, '_>, signatures: &[&SignatureReport]) -> Vec<usize> {
    match carrier {
        Carrier::Pdf(_) => vec![0],
        Carrier::Record(_) => (0..signatures.len()).collect(),
    }
}

fn pieces(context: &Context<'_>) -> usize {
    context.evidence.digests().len()
}

/// `octets` and `update` with `value` in the hole, which is given with the delimiters of its string.
fn placed(octets: &[u8], update: &[u8], hole: &std::ops::Range<usize>, value: &[u8]) -> Result<Vec<u8>, AugmentError> {
    let reserved = hole.len().saturating_sub(2) / 2;
    let string = hexadecimal(value, reserved);
    let mut whole = Vec::with_capacity(octets.len().saturating_add(update.len()));
    whole.extend_from_slice(octets);
    whole.extend_from_slice(update);
    match whole.get_mut(hole.clone()).filter(|hole| hole.len() == string.len()) {
        Some(hole) => hole.copy_from_slice(&string),
        None => return Err(AugmentError::ContentsTooSmall { needed: value.len(), reserved }),
    }
    Ok(whole)
}
