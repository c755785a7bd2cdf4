//! Many records under one signature (`docs/batch.md`): a Merkle tree over their digests (RFC 9162 §2.1), its root signed, and for each record
//! a proof that stands alone

mod member;
mod payload;
mod proof;

pub(crate) use member::Member;
pub use payload::Payload;
pub use proof::{Form, Proof};

pub use crate::crypto::merkle_tree::SALT;
