//! How is it told? The tree of checks, the report that programs read, and its renderings.

pub mod audit;
pub mod check;
mod etsi_xml;
pub mod fact;
pub mod indication;
pub mod json;
pub mod recorder;
pub mod text;

pub use audit::Fault;
pub(crate) use check::checks;
pub use check::{Check, Sentences};
pub use fact::Fact;
pub use indication::{Conclusion, Indication, SubIndication};
pub use json::Report;
pub use recorder::{Block, Combine, Detail, Outcome, Recorder, Step, Stop};
