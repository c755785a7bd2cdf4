//! ISO 32000-2 §7 — Syntax: a strict, revision-aware, lazy reader and the incremental update.

mod document;
mod finding;
pub mod object;
mod revision;

pub use document::{EncryptionFacts, Located, Pdf, Placed, View};
pub use finding::{Finding, Problem};
pub use object::{Dictionary, Object, Reference, Stream};
pub use revision::{Accounting, Entry, Origin, Revision, Section, SectionKind};
