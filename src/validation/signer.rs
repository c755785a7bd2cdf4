//! Who signed: what a report says of the certificate of a signer

use crate::path::certificate_id;
use crate::pki::{Certificate, KindReason, Name, SubjectKind, subject_kind};
use crate::report::json::{Signer, SignerKind, SignerKindReason, Subject, SubjectId};

/// The signer as the certificate has it.
pub(super) fn signer(certificate: &Certificate) -> Signer {
    let (kind, reason) = subject_kind(certificate);
    Signer {
        subject: subject(certificate.subject()),
        kind: match kind {
            SubjectKind::Person => SignerKind::Person,
            SubjectKind::Organisation => SignerKind::Organisation,
            SubjectKind::Device => SignerKind::Device,
            SubjectKind::Unknown => SignerKind::Unknown,
        },
        kind_reason: kind_reason(reason),
        certificate: certificate_id(certificate),
    }
}

fn subject(subject: &Name) -> Subject {
    let typed = subject.typed_identifiers().into_iter();
    let ids = typed.map(|id| SubjectId { branch: id.branch().map(Into::into), kind: id.kind, value: id.value }).collect();
    Subject {
        dn: subject.to_string(),
        common_name: subject.common_name().map(Into::into),
        organisation: subject.organization().map(Into::into),
        title: subject.title().map(Into::into),
        ids,
    }
}

fn kind_reason(reason: KindReason) -> SignerKindReason {
    match reason {
        KindReason::PersonalNumber => SignerKindReason::PersonalNumber,
        KindReason::PersonalName => SignerKindReason::PersonalName,
        KindReason::Title => SignerKindReason::Title,
        KindReason::OrganizationIdentifier => SignerKindReason::OrganizationIdentifier,
        KindReason::OrganisationNumber => SignerKindReason::OrganisationNumber,
        KindReason::TimestampingUsage => SignerKindReason::TimestampingUsage,
        KindReason::ServerUsage => SignerKindReason::ServerUsage,
        KindReason::CitizenNumberAsTaxCode => SignerKindReason::CitizenNumberAsTaxCode,
        KindReason::HintsDisagree => SignerKindReason::HintsDisagree,
        KindReason::NoHint => SignerKindReason::NoHint,
    }
}
