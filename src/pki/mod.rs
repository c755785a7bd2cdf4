//! Who says so? Certificates, revocation lists, OCSP responses, timestamps and CMS: read and inspected, never judged.

pub mod algorithm_identifier;
pub mod certificate;
pub mod extension;
#[cfg(feature = "sign")]
pub mod key_file;
pub mod name;
pub mod object_id;

pub use algorithm_identifier::AlgorithmIdentifier;
pub use certificate::Certificate;
pub use extension::{Extension, Extensions};
#[cfg(feature = "sign")]
pub use key_file::{KeyFile, KeyFileError};
pub use name::Name;
