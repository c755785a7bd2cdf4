//! RFC 3161 §2.4.2 — Timestamp responses and tokens

use super::extension::{Extensions, GeneralName};
use super::{AlgorithmIdentifier, SignedData, object_id};
use crate::encoding::der::{ObjectId, Reader, Received, Rules, Value, tag};
use crate::error::Malformed;
use crate::time::Time;

/// `TimeStampToken ::= ContentInfo`: signed data whose content is `TSTInfo`
#[derive(Clone, Debug)]
pub struct TimestampToken {
    /// The signed data.
    pub signed_data: SignedData,
    /// Its content.
    pub info: TimestampInfo,
}

/// `TSTInfo`
#[derive(Clone, Debug)]
pub struct TimestampInfo {
    /// `version`
    pub version: i64,
    /// `policy`
    pub policy: ObjectId,
    /// `messageImprint`: `hashAlgorithm`
    pub imprint_algorithm: AlgorithmIdentifier,
    /// `messageImprint`: `hashedMessage`
    pub imprint: Received,
    /// The content octets of `serialNumber`.
    pub serial: Received,
    /// `genTime`, with its fraction of a second as received.
    pub time: Time,
    /// `accuracy`
    pub accuracy: Option<Accuracy>,
    /// `ordering`
    pub ordering: bool,
    /// The content octets of `nonce`.
    pub nonce: Option<Received>,
    /// `tsa`
    pub authority: Option<GeneralName>,
    /// `extensions`
    pub extensions: Extensions,
}

/// `Accuracy ::= SEQUENCE { seconds INTEGER, millis [0] INTEGER (1..999), micros [1] INTEGER (1..999) }`, all optional
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy {
    /// `seconds`
    pub seconds: i64,
    /// `millis`
    pub milliseconds: i64,
    /// `micros`
    pub microseconds: i64,
}

/// `TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken OPTIONAL }`
#[derive(Clone, Debug)]
pub struct TimestampResponse {
    /// `status`: 0 granted, 1 granted with modifications, 2 and above not granted.
    pub status: i64,
    /// `statusString`
    pub status_text: Vec<String>,
    /// `failInfo`, bit n as in `PKIFailureInfo`.
    pub failure: Option<u32>,
    /// `timeStampToken`, unread.
    pub token: Option<Received>,
}

const FORMAT: &str = "timestamp";

impl TimestampToken {
    /// Reads a token at the beginning of `octets`; what follows is left alone, see [`SignedData::used`].
    ///
    /// # Errors
    /// [`Malformed`] when they do not begin with signed data whose content is `TSTInfo`.
    pub fn from_ber(octets: &[u8]) -> Result<Self, Malformed> {
        Self::from_received(&Received::new(octets))
    }

    /// Reads the token that stands in a larger structure.
    ///
    /// # Errors
    /// As [`Self::from_ber`], with offsets in the whole input.
    pub fn from_received(received: &Received) -> Result<Self, Malformed> {
        Self::from_signed_data(SignedData::from_received(received)?)
    }

    /// Reads what the signed data hold.
    ///
    /// # Errors
    /// [`Malformed`] when their content is not `TSTInfo`.
    pub fn from_signed_data(signed_data: SignedData) -> Result<Self, Malformed> {
        let at = signed_data.at();
        if signed_data.content.content_type != object_id::TIMESTAMP_INFO {
            return Err(Malformed::new(FORMAT, format!("content type {} is not TSTInfo", signed_data.content.content_type), at));
        }
        let content = signed_data.content.octets.clone().ok_or_else(|| Malformed::new(FORMAT, "token without content", at))?;
        let info = TimestampInfo::from_received(&content)?;
        Ok(Self { signed_data, info })
    }

    /// The token as received.
    pub fn octets(&self) -> &[u8] {
        self.signed_data.octets()
    }
}

impl TimestampInfo {
    /// Reads `TSTInfo`, in either encoding.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn from_received(received: &Received) -> Result<Self, Malformed> {
        Reader::with_rules(received, FORMAT, Rules::Basic).only(|reader| reader.sequence("TSTInfo")?.only(Self::read))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let version = reader.expect(tag::INTEGER, "version")?.small_integer()?;
        let policy = reader.expect(tag::OBJECT_IDENTIFIER, "policy")?.object_id()?;
        let (imprint_algorithm, imprint) = reader.sequence("messageImprint")?.only(message_imprint)?;
        let serial = reader.expect(tag::INTEGER, "serialNumber")?;
        serial.integer()?;
        let time = reader.expect(tag::GENERALIZED_TIME, "genTime")?.generalized_time()?;
        let accuracy = reader.optional(tag::SEQUENCE)?.map(|value| Accuracy::from_value(&value)).transpose()?;
        let ordering = reader.optional(tag::BOOLEAN)?.map(|value| value.boolean()).transpose()?.unwrap_or(false);
        let nonce = reader.optional(tag::INTEGER)?.map(|value| value.received_contents());
        let authority = reader.explicit(0, |inner| GeneralName::from_value(&inner.value()?))?;
        let extensions = reader.optional(tag::context_constructed(1))?.map(|set| Extensions::from_value(&set)).transpose()?;
        let (serial, extensions) = (serial.received_contents(), extensions.unwrap_or_default());
        Ok(Self { version, policy, imprint_algorithm, imprint, serial, time, accuracy, ordering, nonce, authority, extensions })
    }
}

fn message_imprint(reader: &mut Reader<'_>) -> Result<(AlgorithmIdentifier, Received), Malformed> {
    let algorithm = AlgorithmIdentifier::read(reader, "hashAlgorithm")?;
    Ok((algorithm, reader.expect(tag::OCTET_STRING, "hashedMessage")?.octet_string()?))
}

impl Accuracy {
    /// All of it; what is negative counts for nothing.
    pub fn in_microseconds(self) -> u64 {
        let part = |value: i64, unit: u64| u64::try_from(value).unwrap_or(0).saturating_mul(unit);
        part(self.seconds, 1_000_000).saturating_add(part(self.milliseconds, 1_000)).saturating_add(part(self.microseconds, 1))
    }

    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let mut part =
            |tag| -> Result<i64, Malformed> { Ok(reader.optional(tag)?.map(|value| value.small_integer()).transpose()?.unwrap_or(0)) };
        let (seconds, milliseconds, microseconds) = (part(tag::INTEGER)?, part(tag::context(0))?, part(tag::context(1))?);
        reader.finish()?;
        Ok(Self { seconds, milliseconds, microseconds })
    }
}

impl TimestampResponse {
    /// Reads a response and nothing after it.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are none.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        let input = Received::new(octets);
        let mut reader = Reader::with_rules(&input, "timestamp response", Rules::Basic);
        let mut response = reader.expect(tag::SEQUENCE, "timeStampResp")?.reader()?;
        reader.finish()?;
        let mut status_info = response.expect(tag::SEQUENCE, "status")?.reader()?;
        let status = status_info.expect(tag::INTEGER, "status")?.small_integer()?;
        let status_text = status_info
            .optional(tag::SEQUENCE)?
            .map(|value| value.reader()?.each(|texts| Ok(texts.value()?.text())))
            .transpose()?
            .unwrap_or_default();
        let failure = status_info.optional(tag::BIT_STRING)?.map(|value| value.named_bits()).transpose()?;
        status_info.finish()?;
        let token = if response.is_empty() { None } else { Some(response.value()?.received()) };
        response.finish()?;
        Ok(Self { status, status_text, failure, token })
    }

    /// Whether a token was granted: status 0 or 1.
    pub fn is_granted(&self) -> bool {
        matches!(self.status, 0 | 1) && self.token.is_some()
    }

    /// The token, when there is one.
    ///
    /// # Errors
    /// As [`TimestampToken::from_ber`].
    pub fn token(&self) -> Result<Option<TimestampToken>, Malformed> {
        self.token.as_ref().map(TimestampToken::from_received).transpose()
    }
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::encoding::der::write;
    use crate::pki::fixture::{SignedDataParts, name, sha256};

    fn info(time: &str, optional: &[Vec<u8>]) -> Vec<u8> {
        let imprint = write::sequence(&[sha256(), write::octet_string(&[7; 32])]);
        let time = write::value(tag::GENERALIZED_TIME, time.as_bytes());
        write::sequence(&[write::integer(1), write::object_id(object_id::ANY_POLICY), imprint, write::integer(9), time, optional.concat()])
    }

    fn token(info: &[u8]) -> Vec<u8> {
        SignedDataParts { content_type: object_id::TIMESTAMP_INFO, ..SignedDataParts::attached(info) }.to_der()
    }

    #[test]
    fn a_token_says_what_was_put_in() {
        let accuracy = write::sequence(&[write::integer(1), write::context(0, &[2]), write::context(1, &[3])]);
        let authority = write::context_constructed(0, &[write::context_constructed(4, &[name("A time stamp authority")])]);
        let token =
            TimestampToken::from_ber(&token(&info("20260301000000.125Z", &[accuracy, write::boolean(true), write::integer(8), authority])))
                .unwrap();
        let info = token.info;
        assert_eq!(info.time.to_string(), "2026-03-01T00:00:00.125Z");
        assert_eq!(info.imprint.octets(), [7; 32]);
        assert_eq!(info.accuracy, Some(Accuracy { seconds: 1, milliseconds: 2, microseconds: 3 }));
        assert!(info.ordering);
        assert_eq!(info.nonce.unwrap().octets(), [8]);
        assert!(matches!(info.authority, Some(GeneralName::Directory(_))));
    }

    #[test]
    fn what_may_be_absent_may_be() {
        let info = TimestampToken::from_ber(&token(&info("20260301000000Z", &[]))).unwrap().info;
        assert!(info.accuracy.is_none() && !info.ordering && info.nonce.is_none() && info.authority.is_none());
    }

    #[test]
    fn signed_data_of_another_content_is_no_token() {
        let other = SignedDataParts::attached(&info("20260301000000Z", &[])).to_der();
        assert!(TimestampToken::from_ber(&other).unwrap_err().what.contains("is not TSTInfo"));
        assert!(TimestampToken::from_ber(&token(&info("20260301000000", &[]))).is_err());
    }

    #[test]
    fn a_response_grants_or_refuses() {
        let granted = write::sequence(&[write::sequence(&[write::integer(0)]), token(&info("20260301000000Z", &[]))]);
        let response = TimestampResponse::from_der(&granted).unwrap();
        assert!(response.is_granted() && response.token().unwrap().is_some());
        let text = write::sequence(&[write::utf8_string("bad algorithm")]);
        let refused = write::sequence(&[write::sequence(&[write::integer(2), text, write::value(tag::BIT_STRING, &[7, 0x80])])]);
        let response = TimestampResponse::from_der(&refused).unwrap();
        assert!(!response.is_granted());
        assert_eq!((response.status, response.status_text, response.failure), (2, vec!["bad algorithm".to_owned()], Some(1)));
    }
}
