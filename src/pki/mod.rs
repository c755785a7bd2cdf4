//! Who says so? Certificates, revocation lists, OCSP responses, timestamps and CMS: read and inspected, never judged.

pub mod algorithm_identifier;
pub mod certificate;
pub mod extension;
pub mod name;
pub mod object_id;

pub use algorithm_identifier::AlgorithmIdentifier;
pub use certificate::Certificate;
pub use extension::{Extension, Extensions};
pub use name::Name;
