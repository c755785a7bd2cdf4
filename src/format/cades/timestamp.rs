//! RFC 3161 §2.4.2 — a timestamp token as the waist sees it: a signature of its authority over a digest and a time

use super::signed_data::{Attributes, enveloped_content, evidence, one_signer, signed_attributes, value};
#[cfg(feature = "cms")]
use crate::crypto::DigestAlgorithm;
use crate::crypto::Digester;
use crate::format::signature::{Signature, SignedDatum, ToBeSignedData};
use crate::pki::TimestampToken;
use crate::pki::timestamp_token::{Accuracy, TimestampInfo};
use crate::report::json::{Format, Kind};
use crate::report::{Block, Recorder, Stop};

/// A token that is over `parts`, one after another.
pub(crate) fn timestamp_over_parts<'p>(token: &TimestampToken, parts: impl IntoIterator<Item = &'p [u8]>) -> Signature {
    let mut stamp = timestamp(token);
    if let Some(imprint) = stamp.signed_data.first_mut() {
        imprint.actual = imprint.algorithm.as_ref().ok().map(|algorithm| {
            let mut digester = Digester::new(*algorithm);
            parts.into_iter().for_each(|part| digester.update(part));
            digester.finish()
        });
    }
    stamp
}

/// A token over what has the digests that `digest` tells.
#[cfg(feature = "cms")]
pub(crate) fn timestamp_over_digest(token: &TimestampToken, digest: impl FnOnce(DigestAlgorithm) -> Option<Vec<u8>>) -> Signature {
    let mut stamp = timestamp(token);
    if let Some(imprint) = stamp.signed_data.first_mut() {
        imprint.actual = imprint.algorithm.as_ref().ok().and_then(|algorithm| digest(*algorithm));
    }
    stamp
}

/// A token that is over `octets`.
pub(crate) fn timestamp_over(token: &TimestampToken, octets: &[u8]) -> Signature {
    timestamp_over_parts(token, [octets])
}

/// A token whose imprint is the first of its signed data; the digest of what it is over is to be filled in there.
pub(crate) fn timestamp(token: &TimestampToken) -> Signature {
    let mut stamp = Signature::new(Kind::DocumentTimestamp, Format::Rfc3161);
    let format_checking = Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| timestamp_content(r, token, &mut stamp));
    stamp.claimed_time = None;
    Signature { format_checking, ..stamp }
}

/// The imprint without its actual digest, the content, the value.
pub(crate) fn timestamp_content(r: &mut Recorder, token: &TimestampToken, signature: &mut Signature) -> Result<(), Stop> {
    let signer = one_signer(r, &token.signed_data)?;
    evidence(&token.signed_data, signer, signature);
    signature.stated_time = Some(token.info.time);
    signature.authority = token.info.authority.clone();
    signature.accuracy = token.info.accuracy.map_or(0, Accuracy::in_microseconds);
    signature.unprocessed = unprocessed(&token.info);
    let unknown = || token.info.imprint_algorithm.oid.to_string();
    signature.signed_data.push(SignedDatum {
        name: "message imprint".into(),
        algorithm: token.info.imprint_algorithm.digest().ok_or_else(unknown),
        expected: token.info.imprint.octets().to_vec(),
        actual: None,
    });
    let attributes = signed_attributes(r, &token.signed_data, signer, Attributes::Mandatory);
    let inner = token.signed_data.content.octets.as_ref().map(|octets| octets.octets().to_vec()).unwrap_or_default();
    enveloped_content(signer, &inner, signature);
    signature.value = Some(value(r, signer, ToBeSignedData::Octets(inner))?);
    attributes
}

/// §2.4.2: version 1 is the one there is, and extensions are those of certificates: a critical one that nobody knows may say anything.
fn unprocessed(info: &TimestampInfo) -> Vec<String> {
    let version = (info.version != 1).then(|| format!("version {}", info.version));
    let critical = info.extensions.all().iter().filter(|extension| extension.critical);
    version.into_iter().chain(critical.map(|extension| extension.oid.to_string())).collect()
}
