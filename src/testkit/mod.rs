//! Throw-away keys, certificates and revocation lists for tests and demonstrations: nothing here is fit for real use.

pub mod algorithm;
pub mod asn1;
mod certificate;
mod demo;
mod entity;
pub mod extension;
mod key;
pub mod name;
mod padding;
mod pem;
mod pkcs12;
mod random;
mod revocation_list;

pub use certificate::{AuthorityKeyIdentifier, Fault, Template};
pub use demo::{DemoPki, PASSWORD};
pub use entity::Entity;
pub use extension::{Extension, GeneralName, KeyUsage, Purpose};
pub use key::{Key, KeyKind};
pub use name::Name;
pub use pem::pem;
pub use pkcs12::pkcs12;
pub use random::Random;
pub use revocation_list::{RevocationList, Revoked};
