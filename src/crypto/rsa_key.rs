//! RFC 8017 §3.1 and §8 — RSA public keys, and what they verify

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd, Resize};
use der::asn1::UintRef;
use der::{Decode, Sequence};

use super::algorithm::{DigestAlgorithm, PssParameters};
use super::emsa;
use super::verification::{Signed, hash};

/// Octets of a modulus: 1024 bits, since old files exist and a policy judges sizes, to 8192, since the cost grows with the cube.
/// In octets, because old generators made moduli a bit or two short.
pub(super) const MODULUS: std::ops::RangeInclusive<usize> = 128..=1024;
/// What an exponent may be, and odd: those that the library which signs takes too; larger ones serve only to make verification slow.
const EXPONENT: std::ops::RangeInclusive<u64> = 3..=(1 << 33) - 1;

/// A public key, ready: the library that signs prepares one in a time that does not depend on it, which keeps no secret here and takes several
/// times as long.
pub(super) struct RsaKey {
    modulus: BoxedMontyParams,
    exponent: u64,
    /// Of the modulus.
    octets: usize,
}

/// What is no key that is used here, and why.
pub(super) struct Unusable {
    pub(super) bits: Option<u32>,
    pub(super) why: String,
}

/// `RSAPublicKey`, appendix A.1.1.
#[derive(Sequence)]
struct RsaPublicKeyFields<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

impl RsaKey {
    /// Reads an `RSAPublicKey`.
    pub(super) fn decode(content: &[u8]) -> Result<Result<Self, Unusable>, &'static str> {
        let fields = RsaPublicKeyFields::from_der(content).map_err(|_| "not an RSAPublicKey")?;
        let (modulus, exponent) = (fields.modulus.as_bytes(), fields.public_exponent.as_bytes());
        let bits = bits(modulus);
        if !MODULUS.contains(&modulus.len()) {
            return Ok(Err(Unusable { bits, why: format!("an RSA modulus of {} bits", bits.unwrap_or(0)) }));
        }
        Ok(Self::of(modulus, exponent).ok_or_else(|| Unusable { bits, why: "an RSA modulus or exponent out of range".into() }))
    }

    fn of(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let exponent = exponent_of(exponent).filter(|exponent| EXPONENT.contains(exponent) && exponent % 2 == 1)?;
        let odd = Odd::new(integer(modulus)?).into_option()?;
        Some(Self { modulus: BoxedMontyParams::new_vartime(odd), exponent, octets: modulus.len() })
    }

    /// Bits of the modulus.
    pub(super) fn bits(&self) -> u32 {
        self.modulus.modulus().as_ref().bits_vartime()
    }

    /// RSASSA-PKCS1-V1_5-VERIFY, §8.2.2.
    pub(super) fn verify_pkcs1(&self, digest: DigestAlgorithm, signed: Signed<'_>, value: &[u8]) -> Option<()> {
        let encoded = self.rsavp1(value)?;
        let hash = hash(signed, digest)?;
        let equals = |parameters| emsa::pkcs1_v1_5(digest, parameters, &hash, self.octets).is_some_and(|expected| *expected == *encoded);
        (equals(emsa::Parameters::Null) || equals(emsa::Parameters::Absent)).then_some(())
    }

    /// RSASSA-PSS-VERIFY, §8.1.2.
    pub(super) fn verify_pss(&self, parameters: PssParameters, signed: Signed<'_>, value: &[u8]) -> Option<()> {
        let bits = usize::try_from(self.bits()).ok()?.checked_sub(1)?;
        let encoded = self.rsavp1(value)?;
        // Where the modulus has one bit more than whole octets, the encoding has an octet less than the modulus.
        let (above, encoded) = encoded.split_at_checked(encoded.len().checked_sub(bits.div_ceil(8))?)?;
        let whole = above.iter().all(|octet| *octet == 0);
        (whole && emsa::pss_verify(parameters, &hash(signed, parameters.digest)?, encoded, bits)).then_some(())
    }

    /// The value raised to the public exponent, §5.2.2, in as many octets as the modulus has; `None` when it is no number below the modulus
    /// written in that many octets: values have one form, so that nobody makes a second one from the first.
    fn rsavp1(&self, value: &[u8]) -> Option<Box<[u8]>> {
        let number = integer(value).filter(|number| value.len() == self.octets && number < self.modulus.modulus().as_ref())?;
        let octets = self.raised(number)?.to_be_bytes();
        let above = octets.len().checked_sub(self.octets)?;
        if above == 0 { Some(octets) } else { octets.get(above..).map(Into::into) }
    }

    /// `number` to the public exponent, modulo the modulus: squared from bit to bit, and multiplied where one is set. The library's own way takes as
    /// long for every exponent of that many bits, which keeps a secret that a verifier does not have, and more than twice as long for 65,537.
    fn raised(&self, number: BoxedUint) -> Option<BoxedUint> {
        let base = BoxedMontyForm::new(number.try_resize(self.modulus.bits_precision())?, &self.modulus);
        let below_first = self.exponent.checked_ilog2()?;
        let raised = (0..below_first).rev().fold(base.clone(), |power, bit| {
            let squared = power.square();
            if self.exponent >> bit & 1 == 1 { squared.mul(&base) } else { squared }
        });
        Some(raised.retrieve())
    }
}

fn bits(integer: &[u8]) -> Option<u32> {
    let whole = u32::try_from(integer.len()).ok()?.checked_mul(8)?;
    whole.checked_sub(integer.first()?.leading_zeros())
}

fn integer(octets: &[u8]) -> Option<BoxedUint> {
    BoxedUint::from_be_slice(octets, u32::try_from(octets.len()).ok()?.checked_mul(8)?).ok()
}

fn exponent_of(octets: &[u8]) -> Option<u64> {
    octets.iter().try_fold(0_u64, |number, octet| Some(number.checked_mul(256)? | u64::from(*octet)))
}
