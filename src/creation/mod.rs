//! How is a signature made? Prepare, let the key act wherever it is, complete.

mod draft;
mod draft_state;
mod error;
mod pre_sign_check;
mod profile;
mod signed_data_writing;
mod signer;

pub use draft::Draft;
pub(crate) use draft::sign;
pub use error::{SignError, Unfit};
pub use profile::{Commitment, Profile, SignaturePolicy};
pub use signer::{Signer, SignerError, SoftwareSigner};

pub use crate::format::pades::writing::{Appearance, FieldLock, Permission, Refusal};
