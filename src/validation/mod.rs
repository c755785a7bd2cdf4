//! Is it valid, and when? EN 319 102-1 §5, one file a clause.

mod basic_signature;
mod certificate_validation;
mod claimed_time;
mod context_initialisation;
mod cryptographic_verification;
mod level;
mod long_term;
mod past_signature_validation;
mod proof_of_existence;
mod signature_acceptance;
mod signature_with_time;
mod signer;
mod signing_certificate;
mod time_stamp;
pub(crate) mod verdict;

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static crate::report::Check> {
    [
        certificate_validation::CHECKS,
        claimed_time::CHECKS,
        context_initialisation::CHECKS,
        cryptographic_verification::CHECKS,
        level::CHECKS,
        long_term::CHECKS,
        past_signature_validation::CHECKS,
        proof_of_existence::CHECKS,
        signature_acceptance::CHECKS,
        signature_with_time::CHECKS,
        signing_certificate::CHECKS,
        time_stamp::CHECKS,
        verdict::CHECKS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
