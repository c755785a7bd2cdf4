//! ISO 32000-2 §12.7.5.5 — Seed values: what the author of a field requires of its signature, and whether the signature keeps to it

mod demands;

pub(super) use demands::{Demand, Made, demands};

use super::signature_dictionary::signature_dictionary;
use super::signature_field::{SignaturePlace, array, dictionary, text_string};
use crate::encoding::pdf::object::{Dictionary, Object};
use crate::encoding::pdf::{Pdf, View};
use crate::format::signature::Signature;
use crate::pki::Certificate;
use crate::report::{Block, checks};

checks! {
    // §12.7.5.5 binds whoever signs. It makes no signature invalid: that the author of the form wanted another one is told.
    MET = "seed_value.met", "ISO 32000-2 §12.7.5.5", Indeterminate(SigConstraintsFailure),
        "The field requires of its signature {constraint}: {wanted}; the signature has: {found}.",
        "Chữ ký không đáp ứng yêu cầu {constraint} của trường chữ ký.";
}

/// Longest text of a demand in a report.
const MOST_CHARACTERS: usize = 200;

/// What the signature at `place` makes of the seed values of its field; `None` where the field has none.
pub(super) fn kept(pdf: &Pdf<'_>, place: &SignaturePlace, revision: usize, content: &Signature) -> Option<Block> {
    let view = pdf.at(revision)?;
    let (of_author, seed_value) = seed_value(pdf, place, revision)?;
    let signature = signature_dictionary(&view, place)?;
    let made = made(&view, place, &signature, content);
    Some(Block::run("Seed values", "ISO 32000-2 §12.7.5.5", place.field.clone().unwrap_or_default(), |r| {
        let judged = match demands(&of_author, &seed_value, &made) {
            Ok(judged) => judged,
            Err(problem) => vec![Demand { constraint: "SV", wanted: problem.to_string(), found: String::new(), met: false }],
        };
        for Demand { constraint, wanted, found, met } in judged {
            r.tolerate(&MET, met, [("constraint", constraint.into()), ("wanted", cut(wanted).into()), ("found", cut(found).into())]);
        }
        Ok(())
    }))
}

/// The seed values as they stood before the signing, for a signer could drop them in the revision that signs; else those of that revision.
fn seed_value<'p, 'a>(pdf: &'p Pdf<'a>, place: &SignaturePlace, revision: usize) -> Option<(View<'p, 'a>, std::sync::Arc<Dictionary>)> {
    let field = Object::Reference(place.field_object?);
    let in_revision = |index: usize| {
        let view = pdf.at(index)?;
        let seed_value = dictionary(&view, dictionary(&view, &field)?.entry(b"SV"))?;
        Some((view, seed_value))
    };
    revision.checked_sub(1).and_then(in_revision).or_else(|| in_revision(revision))
}

fn made(view: &View<'_, '_>, place: &SignaturePlace, signature: &Dictionary, content: &Signature) -> Made {
    let text = |dictionary: &Dictionary, key: &[u8]| view.value(dictionary, key).ok()?.as_string().map(text_string);
    let name = |key: &[u8]| view.value(signature, key).ok()?.as_name().map(|name| String::from_utf8_lossy(name).into_owned());
    let certification = certification(view, signature);
    let lock = place.field_object.and_then(|field| dictionary(view, &Object::Reference(field)));
    let lock = lock.and_then(|field| dictionary(view, field.entry(b"Lock")));
    let lock = lock.and_then(|lock| view.value(&lock, b"P").ok()?.as_integer());
    let catalog = view.catalog().ok();
    let legal = catalog.and_then(|catalog| dictionary(view, catalog.entry(b"Legal")));
    Made {
        filter: name(b"Filter").unwrap_or_default(),
        sub_filter: name(b"SubFilter").unwrap_or_default(),
        reason: text(signature, b"Reason"),
        digest: content.value.as_ref().and_then(|value| value.digest_algorithm),
        certification,
        permission: certification.into_iter().chain(lock).min(),
        attestation: legal.and_then(|legal| text(&legal, b"Attestation")),
        revocation_information: !content.crls.is_empty() || !content.ocsp_responses.is_empty(),
        timestamp: !content.timestamps.is_empty(),
        certificates: chain(content),
    }
}

/// `/P` of the signature's own DocMDP transform: 2 where it says nothing (table 257).
fn certification(view: &View<'_, '_>, signature: &Dictionary) -> Option<i64> {
    let references = array(view, signature.entry(b"Reference"));
    let mut references = references.iter().filter_map(|reference| dictionary(view, reference));
    let transform = references.find(|reference| view.value(reference, b"TransformMethod").is_ok_and(|method| method.is_name(b"DocMDP")))?;
    let parameters = dictionary(view, transform.entry(b"TransformParams")).unwrap_or_default();
    Some(view.value(&parameters, b"P").ok().and_then(|level| level.as_integer()).unwrap_or(2))
}

/// The signer's certificate among those that the signature brings, then its issuers by name.
fn chain(content: &Signature) -> Vec<Certificate> {
    const LONGEST: usize = 16;
    let named = content.value.as_ref().and_then(|value| value.signer.as_ref());
    let mut all = content.certificates.iter();
    let signing = match named {
        Some(named) => all.find(|certificate| named.names(certificate)),
        None => all.next(),
    };
    let mut chain: Vec<Certificate> = signing.into_iter().cloned().collect();
    while let Some(last) = chain.last().filter(|_| chain.len() < LONGEST) {
        let is_next =
            |one: &&Certificate| one.subject().matches(last.issuer()) && !chain.iter().any(|known| known.octets() == one.octets());
        match content.certificates.iter().find(is_next).cloned() {
            Some(issuer) => chain.push(issuer),
            None => break,
        }
    }
    chain
}

fn cut(text: String) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => format!("{}..", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
