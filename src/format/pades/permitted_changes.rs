//! ISO 32000-2 §12.8.2 — what later revisions did to a signed one, and whether they may

mod annotation;
mod button;
mod catalog;
mod colour;
mod content_token;
mod difference;
mod encoding;
mod explanation;
mod field;
mod font;
mod form;
mod formatted;
mod geometry;
mod new_field;
mod node;
mod number_tree;
mod of_all;
mod page;
mod page_text;
mod permission;
mod references;
mod remainder;
mod same;
mod shown_text;
mod signature_value;
mod signed_values;
mod step;
mod structure;
mod validation_data;
mod variable_text;
mod xmp;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::signature_field::SignaturePlace;
use crate::context::{ChangePolicy, Policy};
use crate::encoding::pdf::object::Reference;
use crate::encoding::pdf::{Pdf, View};
use crate::limits::{Budget, Exhausted};
use crate::report::json::{Change, ChangeClass, ChangeKind, Modifications};
use crate::report::{Block, Check, Recorder, checks};
use difference::{Changed, Difference};
use explanation::{ANNOTATION, EMPTY_PLACED_FIELD, Exemption, Explanation, Objection};
use font::Fonts;
use permission::{InForce, Level, Restriction};
use references::References;
use signed_values::ShownValues;
use step::{Covered, Step};

checks! {
    PERMITTED = "permitted_changes.within_permission", "ISO 32000-2 Table 257", Failed(FormatFailure),
        "The certification of the document permits {permission}, but revision {revision} changed {path} ({class}).",
        "Chữ ký chứng nhận của tài liệu chỉ cho phép {permission}, nhưng phiên bản {revision} đã thay đổi {path}.";
    NOT_LOCKED = "permitted_changes.field_not_locked", "ISO 32000-2 §12.8.2.4", Failed(FormatFailure),
        "Revision {revision} changed the field {what}, which is locked by a signature.",
        "Phiên bản {revision} đã thay đổi trường {what} vốn đã bị một chữ ký khóa.";
    PAGES_KEPT = "permitted_changes.pages_kept", "ISO 32000-2 §12.8.2.2, §7.7.3", Failed(FormatFailure),
        "After the signing, revision {revision} changed a page or the page tree: {path} {what}.",
        "Sau khi ký, phiên bản {revision} đã thay đổi trang hoặc cây trang: {path}.";
    CATALOG_KEPT = "permitted_changes.catalog_kept", "ISO 32000-2 §12.8.2.2, §7.7.2", Failed(FormatFailure),
        "After the signing, revision {revision} changed an entry of the document as a whole: {path} {what}.",
        "Sau khi ký, phiên bản {revision} đã thay đổi một mục chung của tài liệu: {path}.";
    FIELDS_KEPT = "permitted_changes.fields_kept", "ISO 32000-2 §12.8.2.2, §12.7.4", Failed(FormatFailure),
        "After the signing, revision {revision} changed, added or removed a field, widget or signature otherwise than by signing or filling in: {path} {what}.",
        "Sau khi ký, phiên bản {revision} đã sửa, thêm hoặc xóa trường, khung hiển thị hay chữ ký không phải bằng cách ký hoặc điền: {path}.";
    EXPLAINED = "permitted_changes.explained", "ISO 32000-2 §12.8.2.2", Failed(FormatFailure),
        "After the signing, revision {revision} changed object {object}, and no permitted change needs that: {path} {what}.",
        "Sau khi ký, phiên bản {revision} đã thay đổi đối tượng {object} mà không thay đổi hợp lệ nào cần đến: {path}.";
    JUDGED = "permitted_changes.judged", "ISO 32000-2 §12.8.2", Indeterminate(SigConstraintsFailure),
        "After the signing, revision {revision} changed object {object} in a way that is not judged: {path} {what}.",
        "Sau khi ký, phiên bản {revision} đã thay đổi đối tượng {object} theo cách chưa được đánh giá: {path}.";
    ANNOTATIONS = "permitted_changes.drawn_annotations", "ISO 32000-2 §12.5", Indeterminate(SigConstraintsFailure),
        "After the signing, revision {revision} added, changed or deleted an annotation that shows something: {path}.",
        "Sau khi ký, phiên bản {revision} đã thêm, sửa hoặc xóa một chú thích có hiển thị nội dung: {path}.";
    APPEARANCE_SIZE = "permitted_changes.appearance_size", "ISO 32000-2 §12.5.5, §12.5.2", Indeterminate(SigConstraintsFailure),
        "The appearance of a signature or value added in revision {revision} covers {what} of the page: {path}.",
        "Hình ảnh của chữ ký hoặc giá trị được thêm ở phiên bản {revision} che {what} trang: {path}.";
    APPEARANCE_OVERLAP = "permitted_changes.appearance_overlap", "ISO 32000-2 §12.5.5", Indeterminate(SigConstraintsFailure),
        "The appearance of a signature or value added in revision {revision} covers something older than half: {what} ({path}).",
        "Hình ảnh của chữ ký hoặc giá trị được thêm ở phiên bản {revision} che quá nửa một nội dung có trước: {what} ({path}).";
    OVER_TEXT = "permitted_changes.appearance_over_text", "ISO 32000-2 §12.5.5, §9.4", Indeterminate(SigConstraintsFailure),
        "What a field shows since revision {revision} lies over the text of the page that was signed: {path} ({what}).",
        "Nội dung mà một trường hiển thị từ phiên bản {revision} nằm đè lên văn bản của trang đã ký: {path} ({what}).";
    OVER_OLDER = "permitted_changes.appearance_over_signature", "ISO 32000-2 §12.5.5, §12.7.5.5", Indeterminate(SigConstraintsFailure),
        "What a field shows since revision {revision} lies over the appearance of an older signature, or of a mark in its place: {path} ({what}).",
        "Nội dung mà một trường hiển thị từ phiên bản {revision} nằm đè lên hình ảnh của một chữ ký hoặc dấu có trước: {path} ({what}).";
    EVIDENCE_READ = "permitted_changes.validation_data_read", "EN 319 142-1 §5.4.2", Indeterminate(SigConstraintsFailure),
        "Revision {revision} added validation data that is no certificate, CRL or OCSP response: {object}.",
        "Phiên bản {revision} đã thêm dữ liệu kiểm tra không phải là chứng thư, CRL hay phản hồi OCSP: {object}.";
    EVIDENCE_KEPT = "permitted_changes.validation_data_kept", "ISO 32000-2 §12.8.4.3", Indeterminate(SigConstraintsFailure),
        "Revision {revision} left validation data out of the store that it had: {object}.",
        "Phiên bản {revision} đã bỏ khỏi kho dữ liệu kiểm tra một dữ liệu vốn có: {object}.";
    VALUE_COMPARED = "permitted_changes.value_compared", "ISO 32000-2 §12.7.4.3, §12.6.3", Indeterminate(SigConstraintsFailure),
        "Revision {revision} gave the field {what} a value whose appearance cannot be compared with it.",
        "Phiên bản {revision} đã điền trường {what} một giá trị mà hình hiển thị không so sánh được với nó.";
    VALUE_SHOWN = "permitted_changes.value_shown", "ISO 32000-2 §12.7.4.3, §12.7.5.2", Indeterminate(SigConstraintsFailure),
        "The field {what} shows something else than its value already in the revision that was signed.",
        "Trường {what} đã hiển thị khác với giá trị của nó ngay trong phiên bản được ký.";
    OBJECTS_LISTED = "permitted_changes.objects_listed", "ISO 32000-2 §7.5.6", Failed(FormatFailure),
        "Object {object} was added after the signing, at byte {at}, where no cross-reference of the file names it.",
        "Đối tượng {object} được thêm sau khi ký, tại byte {at}, mà không bảng tham chiếu nào của tệp ghi nhận.";
    COMPARED = "limit.changes", "ISO 32000-2 §12.8.2", Indeterminate(SigConstraintsFailure),
        "More objects were changed after the signing than the limit of {limit} lets us compare.",
        "Số đối tượng bị thay đổi sau khi ký vượt quá giới hạn {limit} đối tượng được so sánh.";
}

/// Whether a relying party, not the signature, stands against a change with this check.
fn is_of_policy(check: &Check) -> bool {
    [&ANNOTATIONS, &APPEARANCE_SIZE, &APPEARANCE_OVERLAP, &OVER_TEXT].iter().any(|of_policy| of_policy.id == check.id)
}

/// What came after a signed revision.
pub(super) struct LaterChanges {
    /// For the report.
    pub modifications: Modifications,
    /// What makes the signature TOTAL-FAILED.
    pub forbidden: Block,
    /// What makes it INDETERMINATE.
    pub constraints: Block,
}

/// The revisions of one file, compared with those that its signatures signed. What the comparisons share is computed once.
pub(super) struct LaterRevisions<'p, 'a> {
    pdf: &'p Pdf<'a>,
    drawn_annotations: ChangePolicy,
    restrictions: Vec<Restriction>,
    /// The oldest revision that is signed.
    base: usize,
    /// The revisions that a signature signed.
    signed: BTreeSet<usize>,
    /// By revision, what it did to each of these before it, where that is the same.
    of_all: Vec<OnceCell<Option<Compared>>>,
    /// The fields of the oldest signed revision, and those that show something else than their value.
    values: OnceCell<ShownValues>,
    references: OnceCell<References>,
    fonts: Fonts,
    budget: Budget,
}

/// What is told and decides nothing: validation data, by revision and object, that are none, and those that the store has no more.
#[derive(Default)]
struct Told {
    unread: Vec<(usize, String)>,
    lost: Vec<(usize, String)>,
    /// By revision and name, fields whose appearance could not be compared with their value.
    not_compared: Vec<(usize, String)>,
    /// By revision, new signatures over letters of a page, and over how many.
    over_text: Vec<(usize, (String, usize))>,
    /// By revision, appearances over older signatures and marks, and over how much of which.
    over_older: Vec<(usize, (String, String))>,
    older_signatures: usize,
}

/// What a later revision did to a signed one, whatever is permitted.
#[derive(Clone)]
struct Compared {
    /// Ascending by number.
    changes: Vec<(Reference, ChangeKind, Explanation)>,
    of_trailer: Vec<Explanation>,
    /// Validation data that is none.
    unread: Vec<Reference>,
    /// Validation data that the store has no more.
    lost: Vec<Reference>,
    /// Fields whose appearance could not be compared with their value.
    not_compared: Vec<String>,
    /// New signatures over letters of a page.
    over_text: Vec<(String, usize)>,
    /// Appearances over older signatures and marks.
    over_older: Vec<(String, String)>,
    /// How many appearances of older signatures new ones were measured against.
    older_signatures: usize,
    /// Whether a new signature shows something.
    draws: bool,
}

/// What one signature makes of one changed object.
struct Judged {
    change: Change,
    objection: Option<Objection>,
    /// Whether it is about a field of the form.
    is_of_field: bool,
}

/// More reasons than these tell nobody more.
const MOST_REASONS: usize = 20;

impl<'p, 'a> LaterRevisions<'p, 'a> {
    /// `oldest`: the oldest revision that anything signed; `signed`: the place of every signature, timestamps left out, and the revision
    /// that it signed.
    pub fn new<'s>(pdf: &'p Pdf<'a>, policy: &Policy, oldest: usize, signed: impl Iterator<Item = (&'s SignaturePlace, usize)>) -> Self {
        let signed: Vec<_> = signed.collect();
        Self {
            pdf,
            drawn_annotations: policy.drawn_annotations,
            restrictions: signed.iter().map(|(place, revision)| Restriction::of(pdf, place, *revision)).collect(),
            base: oldest,
            signed: signed.iter().map(|(_, revision)| *revision).collect(),
            of_all: pdf.revisions().iter().map(|_| OnceCell::new()).collect(),
            values: OnceCell::new(),
            references: OnceCell::new(),
            fonts: Fonts::default(),
            budget: Budget::new("changes", policy.limits.changes),
        }
    }

    /// Compares every later revision with revision `signed`.
    pub fn since(&self, signed: usize) -> LaterChanges {
        let in_force = InForce::at(&self.restrictions, signed);
        let mut judged = Vec::new();
        let mut evidence = Told::default();
        let mut covered = Covered::default();
        let mut is_complete = true;
        for later in signed.saturating_add(1)..self.pdf.revisions().len() {
            match self.compared(signed, later, &mut covered) {
                Some(Ok(compared)) => self.judge(later, &compared, &in_force, &mut judged, &mut evidence),
                Some(Err(_)) => is_complete = false,
                None => {}
            }
        }
        let unlisted = self.unlisted_since(signed);
        let is_complete_and_listed = is_complete && unlisted.is_none();
        let permitted = is_complete_and_listed && judged.iter().all(|judged| judged.change.permitted);
        let class = judged.iter().map(|judged| judged.change.class).max().unwrap_or_default();
        let class = if is_complete_and_listed { class } else { ChangeClass::Other };
        let forbidden = Block::run("Forbidden changes", "ISO 32000-2 §12.8.2", "", |r| {
            let (object, at) = unlisted.map_or((String::new(), String::new()), |(object, at)| (object.to_string(), at.to_string()));
            r.ask(&OBJECTS_LISTED, unlisted.is_none(), [("object", object.into()), ("at", at.into())]);
            record(r, &judged, &PERMITTED, &in_force, Objection::is_forbidding);
            held(r, &judged, &[&PAGES_KEPT, &CATALOG_KEPT, &FIELDS_KEPT, &EXPLAINED, &NOT_LOCKED]);
            Ok(())
        });
        let constraints = Block::run("Later changes", "ISO 32000-2 §12.8.2", "", |r| {
            r.ask(&COMPARED, is_complete, [("limit", self.budget.limit().to_string().into())]);
            record(r, &judged, &JUDGED, &in_force, |objection| !objection.is_forbidding());
            held(r, &judged, &[&ANNOTATIONS, &APPEARANCE_SIZE, &APPEARANCE_OVERLAP]);
            for (check, found) in [(&EVIDENCE_READ, evidence.unread), (&EVIDENCE_KEPT, evidence.lost)] {
                if found.is_empty() {
                    held(r, &judged, &[check]);
                }
                for (revision, object) in found.into_iter().take(MOST_REASONS) {
                    r.tolerate(check, false, [("revision", revision.into()), ("object", object.into())]);
                }
            }
            if evidence.over_text.is_empty() {
                held(r, &judged, &[&OVER_TEXT]);
            }
            for (revision, (path, letters)) in evidence.over_text.into_iter().take(MOST_REASONS) {
                let inputs = [("revision", revision.to_string().into()), ("path", path.into()), ("what", letters.to_string().into())];
                r.tolerate(&OVER_TEXT, false, inputs);
            }
            if evidence.over_older.is_empty() && evidence.older_signatures > 0 {
                r.ask(&OVER_OLDER, true, [("signatures", evidence.older_signatures.into())]);
            }
            for (revision, (path, what)) in evidence.over_older.into_iter().take(MOST_REASONS) {
                r.tolerate(&OVER_OLDER, false, [("revision", revision.to_string().into()), ("path", path.into()), ("what", what.into())]);
            }
            if evidence.not_compared.is_empty() {
                held(r, &judged, &[&VALUE_COMPARED]);
            }
            for (revision, field) in evidence.not_compared.into_iter().take(MOST_REASONS) {
                r.tolerate(&VALUE_COMPARED, false, [("revision", revision.to_string().into()), ("what", field.into())]);
            }
            self.as_signed(r, signed);
            Ok(())
        });
        let changes = judged.into_iter().map(|judged| judged.change).collect();
        let modifications = Modifications { class, permitted, permission: in_force.permission(), changes };
        LaterChanges { modifications, forbidden, constraints }
    }

    /// Tells of fields that showed something else than their value when they were signed, and are as they were.
    fn as_signed(&self, r: &mut Recorder, signed: usize) {
        let Some(view) = self.pdf.at(signed) else { return };
        let values = self.values.get_or_init(|| self.shown_values());
        let is_kept = |number: u32| view.entry(number).is_some_and(|placed| placed.revision <= self.base);
        let other: Vec<&String> =
            values.otherwise.iter().filter(|(_, objects)| objects.iter().all(|number| is_kept(*number))).map(|(name, _)| name).collect();
        if other.is_empty() && values.compared > 0 {
            r.ask(&VALUE_SHOWN, true, [("values", values.compared.into())]);
        }
        for field in other.into_iter().take(MOST_REASONS) {
            r.tolerate(&VALUE_SHOWN, false, [("what", field.clone().into())]);
        }
    }

    fn shown_values(&self) -> ShownValues {
        let Some(base) = self.pdf.at(self.base) else { return ShownValues::default() };
        let nothing = Difference::default();
        Step::new(base, base, &nothing, &self.budget, (&self.references, self.base), &self.fonts).shown_values()
    }

    /// An object that stands behind the signed octets where no cross-reference names it: readers that search for objects find it.
    fn unlisted_since(&self, signed: usize) -> Option<&(Reference, u64)> {
        let end = self.pdf.revisions().get(signed).and_then(|revision| u64::try_from(revision.span.end).ok())?;
        self.pdf.accounting().unlisted.iter().find(|(_, at)| *at >= end)
    }

    /// `later` beside `signed`, by itself or for all signed revisions together.
    fn compared(&self, signed: usize, later: usize, covered: &mut Covered) -> Option<Result<Cow<'_, Compared>, Exhausted>> {
        if let Some(of_all) = self.compared_once(later) {
            return Some(Ok(Cow::Borrowed(of_all)));
        }
        let (old, new) = (self.pdf.at(signed)?, self.pdf.at(later)?);
        Some(self.compare(old, new, covered).map(Cow::Owned))
    }

    fn compare(&self, signed: View<'p, 'a>, later: View<'p, 'a>, covered: &mut Covered) -> Result<Compared, Exhausted> {
        let difference = Difference::between(&signed, &later, &self.budget)?;
        let mut step = Step::new(signed, later, &difference, &self.budget, (&self.references, self.base), &self.fonts);
        step.covered = std::mem::take(covered);
        let mut explained = step.explained();
        *covered = explained.covered;
        let explained_by = |changed: &Changed| {
            let explanation = explained.explanations.remove(&changed.reference.number)?;
            Some((changed.reference, changed.kind, explanation))
        };
        Ok(Compared {
            changes: difference.iter().filter_map(explained_by).collect(),
            of_trailer: explained.of_trailer,
            unread: explained.unread_evidence,
            lost: explained.lost_evidence,
            not_compared: explained.not_compared,
            over_text: explained.over_text,
            over_older: explained.over_older,
            older_signatures: explained.older_signatures,
            draws: explained.draws,
        })
    }

    fn judge(&self, later: usize, compared: &Compared, in_force: &InForce<'_>, judged: &mut Vec<Judged>, evidence: &mut Told) {
        let revision = later.saturating_add(1);
        evidence.unread.extend(compared.unread.iter().map(|reference| (revision, reference.to_string())));
        evidence.not_compared.extend(compared.not_compared.iter().map(|field| (revision, field.clone())));
        evidence.over_text.extend(compared.over_text.iter().map(|found| (revision, found.clone())));
        evidence.over_older.extend(compared.over_older.iter().map(|found| (revision, found.clone())));
        evidence.older_signatures = evidence.older_signatures.saturating_add(compared.older_signatures);
        evidence.lost.extend(compared.lost.iter().map(|reference| (revision, reference.to_string())));
        let brings_validation_data = compared
            .changes
            .iter()
            .any(|(_, _, explanation)| matches!(explanation.rule.name, "dss" | "document_timestamp") && explanation.objection.is_none());
        let asked = |explanation: &Explanation| self.objection(explanation, in_force, brings_validation_data);
        for (reference, kind, explanation) in &compared.changes {
            judged.push(Judged::new(reference.to_string(), *kind, revision, explanation, asked(explanation)));
        }
        for explanation in &compared.of_trailer {
            judged.push(Judged::new("trailer".into(), ChangeKind::Changed, revision, explanation, asked(explanation)));
        }
    }

    /// What stands against a change: its own rule, a lock, the certification, the policy.
    fn objection(&self, explanation: &Explanation, in_force: &InForce<'_>, brings_validation_data: bool) -> Option<Objection> {
        let own = explanation.objection.clone();
        if own.as_ref().is_some_and(Objection::is_forbidding) {
            return own;
        }
        if let Some(field) = explanation.field.as_deref().filter(|field| in_force.locks(field)) {
            return Some(Objection { check: &NOT_LOCKED, what: field.to_owned() });
        }
        let class = explanation.rule.class;
        let exempt = match explanation.exemption {
            Exemption::Yes => true,
            Exemption::BesideValidationData => brings_validation_data,
            Exemption::No => false,
        };
        let is_within = match in_force.level {
            None | Some(Level::Annotations) => true,
            Some(Level::FormFilling) => class <= ChangeClass::FormFilling && explanation.rule != EMPTY_PLACED_FIELD,
            Some(Level::NoChanges) => class == ChangeClass::None || (class == ChangeClass::Extension && exempt),
        };
        if !is_within {
            return Some(Objection { check: &PERMITTED, what: String::new() });
        }
        let refused = explanation.rule == ANNOTATION && self.drawn_annotations == ChangePolicy::Refuse;
        own.or_else(|| refused.then(|| Objection { check: &ANNOTATIONS, what: String::new() }))
    }
}

impl Judged {
    fn new(object: String, kind: ChangeKind, revision: usize, explanation: &Explanation, objection: Option<Objection>) -> Self {
        let change = Change {
            object,
            revision: u64::try_from(revision).unwrap_or(u64::MAX),
            path: explanation.path.clone(),
            kind,
            class: explanation.class(),
            rule: explanation.rule.name.into(),
            permitted: objection.is_none(),
        };
        Self { change, objection, is_of_field: explanation.field.is_some() }
    }

    /// Whether `check` was asked of it.
    fn is_asked(&self, check: &Check) -> bool {
        let rule = &self.change.rule;
        match check.id {
            id if id == PAGES_KEPT.id => rule == "page" || rule == "piece_info",
            id if id == CATALOG_KEPT.id => rule == "catalog" || rule == "acroform",
            id if id == FIELDS_KEPT.id => self.is_of_field || matches!(&**rule, "empty_signature_field" | "document_timestamp"),
            id if id == NOT_LOCKED.id => self.is_of_field,
            id if id == ANNOTATIONS.id => matches!(&**rule, "annotation" | "annotation_without_appearance"),
            id if id == APPEARANCE_SIZE.id || id == APPEARANCE_OVERLAP.id => rule == "new_signature_field",
            id if id == OVER_TEXT.id => matches!(&**rule, "form_fill" | "new_signature_field"),
            id if id == VALUE_COMPARED.id => rule == "form_fill",
            id if id == EVIDENCE_READ.id || id == EVIDENCE_KEPT.id => rule == "dss",
            _ => self.change.class > ChangeClass::None,
        }
    }
}

/// Records each of `checks` that was asked of some change and stands against none.
fn held(r: &mut Recorder, judged: &[Judged], checks: &[&'static Check]) {
    for check in checks {
        let asked = judged.iter().filter(|one| one.is_asked(check)).count();
        let fails = judged.iter().any(|one| one.objection.as_ref().is_some_and(|objection| objection.check.id == check.id));
        if asked > 0 && !fails {
            r.ask(check, true, [("changes", asked.into())]);
        }
    }
}

/// Asks `otherwise` once when nothing of the kind `is_asked` stands against any change, else the checks that stand against them.
fn record(r: &mut Recorder, judged: &[Judged], otherwise: &'static Check, in_force: &InForce<'_>, is_asked: impl Fn(&Objection) -> bool) {
    let permission = match in_force.level {
        None => "changes",
        Some(Level::NoChanges) => "P1",
        Some(Level::FormFilling) => "P2",
        Some(Level::Annotations) => "P3",
    };
    let against = |one: &&Judged| one.objection.as_ref().is_some_and(&is_asked);
    let mut failed: Vec<&Judged> = judged.iter().filter(against).collect();
    if failed.is_empty() {
        r.ask(otherwise, true, [("changes", judged.len().into()), ("permission", permission.into())]);
    }
    failed.truncate(MOST_REASONS);
    for Judged { change, objection, .. } in failed {
        let Some(Objection { check, what }) = objection else { continue };
        let inputs = [
            ("object", change.object.clone().into()),
            ("revision", change.revision.to_string().into()),
            ("path", change.path.clone().into()),
            ("class", class_name(change.class).into()),
            ("permission", permission.into()),
            ("what", what.clone().into()),
        ];
        r.ask(check, false, inputs);
    }
}

fn class_name(class: ChangeClass) -> &'static str {
    match class {
        ChangeClass::None => "none",
        ChangeClass::Extension => "extension",
        ChangeClass::FormFilling => "form_filling",
        ChangeClass::Annotation => "annotation",
        ChangeClass::Other => "other",
    }
}

#[cfg(test)]
mod files;
