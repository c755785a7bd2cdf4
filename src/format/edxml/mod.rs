//! QCVN 102:2016/BTTTT — Messages between agencies: what of a message is signed, and what it brings

#[allow(dead_code, reason = "asked when signed messages are judged")]
mod message;

#[allow(unused_imports, reason = "used when XML documents are opened")]
pub(crate) use message::{Attachment, Message};
