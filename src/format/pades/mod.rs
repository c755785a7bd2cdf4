//! EN 319 142-1 — PAdES digital signatures

#[cfg(feature = "sign")]
pub mod writing;
