//! EN 319 122-1 — CMS signatures, wherever they stand: in a PDF file, alone, in a container

#[cfg(feature = "cms")]
pub(crate) mod archive_time_stamp;
#[cfg(feature = "cms")]
pub(crate) mod ats_hash_index;
#[cfg(feature = "cms")]
pub(crate) mod content;
#[cfg(feature = "cms")]
pub(crate) mod content_info;
#[cfg(feature = "cms")]
mod evidence_record_attribute;
pub(crate) mod signed_data;
#[cfg(feature = "cms")]
mod signer_info;
#[cfg(feature = "cms")]
mod stamped;
pub(crate) mod timestamp;
mod validation_data;

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static crate::report::Check> {
    let shared = signed_data::CHECKS.iter().copied();
    #[cfg(feature = "cms")]
    let shared = shared
        .chain([archive_time_stamp::CHECKS, content_info::CHECKS, signer_info::CHECKS, stamped::CHECKS].into_iter().flatten().copied());
    shared
}
