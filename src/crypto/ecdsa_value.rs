//! RFC 7518 §3.4 — ECDSA values as the concatenation of `r` and `s`, as JWS and XML signatures write them

use der::asn1::UintRef;
use der::{Decode, Encode, Sequence};

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

    /// The other way round; `None` when `value` is no DER `ECDSA-Sig-Value` with integers that fit the curve.
    pub fn concatenation_of_value(self, value: &[u8]) -> Option<Vec<u8>> {
        let half = usize::try_from(self.bits().div_ceil(8)).ok()?;
        let EcdsaSigValue { r, s } = EcdsaSigValue::from_der(value).ok()?;
        let mut concatenation = Vec::with_capacity(half.checked_mul(2)?);
        for integer in [r.as_bytes(), s.as_bytes()] {
            let zeros = half.checked_sub(integer.len())?;
            concatenation.resize(concatenation.len().checked_add(zeros)?, 0);
            concatenation.extend_from_slice(integer);
        }
        Some(concatenation)
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
    fn the_way_back_puts_the_zeros_in_again() {
        let mut concatenation = [0; 132];
        concatenation[65] = 0x80;
        concatenation[131] = 1;
        let value = Curve::P521.value_from_concatenation(&concatenation).unwrap();
        assert_eq!(Curve::P521.concatenation_of_value(&value).unwrap(), concatenation);
        assert_eq!(Curve::P256.concatenation_of_value(&value[1..]), None, "no DER");
        let long = Curve::P521.value_from_concatenation(&[1; 132]).unwrap();
        assert_eq!(Curve::P256.concatenation_of_value(&long), None, "of a longer curve");
    }

    #[test]
    fn another_length_is_another_curve() {
        assert_eq!(Curve::P256.value_from_concatenation(&[1; 63]), None);
        assert_eq!(Curve::P256.value_from_concatenation(&[1; 66]), None);
        assert!(Curve::P521.value_from_concatenation(&[1; 132]).is_some());
    }
}
