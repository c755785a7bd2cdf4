//! How is a signature made? Prepare, let the key act wherever it is, complete.

#[cfg(feature = "asic")]
mod asic;
mod augmentation;
#[cfg(feature = "json")]
mod batch;
#[cfg(feature = "cms")]
mod cades;
#[cfg(feature = "asic")]
mod container_timestamp;
mod draft;
mod draft_state;
#[cfg(feature = "xml")]
mod edxml;
mod error;
#[cfg(feature = "json")]
mod jades;
mod layout;
mod pre_sign_check;
mod profile;
mod queue;
#[cfg(feature = "cms")]
mod signed_data_parts;
mod signed_data_writing;
mod signer;
mod unsigned_attributes;
#[cfg(feature = "xml")]
mod xades;

pub use augmentation::{AugmentError, Augmentation, Augmented, Goal, Need, NotAugmented, augment, sign_at_level};
#[cfg(feature = "json")]
pub use batch::Batch;
#[cfg(feature = "asic")]
pub use container_timestamp::{ContainerTimestamp, timestamp_container};
pub use draft::Draft;
pub(crate) use draft::sign;
pub use error::{SignError, Unfit};
#[cfg(feature = "json")]
pub use jades::Mechanism;
#[cfg(feature = "asic")]
pub use profile::ContainerKind;
pub use profile::{Commitment, Packaging, Profile, SignaturePolicy};
pub use queue::{Queue, Waiting};
pub use signer::{Signer, SignerError, SoftwareSigner};

pub use crate::format::pades::writing::{Appearance, FieldLock, Permission, Refusal};
