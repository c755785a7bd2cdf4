//! Where are the signatures, and what do they cover?

#[cfg(feature = "pdf")]
pub mod pades;
