//! ISO 32000-2 §7 — Syntax: a strict, revision-aware, lazy reader and the incremental update.

mod document;
mod finding;
pub mod object;
mod revision;
#[cfg(feature = "sign")]
mod serialisation;
mod text_string;
#[cfg(feature = "sign")]
mod update;

pub use document::{EncryptionFacts, Located, Pdf, Placed, View};
pub use finding::{Finding, Problem};
pub use object::{Dictionary, Object, Reference, Stream};
pub use revision::{Accounting, Entry, Origin, Revision, Section, SectionKind};
pub use text_string::{decode_text, encode_text};
#[cfg(feature = "sign")]
pub(crate) use update::{NewObject, Update, Written, hexadecimal};
