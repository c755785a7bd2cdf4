//! What do the bytes say? Reading without judgement: nothing here knows what a signature is.

pub mod base64;
pub mod der;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod pem;
