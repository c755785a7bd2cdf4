//! Throw-away keys, certificates and revocation lists for tests and demonstrations: nothing here is fit for real use.

pub mod asn1;
pub mod authority;
mod blank;
mod bundle;
mod certificate;
mod demo;
pub mod distribution;
mod entity;
pub mod extension;
mod key;
pub mod name;
pub mod ocsp_response;
mod pkcs12;
mod protection;
mod quirk;
mod random;
mod revocation_list;
pub mod timestamp;
mod weak;

pub use authority::{Authority, AuthorityFault, Service, Serving};
pub use blank::blank_page;
pub use bundle::certificate_bundle;
pub use certificate::{AuthorityKeyIdentifier, Fault, Template};
pub use demo::{DemoPki, PASSWORD};
pub use entity::Entity;
pub use extension::{Extension, GeneralName, KeyUsage, Purpose};
pub use key::{Key, KeyParameters, pss};
pub use name::Name;
pub use ocsp_response::{OcspResponse, SingleResponse};
pub use pkcs12::{MacDigest, Order, Pkcs12};
pub use protection::Protection;
pub use quirk::{Quirk, Role};
pub use random::Random;
pub use revocation_list::{RevocationList, Revoked};
pub use timestamp::{EssReference, Timestamp, TimestampFault};
