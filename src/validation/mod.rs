//! Is it valid, and when? EN 319 102-1 §5, one file a clause.

mod basic_signature;
mod certificate_validation;
mod cryptographic_verification;
mod signature_acceptance;
mod signature_with_time;
mod signer;
mod signing_certificate;
pub(crate) mod verdict;

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static crate::report::Check> {
    [
        certificate_validation::CHECKS,
        cryptographic_verification::CHECKS,
        signature_acceptance::CHECKS,
        signature_with_time::CHECKS,
        signing_certificate::CHECKS,
        verdict::CHECKS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
