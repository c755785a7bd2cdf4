//! RFC 7518 §3.4 — ECDSA values as the concatenation of `r` and `s`, as JWS and XML signatures write them

use der::asn1::UintRef;
use der::{Encode, Sequence};

use super::algorithm::Curve;

/// `ECDSA-Sig-Value`, RFC 3279 §2.2.3.
#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

impl Curve {
    /// The DER `ECDSA-Sig-Value` that says the same as `r` and `s` one after the other, each in as many octets as the order of the curve has;
    /// `None` when `concatenation` has another length.
    pub fn value_from_concatenation(self, concatenation: &[u8]) -> Option<Vec<u8>> {
        let half = usize::try_from(self.bits().div_ceil(8)).ok()?;
        let (r, s) = concatenation.split_at_checked(half).filter(|(r, s)| r.len() == s.len())?;
        EcdsaSigValue { r: UintRef::new(r).ok()?, s: UintRef::new(s).ok()? }.to_der().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_lose_leading_zeros_and_keep_their_sign() {
        let mut concatenation = [0; 64];
        concatenation[31] = 0x80;
        concatenation[63] = 1;
        assert_eq!(Curve::P256.value_from_concatenation(&concatenation).unwrap(), [0x30, 7, 2, 2, 0, 0x80, 2, 1, 1]);
    }

    #[test]
    fn another_length_is_another_curve() {
        assert_eq!(Curve::P256.value_from_concatenation(&[1; 63]), None);
        assert_eq!(Curve::P256.value_from_concatenation(&[1; 66]), None);
        assert!(Curve::P521.value_from_concatenation(&[1; 132]).is_some());
    }
}
