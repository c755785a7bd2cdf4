//! JSON read strictly (RFC 8259, RFC 7493) and written canonically (RFC 8785).

pub mod canonical;
pub mod strict;

pub use canonical::canonical;
pub use strict::{Member, Node, Value, read};
