//! EN 319 142-1 §6.3 — Why a document is not signed

use crate::encoding::pdf::Problem;

/// Why a document is not signed: to do so would break it, or what earlier signatures of it promise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The cross-references, or an object that must be read or rewritten, are damaged: two readers could see two documents.
    #[error("the document is damaged: {0}")]
    Damaged(#[from] Problem),
    /// Encrypted, and no password was given that fits.
    #[error("the document is encrypted and the password is missing or wrong")]
    PasswordMissing,
    /// `/P` of the encryption dictionary (ISO 32000-2 table 22) reserves this for the owner's password.
    #[error("the document's encryption permits {needed} to the owner only")]
    PermissionMissing {
        /// What would be needed.
        needed: &'static str,
    },
    /// The document carries a message authentication code over all its octets (ISO/TS 32004), which an update would invalidate.
    #[error("the document is protected by a message authentication code (ISO/TS 32004)")]
    AuthenticationCode,
    /// `/XFA`: what is shown comes from a form that signatures of this kind do not describe (deprecated, ISO 32000-2 §12.7.8).
    #[error("the document is an XFA form")]
    Xfa,
    /// A certification or a field lock of an earlier signature permits no change at all (`/P` 1).
    #[error("the signature in field {by:?} permits no change of the document")]
    NoChangesPermitted {
        /// The field of that signature.
        by: String,
    },
    /// An earlier signature locks the field (`FieldMDP`, `/Lock`).
    #[error("field {field:?} is locked by the signature in field {by:?}")]
    FieldLocked {
        /// The field to be signed.
        field: String,
        /// The field of the signature that locks it.
        by: String,
    },
    /// The field has a value already.
    #[error("field {field:?} is signed already")]
    FieldSigned {
        /// The field to be signed.
        field: String,
    },
    /// Its `/Ff` has bit 1 set.
    #[error("field {field:?} is read-only")]
    FieldReadOnly {
        /// The field to be signed.
        field: String,
    },
    /// The field exists with another lock than the one asked for, or without one and so without a place for its `/P`.
    #[error("field {field:?} exists, and its lock is not the one asked for")]
    FieldLock {
        /// The field to be signed.
        field: String,
    },
    /// A field of that name exists and is not for signatures, or is the parent of other fields.
    #[error("field {field:?} is not a signature field")]
    FieldOfAnotherType {
        /// The field to be signed.
        field: String,
    },
    /// The document has no field of that name, and none can be made: it is empty, or has the period that separates the names of a field and of those
    /// above it (ISO 32000-2 §12.7.4.2).
    #[error("no field is called {field:?}, and a new one has a name without period")]
    FieldName {
        /// The name.
        field: String,
    },
    /// A certification signature is the first signature of a document (ISO 32000-2 §12.8.2.2.1).
    #[error("a document that is signed already cannot be certified")]
    CertificationNotFirst,
    /// A constraint that the seed value dictionary of the field requires (ISO 32000-2 §12.7.5.5).
    #[error("field {field:?} requires {constraint}: {wanted}")]
    SeedValue {
        /// The field to be signed.
        field: String,
        /// The entry of the seed value dictionary, for example `DigestMethod` or `Cert.Issuer`.
        constraint: &'static str,
        /// What it asks for.
        wanted: String,
    },
    /// What is put into a document before its first signature comes too late.
    #[error("the document is signed already")]
    SignedAlready,
    /// The document has an associated file of that name.
    #[error("the document has an associated file {file:?} already")]
    FileThere {
        /// Its name.
        file: String,
    },
    /// The document has no such page.
    #[error("the document has no page {0}")]
    PageMissing(u32),
}

impl Refusal {
    /// A stable name of the reason, for programs.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Damaged(_) => "document.damaged",
            Self::PasswordMissing => "encryption.password",
            Self::PermissionMissing { .. } => "encryption.permission",
            Self::AuthenticationCode => "document.authentication_code",
            Self::Xfa => "form.xfa",
            Self::NoChangesPermitted { .. } => "permission.no_changes",
            Self::FieldLocked { .. } => "permission.field_locked",
            Self::FieldSigned { .. } => "field.signed",
            Self::FieldReadOnly { .. } => "field.read_only",
            Self::FieldLock { .. } => "field.lock",
            Self::FieldOfAnotherType { .. } => "field.type",
            Self::FieldName { .. } => "field.name",
            Self::CertificationNotFirst => "certification.not_first",
            Self::SeedValue { .. } => "field.seed_value",
            Self::SignedAlready => "document.signed",
            Self::FileThere { .. } => "associated_file.there",
            Self::PageMissing(_) => "page.missing",
        }
    }
}
