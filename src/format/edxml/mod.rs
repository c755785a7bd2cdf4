//! QCVN 102:2016/BTTTT — Messages between agencies: what of a message is signed, and what it brings

mod message;

#[allow(unused_imports, reason = "used when XML documents are opened")]
pub(crate) use message::{Attachment, Message};
