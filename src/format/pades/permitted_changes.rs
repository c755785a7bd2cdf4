//! ISO 32000-2 §12.8.2 — what later revisions did to a signed one, and whether they may

use super::signature_field::SignaturePlace;
use crate::encoding::pdf::Pdf;
use crate::report::json::{ChangeClass, Modifications, Permission};
use crate::report::{Block, checks};

checks! {
    JUDGED = "permitted_changes.judged", "ISO 32000-2 §12.8.2", Indeterminate(SigConstraintsFailure),
        "The file was changed after this signature in a way that is not judged yet: {what}.",
        "Tệp đã được thay đổi sau chữ ký này theo cách hiện chưa được đánh giá: {what}.";
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

/// Compares every later revision with revision `signed`.
pub(super) fn later_changes(pdf: &Pdf<'_>, signed: usize, _: &SignaturePlace) -> LaterChanges {
    let last = pdf.revisions().len().saturating_sub(1);
    let unchanged = signed >= last;
    let class = if unchanged { ChangeClass::None } else { ChangeClass::Other };
    let modifications = Modifications { class, permitted: unchanged, permission: Permission::Unrestricted, changes: Vec::new() };
    let forbidden = Block::run("Forbidden changes", "ISO 32000-2 §12.8.2", "", |_| Ok(()));
    let what = format!("revisions {} to {}", signed.saturating_add(2), last.saturating_add(1));
    let constraints = Block::run("Later changes", "ISO 32000-2 §12.8.2", "", |r| r.require(&JUDGED, unchanged, [("what", what.into())]));
    LaterChanges { modifications, forbidden, constraints }
}
