//! What do the bytes say? Reading without judgement: nothing here knows what a signature is.

pub mod base64;
#[cfg(feature = "json")]
pub mod base64url;
pub mod der;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "json")]
pub mod jws;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod pem;
#[cfg(feature = "xml")]
pub mod uri;
#[cfg(feature = "xml")]
pub mod xml;
#[cfg(feature = "asic")]
pub mod zip;
#[cfg(all(feature = "asic", feature = "sign"))]
pub(crate) mod zip_writing;
