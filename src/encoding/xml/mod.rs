//! XML read strictly (XML 1.0, Namespaces in XML 1.0) and written canonically (Canonical XML 1.0, 1.1, Exclusive XML Canonicalization 1.0).

pub mod canonical;
mod canonical_attributes;
mod characters;
mod declaration;
mod node_set;
mod reader;
pub mod tree;

pub use canonical::{Canonicalisation, Comments, Method, canonical};
pub use node_set::NodeSet;
pub use reader::read;
pub use tree::{NodeId, Tree};
