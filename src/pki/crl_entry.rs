//! RFC 5280 §5.3 — CRL entries

use std::cmp::Reverse;

use super::extension::{Extensions, GeneralNames};
use super::object_id;
use crate::encoding::der::{Reader, Received, Value, tag};
use crate::error::Malformed;
use crate::time::Time;

const FORMAT: &str = "CRL";

/// One element of `revokedCertificates`.
#[derive(Clone, Debug)]
pub struct RevokedCertificate {
    /// The content octets of `userCertificate`, as received.
    pub serial: Received,
    /// `revocationDate`
    pub revocation_date: Time,
    /// `crlEntryExtensions`
    pub extensions: Extensions,
}

/// `CRLReason` (§5.3.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of RFC 5280")]
pub enum RevocationReason {
    Unspecified,
    KeyCompromise,
    CaCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    CertificateHold,
    RemoveFromCrl,
    PrivilegeWithdrawn,
    AaCompromise,
}

use RevocationReason::{
    AaCompromise, AffiliationChanged, CaCompromise, CertificateHold, CessationOfOperation, KeyCompromise, PrivilegeWithdrawn,
    RemoveFromCrl, Superseded, Unspecified,
};

/// Number and name of each reason. 7 is not used.
const REASONS: [(i64, RevocationReason, &str); 10] = [
    (0, Unspecified, "unspecified"),
    (1, KeyCompromise, "keyCompromise"),
    (2, CaCompromise, "cACompromise"),
    (3, AffiliationChanged, "affiliationChanged"),
    (4, Superseded, "superseded"),
    (5, CessationOfOperation, "cessationOfOperation"),
    (6, CertificateHold, "certificateHold"),
    (8, RemoveFromCrl, "removeFromCRL"),
    (9, PrivilegeWithdrawn, "privilegeWithdrawn"),
    (10, AaCompromise, "aACompromise"),
];

/// The entries of a list, see [`CertificateList::entries`](super::CertificateList::entries). After a malformed one there is no more.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    pub(super) reader: Option<Reader<'a>>,
}

impl<'a> Entries<'a> {
    /// The entry that covers the octet at `at`, counted in the whole input, unless it was read already; those before it are passed over.
    pub(super) fn over(&mut self, at: usize) -> Result<Option<Value<'a>>, Malformed> {
        while let Some(reader) = self.reader.as_mut().filter(|reader| reader.at() <= at) {
            reader.pass_over(|end, _| end <= at);
            match self.next_value()? {
                Some(_) if self.reader.as_ref().is_some_and(|reader| reader.at() <= at) => {}
                found => return Ok(found),
            }
        }
        Ok(None)
    }

    pub(super) fn next_value(&mut self) -> Result<Option<Value<'a>>, Malformed> {
        match &mut self.reader {
            Some(reader) if !reader.is_empty() => reader.expect(tag::SEQUENCE, "revokedCertificate").map(Some),
            _ => Ok(None),
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<RevokedCertificate, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.next_value().and_then(|value| value.map(|value| RevokedCertificate::from_value(&value)).transpose());
        if entry.is_err() {
            self.reader = None;
        }
        entry.transpose()
    }
}

impl RevokedCertificate {
    pub(super) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let serial = reader.expect(tag::INTEGER, "userCertificate")?;
        serial.integer()?;
        let revocation_date = reader.value()?.time()?;
        let extensions = reader.optional(tag::SEQUENCE)?.map(|value| Extensions::from_value(&value)).transpose()?.unwrap_or_default();
        reader.finish()?;
        Ok(Self { serial: serial.received_contents(), revocation_date, extensions })
    }

    /// `reasonCode` (§5.3.1)
    ///
    /// # Errors
    /// [`Malformed`] extension, here and in those that follow.
    pub fn reason(&self) -> Result<Option<RevocationReason>, Malformed> {
        let extension = self.extensions.find(object_id::REASON_CODE);
        extension.map(|extension| Reader::new(&extension.value, FORMAT).only(RevocationReason::read)).transpose()
    }

    /// Of two entries of one certificate the one that is no suspension, then the earlier one, is the graver.
    pub(super) fn gravity(&self) -> (bool, Reverse<Time>) {
        let suspends = matches!(self.reason(), Ok(Some(RevocationReason::CertificateHold | RevocationReason::RemoveFromCrl)));
        (!suspends, Reverse(self.revocation_date))
    }

    /// `invalidityDate` (§5.3.2)
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn invalidity_date(&self) -> Result<Option<Time>, Malformed> {
        self.extensions.find(object_id::INVALIDITY_DATE).map(|extension| generalized_time(&extension.value)).transpose()
    }

    /// `certificateIssuer` (§5.3.3)
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn certificate_issuer(&self) -> Result<Option<GeneralNames>, Malformed> {
        let read = |reader: &mut Reader<'_>| GeneralNames::from_value(&reader.expect(tag::SEQUENCE, "certificateIssuer")?);
        let extension = self.extensions.find(object_id::CERTIFICATE_ISSUER);
        extension.map(|extension| Reader::new(&extension.value, FORMAT).only(read)).transpose()
    }
}

impl RevocationReason {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let value = reader.expect(tag::ENUMERATED, "CRLReason")?;
        let number = value.small_integer()?;
        let row = REASONS.iter().find(|(code, _, _)| *code == number);
        row.map(|(_, reason, _)| *reason).ok_or_else(|| value.malformed(format!("unknown revocation reason {number}")))
    }

    /// The name in RFC 5280: `keyCompromise`.
    pub fn name(self) -> &'static str {
        REASONS.iter().find(|(_, reason, _)| *reason == self).map_or("", |(_, _, name)| name)
    }
}

pub(super) fn generalized_time(value: &Received) -> Result<Time, Malformed> {
    Reader::new(value, FORMAT).only(|reader| reader.expect(tag::GENERALIZED_TIME, "time")?.generalized_time())
}
