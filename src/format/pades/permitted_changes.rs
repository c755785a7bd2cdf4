//! ISO 32000-2 §12.8.2 — what later revisions did to a signed one, and whether they may
//!
//! Each object that a later revision mentions is compared with the signed revision and explained by a named rule, or it is `other`.

mod difference;
mod permission;
mod references;
mod rules;
mod same;

use super::signature_field::SignaturePlace;
use crate::encoding::pdf::Pdf;
use crate::limits::{Budget, Exhausted};
use crate::report::json::{Change, ChangeClass, Modifications, Permission};
use crate::report::{Block, checks};
use difference::{Changed, Difference, Nature};
use permission::Permissions;
use references::References;
use rules::Explained;

checks! {
    PERMITTED = "permitted_changes.permitted", "ISO 32000-2 §12.8.2.2", Failed(FormatFailure),
        "After this signature the file was changed in a way that the signature forbids: {what}.",
        "Sau chữ ký này tệp đã bị thay đổi theo cách mà chữ ký không cho phép: {what}.";
    JUDGED = "permitted_changes.judged", "ISO 32000-2 §12.8.2", Indeterminate(SigConstraintsFailure),
        "The file was changed after this signature in a way that is not judged yet: {what}.",
        "Tệp đã được thay đổi sau chữ ký này theo cách hiện chưa được đánh giá: {what}.";
    WITHIN_LIMITS = "limit.changes", "ISO 32000-2 §12.8.2", Indeterminate(SigConstraintsFailure),
        "The file was changed after this signature more often than can be judged: {limit}.",
        "Tệp đã được thay đổi sau chữ ký này nhiều hơn mức có thể đánh giá: {limit}.";
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

/// What all signatures of a file share: which object uses which, read once and only when something changed.
pub(super) struct Shared {
    references: Option<References>,
    budget: Budget,
}

impl Shared {
    /// For a file whose oldest signed revision is `oldest`.
    pub fn new(pdf: &Pdf<'_>, oldest: Option<usize>) -> Self {
        let changed = oldest.filter(|oldest| *oldest < pdf.revisions().len().saturating_sub(1));
        Self { references: changed.map(|oldest| References::of(pdf, oldest)), budget: Budget::new("changes", pdf.limits().changes) }
    }
}

/// Compares every later revision with revision `signed`.
pub(super) fn later_changes(pdf: &Pdf<'_>, signed: usize, _: &SignaturePlace, shared: &Shared) -> LaterChanges {
    let permissions = pdf.at(signed).map(|view| Permissions::of(&view)).unwrap_or_default();
    let changes = all_changes(pdf, signed, shared, &permissions);
    let exhausted = changes.as_ref().err().copied();
    let changes = changes.unwrap_or_default();
    let class = changes.iter().map(|change| change.class).max().unwrap_or_default();
    let permitted = exhausted.is_none() && changes.iter().all(|change| change.permitted);
    let forbidden = Block::run("Permitted changes", "ISO 32000-2 §12.8.2.2", "", |r| {
        let first = changes.iter().find(|change| !change.permitted && change.class != ChangeClass::Other);
        r.require(&PERMITTED, first.is_none(), [("what", first.map_or(String::new(), described).into())])
    });
    let constraints = Block::run("Later changes", "ISO 32000-2 §12.8.2", "", |r| {
        let limit = exhausted.map_or(String::new(), |exhausted| exhausted.to_string());
        r.require(&WITHIN_LIMITS, exhausted.is_none(), [("limit", limit.into())])?;
        let first = changes.iter().find(|change| change.class == ChangeClass::Other);
        r.require(&JUDGED, first.is_none(), [("what", first.map_or(String::new(), described).into())])
    });
    let modifications = Modifications { class, permitted, permission: permissions.shown(), changes };
    LaterChanges { modifications, forbidden, constraints }
}

/// `5 0 R, revision 3`: the change in a sentence.
fn described(change: &Change) -> String {
    format!("{} ({}, {})", change.object, change.revision, change.rule)
}

fn all_changes(pdf: &Pdf<'_>, signed: usize, shared: &Shared, permissions: &Permissions) -> Result<Vec<Change>, Exhausted> {
    let mut changes = Vec::new();
    let (Some(before), Some(references)) = (pdf.at(signed), &shared.references) else { return Ok(changes) };
    for index in signed.saturating_add(1)..pdf.revisions().len() {
        let Some(after) = pdf.at(index) else { continue };
        let difference = Difference::between(&before, &after, &shared.budget)?;
        let explained = Explained::of(&before, &after, &difference, references);
        changes.extend(difference.iter().map(|changed| {
            let fresh = references.is_free_of_uses(&before, changed.reference.number);
            change(changed, index, fresh, &explained, permissions)
        }));
        if let Some(reason) = explained.trailer {
            changes.push(trailer_change(index, reason));
        }
    }
    Ok(changes)
}

fn change(changed: &Changed, index: usize, fresh: bool, explained: &Explained, permissions: &Permissions) -> Change {
    let (class, rule, path) = match (&changed.nature, explained.rule(changed.reference.number)) {
        // Containers of the file's structure: no part of the document, unless the signed revision left a reference open for them.
        (Nature::CrossReferenceStream | Nature::ObjectStream, _) if !fresh => (ChangeClass::Other, "unexplained", String::new()),
        (Nature::CrossReferenceStream, _) => (ChangeClass::Extension, "xref_stream", String::new()),
        (Nature::ObjectStream, _) => (ChangeClass::Extension, "object_stream", String::new()),
        (Nature::Same, _) => (ChangeClass::None, "unchanged", String::new()),
        (Nature::Doubtful(_), _) => (ChangeClass::Other, "doubtful", String::new()),
        // Which fields a lock names is not judged yet.
        (Nature::Value, Some((ChangeClass::FormFilling, _, path))) if permissions.locks => {
            (ChangeClass::Other, "locks_not_judged", path.clone())
        }
        (Nature::Value, Some((class, rule, path))) => (*class, *rule, path.clone()),
        (Nature::Value, None) => (ChangeClass::Other, "unexplained", String::new()),
    };
    Change {
        object: changed.reference.to_string(),
        revision: revision(index),
        path,
        kind: changed.kind,
        class,
        rule,
        permitted: permissions.allow(class),
    }
}

fn trailer_change(index: usize, rule: &'static str) -> Change {
    let kind = crate::report::json::ChangeKind::Changed;
    Change {
        object: "trailer".into(),
        revision: revision(index),
        path: String::new(),
        kind,
        class: ChangeClass::Other,
        rule,
        permitted: false,
    }
}

fn revision(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1)
}

impl Permissions {
    fn shown(&self) -> Permission {
        self.certification.unwrap_or(if self.locks { Permission::Lock } else { Permission::Unrestricted })
    }

    /// Table 257 for what the rules explain; a lock on fields is not judged yet beside anything but extensions.
    fn allow(&self, class: ChangeClass) -> bool {
        match class {
            ChangeClass::None | ChangeClass::Extension => true,
            ChangeClass::FormFilling => self.certification != Some(Permission::P1),
            ChangeClass::Annotation | ChangeClass::Other => false,
        }
    }
}
