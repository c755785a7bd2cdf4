//! Does the mathematics hold?

pub mod algorithm;
pub mod digest;

pub use algorithm::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
pub use digest::Digester;
