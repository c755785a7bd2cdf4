//! Does the mathematics hold?

pub mod algorithm;
pub mod digest;
#[cfg(feature = "sign")]
pub(crate) mod drbg;
mod ecdsa_value;
mod emsa;
mod identifier;
#[cfg(feature = "json")]
pub mod jwa;
pub mod merkle_tree;
#[cfg(feature = "sign")]
pub(crate) mod private_key;
pub mod public_key;
mod rsa_key;
#[cfg(feature = "sign")]
pub mod software_key;
pub mod verification;
#[cfg(feature = "xml")]
mod xml_identifier;

pub use algorithm::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
pub use digest::Digester;
pub use public_key::{KeyKind, PublicKey};
#[cfg(feature = "sign")]
pub use software_key::{SigningFailed, SoftwareKey};
pub use verification::{Signed, Verification};
