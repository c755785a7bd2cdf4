//! Messages between agencies (edXML, QCVN 102:2016/BTTTT): what one says of itself, and the files that it brings

mod header;
mod writing;

pub use header::{Code, DocumentType, Header, Organisation, OtherInfo, PromulgationInfo, ResponseFor, SignerInfo};
pub use writing::Message;
