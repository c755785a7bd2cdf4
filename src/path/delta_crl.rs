//! RFC 5280 §5.2.4, §6.3.3 (c), (h), (i), (k) — Delta CRLs: what changed since a complete list

use super::Inquiry;
use super::basic_processing::{Place, within_limits};
use super::crl_issuer::CrlSigner;
use super::crl_processing::{entry, issued_in_time, made_by, readable, revoked};
use super::inquiry::SignedObject;
use super::revocation::Statement;
use crate::crypto::Verification;
use crate::pki::{CertificateList, RevocationReason, object_id};
use crate::report::{Block, Fact, Recorder, Stop, checks};

checks! {
    FITS = "delta_crl.fits", "RFC 5280 §6.3.3 (c)", Indeterminate(CertificateChainGeneralFailure),
        "The delta does not continue this revocation list: {why}.", "Danh sách thu hồi delta không nối tiếp danh sách này.";
    SIGNATURE_VALID = "delta_crl.signature_valid", "RFC 5280 §6.3.3 (h)", Indeterminate(CertificateChainGeneralFailure),
        "The delta was not signed by the key that signed the revocation list.",
        "Danh sách thu hồi delta không được ký bằng khóa đã ký danh sách đầy đủ.";
}

/// As for complete lists, with the extension that makes a delta.
const UNDERSTOOD: [const_oid::ObjectIdentifier; 7] = [
    object_id::AUTHORITY_KEY_IDENTIFIER,
    object_id::ISSUER_ALTERNATIVE_NAME,
    object_id::CRL_NUMBER,
    object_id::ISSUING_DISTRIBUTION_POINT,
    object_id::FRESHEST_CRL,
    object_id::EXPIRED_CERTS_ON_CRL,
    object_id::DELTA_CRL_INDICATOR,
];

/// Brings `statement`, made from `complete`, up to the latest delta that continues it; without one it stays as it is.
pub(super) fn apply(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    place: &Place<'_>,
    complete: &CertificateList,
    signer: &CrlSigner,
    statement: &mut Statement,
) -> Result<(), Stop> {
    let deltas = inquiry.evidence.crls().filter(|(_, crl, _)| crl.is_delta() && crl.issuer().matches(complete.issuer()));
    let mut deltas: Vec<([u8; 32], &CertificateList)> =
        deltas.map(|(id, crl, _)| (id, crl)).filter(|(_, crl)| statement.this_update <= crl.this_update()).collect();
    deltas.sort_by_key(|(id, crl)| std::cmp::Reverse((crl.this_update(), *id)));
    for (id, delta) in deltas {
        let mut answer = None;
        let title = "Acceptance of a delta";
        let block = Block::run_in(inquiry.detail, title, "RFC 5280 §6.3.3 (c), (h)", Fact::sha256(id).to_text(), |r| {
            readable(r, delta, &UNDERSTOOD)?;
            fits(r, complete, delta)?;
            issued_in_time(r, inquiry, delta, place.certificate)?;
            let verification = within_limits(r, signer.issuer.verifies(inquiry, &SignedObject::from(delta)))?;
            r.require(&SIGNATURE_VALID, verification == Verification::Valid, [])?;
            let own = made_by(inquiry, delta, signer);
            own.require(r, inquiry.time)?;
            answer = Some((entry(r, delta, place.certificate)?, own));
            Ok(())
        });
        r.attach(block);
        let Some((entry, own)) = answer else { continue };
        if let Some(entry) = entry {
            // (k), where §5.3.1 lets it be: from hold alone. Whatever else is removed was so for having expired, and was revoked all the same.
            let removed = matches!(entry.reason(), Ok(Some(RevocationReason::RemoveFromCrl)));
            let on_hold = statement.revoked.is_none_or(|(_, reason)| reason == RevocationReason::CertificateHold.name());
            match (removed, on_hold) {
                (true, true) => statement.revoked = None,
                (true, false) => {}
                (false, _) => statement.revoked = Some(revoked(&entry)),
            }
        }
        statement.sources.push(id);
        statement.uses.push(own);
        (statement.this_update, statement.next_update) = (delta.this_update(), delta.next_update());
        break;
    }
    Ok(())
}

/// Same scope, same key, and a complete list at least as new as the delta's base.
fn fits(r: &mut Recorder, complete: &CertificateList, delta: &CertificateList) -> Result<(), Stop> {
    let why = misfit(complete, delta);
    r.require(&FITS, why.is_none(), || [("this_update", Fact::from(delta.this_update())), ("why", why.unwrap_or("").into())])
}

fn misfit(complete: &CertificateList, delta: &CertificateList) -> Option<&'static str> {
    let of = |crl: &CertificateList, oid| crl.extension_set().find(oid).map(|extension| extension.value.octets().to_vec());
    let same = |oid| of(complete, oid) == of(delta, oid);
    let (Ok(Some(base)), Ok(Some(own)), Ok(Some(number))) = (delta.base_number(), complete.number(), delta.number()) else {
        return Some("one of them has no number");
    };
    if !same(object_id::ISSUING_DISTRIBUTION_POINT) {
        Some("it has another scope")
    } else if !same(object_id::AUTHORITY_KEY_IDENTIFIER) {
        Some("it names another key")
    } else if is_less(own.octets(), base.octets()) {
        Some("the complete list is older than its base")
    } else if !is_less(own.octets(), number.octets()) {
        Some("it is not newer than the complete list")
    } else {
        None
    }
}

/// Numbers of any length, not negative (§5.2.3).
fn is_less(one: &[u8], other: &[u8]) -> bool {
    let significant = |octets: &'_ [u8]| octets.iter().position(|octet| *octet != 0).map_or(0, |zeros| octets.len().saturating_sub(zeros));
    let (length, of_other) = (significant(one), significant(other));
    let tail = |octets: &'_ [u8], length: usize| octets.iter().skip(octets.len().saturating_sub(length)).copied().collect::<Vec<u8>>();
    (length, tail(one, length)) < (of_other, tail(other, of_other))
}
