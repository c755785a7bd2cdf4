//! XML read strictly (XML 1.0, Namespaces in XML 1.0) and written canonically (Canonical XML 1.0, 1.1, Exclusive XML Canonicalization 1.0).

pub mod canonical;
mod canonical_attributes;
mod characters;
mod declaration;
mod node_set;
mod reader;
pub mod tree;
mod value_prefixes;

pub use canonical::{Canonicalisation, Comments, Method, canonical, canonical_watched};
pub use characters::{escaped, forbidden};
pub use node_set::NodeSet;
pub use reader::read;
pub use tree::{NodeId, Tree};
pub use value_prefixes::{Unsigned, ValuePrefixes};

/// Whether the first thing in `octets` is a tag, as in nothing but XML (and what is like it) it is.
pub fn is_announced(octets: &[u8]) -> bool {
    let text = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets).trim_ascii_start();
    matches!(text, [b'<', b'?' | b'!' | b':' | b'_' | b'A'..=b'Z' | b'a'..=b'z' | 0x80.., ..])
}
