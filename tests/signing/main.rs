//! Signing: each fact about the octets that come out, and for each refusal the twin that is signed, one change apart.

mod files;
mod keys;
mod read_back;

mod cms;
mod draft;
mod fields;
mod permissions;
mod pre_sign_check;
mod structure;
mod verdict;

use kyso::creation::Refusal;
use kyso::{Profile, SignError, sign};

use keys::{Pki, signing_time};

/// Signs with a key of the curve P-256.
pub fn signed(file: &[u8], profile: &Profile) -> Result<Vec<u8>, SignError> {
    let signer = Pki::new().signer("Leader", kyso::testkit::KeyParameters::Ec(kyso::crypto::Curve::P256));
    sign(&read_back::document(file), profile, &signer)
}

pub fn profile() -> Profile {
    Profile::pades_b_b(signing_time())
}

/// The stable name of the reason why `file` is not signed.
pub fn refusal(file: &[u8], profile: &Profile) -> &'static str {
    match signed(file, profile) {
        Err(SignError::Refused(refusal)) => Refusal::id(&refusal),
        Err(other) => panic!("another error: {other}"),
        Ok(_) => "signed",
    }
}
