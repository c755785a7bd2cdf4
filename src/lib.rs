//! kyso (*ký số*, to sign digitally) signs and verifies electronic administrative results and returns machine-checkable validity reports.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions
    )
)]

#[cfg(all(feature = "sign", feature = "pdf"))]
pub mod creation;
pub mod crypto;
pub mod encoding;
mod error;
pub mod format;
mod limits;
pub mod pki;
#[cfg(feature = "testkit")]
pub mod testkit;
mod time;

pub use error::{Malformed, Misuse};
pub use limits::{Budget, Exhausted, Limits};
pub use time::Time;
