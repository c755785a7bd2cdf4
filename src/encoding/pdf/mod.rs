//! ISO 32000-2 §7 — Syntax: a strict, revision-aware, lazy reader and the incremental update.

mod accounting;
mod cache;
mod chain;
mod cross_reference;
mod cross_reference_stream;
mod document;
mod encryption;
mod filter;
mod finding;
mod indirect;
mod lexer;
mod located;
mod named_places;
pub mod object;
mod object_stream;
mod parser;
mod revision;
#[cfg(test)]
mod sample;
mod scan;
mod security_handler;
#[cfg(feature = "sign")]
mod serialisation;
mod stream;
mod stream_data;
mod text_string;
mod trailer;
#[cfg(feature = "sign")]
mod update;
mod view;

pub use accounting::Accounting;
pub use chain::Placed;
pub use document::Pdf;
pub use encryption::EncryptionFacts;
pub use finding::{Finding, Problem};
pub use located::{EntrySpans, Located};
pub use object::{Dictionary, Object, Reference, Stream};
pub use revision::{Entry, Origin, Revision, Section, SectionKind};
pub use text_string::{decode_text, encode_text};
#[cfg(feature = "sign")]
pub(crate) use update::{NewObject, Update, Written, hexadecimal};
pub use view::View;
