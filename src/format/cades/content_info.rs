//! RFC 5652 §3 — a file that is one `ContentInfo` of signed data: each signer an entry, and each signer of a signature

use super::content::{Content, Over};
use super::signer_info::{Entry, entry};
use super::timestamp::timestamp_over_digest;
use crate::context::{Evidence, Policy};
use crate::document::{Cms, Detached};
use crate::encoding::der::{Reader, Rules, tag};
use crate::format::signature::Signature;
use crate::format::{Found, Modified};
use crate::pki::{SignedData, SignerInfo, TimestampToken, Unread, object_id};
use crate::report::json::{Coverage, CoveredReference, DocumentFacts, Finding, Format, Kind, Origin, Want, WantKind};
use crate::report::{Block, checks};

checks! {
    WITHIN_LIMITS = "content_info.signers_within_limit", "RFC 5652 §5.1", Indeterminate(SigConstraintsFailure),
        "The file has more than {limit} signatures; the others are not judged.", "Tệp có hơn {limit} chữ ký; phần còn lại không được kiểm tra.";
    SIGNER_READABLE = "content_info.signer_readable", "RFC 5652 §5.3", Indeterminate(SigConstraintsFailure),
        "A signature of the file cannot be read: {what}.", "Không đọc được một chữ ký của tệp.";
}

/// What a file of signed data holds.
pub(crate) fn found(cms: &Cms, detached: &[Detached<'_>], policy: &Policy) -> Found {
    let signed_data = &cms.signed_data;
    let content = Content::of(signed_data, detached);
    let (mut signatures, too_many, is_found) = match TimestampToken::from_signed_data(signed_data.clone()) {
        Ok(token) if signed_data.content.content_type == object_id::TIMESTAMP_INFO => {
            (vec![token_entry(&token, detached)], false, Content::detached(detached).is_found())
        }
        _ => {
            let (signatures, too_many) = entries(signed_data, &content, policy);
            (signatures, too_many, content.is_found())
        }
    };
    // Without what it is over, a file with a signature alone is covered by nothing.
    let whole = cms.unaccounted == 0 && is_found;
    for (position, signature) in (0_u64..).zip(&mut signatures) {
        signature.position = (position, 0);
        signature.coverage.whole_document = whole;
    }
    Found {
        document: DocumentFacts {
            unaccounted_bytes: u64::try_from(cms.unaccounted).unwrap_or(u64::MAX),
            findings: findings(signed_data),
            ..DocumentFacts::default()
        },
        evidence: policy_documents(signed_data),
        modified: modified(cms),
        detached: signed_file(cms, detached).into_iter().collect(),
        wants: wants(signed_data, &content),
        listing: listing(signed_data, too_many, policy),
        signatures,
        ..Found::nothing()
    }
}

/// A timestamp token by itself: over the file beside it.
fn token_entry(token: &TimestampToken, detached: &[Detached<'_>]) -> Signature {
    let content = Content::detached(detached);
    let mut stamp = timestamp_over_digest(token, |algorithm| content.digest(algorithm));
    stamp.coverage = Coverage {
        references: vec![CoveredReference { uri: content.name.clone(), node: None, name: None, share: 1.0 }],
        ..Coverage::default()
    };
    stamp
}

/// A signature that waits to be read: whose it is, and the position of the value among that one's unsigned attributes which holds it.
struct Waiting {
    signer: SignerInfo,
    of: Option<(usize, usize)>,
}

/// Every signer and after it those who signed its value, each an entry.
fn entries(signed_data: &SignedData, content: &Content<'_>, policy: &Policy) -> (Vec<Signature>, bool) {
    let limit = usize::try_from(policy.limits.signatures).unwrap_or(usize::MAX);
    let mut waiting: Vec<Waiting> =
        signed_data.signer_infos.iter().rev().map(|signer| Waiting { signer: signer.clone(), of: None }).collect();
    let mut read: Vec<(Entry, Waiting)> = Vec::new();
    while read.len() < limit
        && let Some(next) = waiting.pop()
    {
        let signed = next.of.and_then(|(of, _)| read.get(of)).map(|(_, signed)| signed.signer.signature.clone());
        let over = signed.map_or(Over::Content(content), Over::Value);
        let entry = entry(signed_data, &next.signer, &over, limit);
        let own = read.len();
        let of_it = entry.counter_signatures.iter().rev().map(|(at, signer)| Waiting { signer: signer.clone(), of: Some((own, *at)) });
        waiting.extend(of_it);
        read.push((entry, next));
    }
    covered(&mut read);
    let unread: Vec<&Unread> = signed_data.unread_in("signerInfos").collect();
    let room = limit.saturating_sub(read.len());
    let too_many = !waiting.is_empty() || unread.len() > room;
    let not_read = unread.into_iter().take(room).map(not_judged);
    (read.into_iter().map(|(entry, _)| entry.signature).chain(not_read).collect(), too_many)
}

/// A timestamp over an attribute is over the counter signatures in it, and over those in them.
fn covered(read: &mut [(Entry, Waiting)]) {
    for index in 0..read.len() {
        let mut of = read.get(index).and_then(|(_, waiting)| waiting.of);
        while let Some((signed, at)) = of {
            let Some((entry, waiting)) = read.get_mut(signed) else { break };
            for (stamp, values) in entry.signature.timestamps.iter_mut().zip(&entry.stamps) {
                if values.contains(&at) {
                    stamp.covers.signatures.push(index);
                }
            }
            of = waiting.of;
        }
    }
}

fn not_judged(unread: &Unread) -> Signature {
    let what = unread.malformed.to_string();
    Signature {
        format_checking: Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| {
            r.require(&SIGNER_READABLE, false, [("what", what.into())])
        }),
        ..Signature::new(Kind::Unsupported, Format::Cms)
    }
}

/// What is asked of the list of signatures as a whole.
fn listing(signed_data: &SignedData, too_many: bool, policy: &Policy) -> Block {
    Block::run("Signatures of the file", "RFC 5652 §5.1", "document", |r| {
        let unread = signed_data.unread_in("signerInfos").next();
        r.ask(&SIGNER_READABLE, unread.is_none(), [("what", unread.map_or(String::new(), |unread| unread.malformed.to_string()).into())]);
        r.ask(&WITHIN_LIMITS, !too_many, [("limit", policy.limits.signatures.into())]);
        Ok(())
    })
}

/// What is in the set of certificates or lists and cannot be read: nobody can rely on it.
fn findings(signed_data: &SignedData) -> Vec<Finding> {
    let unread = signed_data.unread.iter().filter(|unread| unread.field != "signerInfos");
    let finding = |unread: &Unread| Finding {
        check: "cms.unread".into(),
        at: u64::try_from(unread.received.at()).ok(),
        object: None,
        en: format!("An element of {} was not read: {}.", unread.field, unread.malformed),
        vi: format!("Không đọc được một phần tử của {}.", unread.field),
    };
    unread.map(finding).collect()
}

/// EN 319 122-1 §5.2.10: the document of a signature policy in the signature that names it.
fn policy_documents(signed_data: &SignedData) -> Evidence {
    let mut evidence = Evidence::none();
    for attributes in signed_data.signer_infos.iter().flat_map(|signer| &signer.unsigned_attributes) {
        for value in attributes.values(object_id::SIGNATURE_POLICY_STORE) {
            // SignaturePolicyStore ::= SEQUENCE { spDocSpec, spDocument CHOICE { sigPolicyEncoded OCTET STRING, sigPolicyLocalURI .. } }
            let document =
                Reader::with_rules(value, "CMS attribute", Rules::Basic).sequence("SignaturePolicyStore").and_then(|mut store| {
                    store.value()?;
                    store.expect(tag::OCTET_STRING, "sigPolicyEncoded")?.octet_string()
                });
            if let Ok(document) = document {
                evidence.add_policy_document(document.octets().to_vec(), Origin::Embedded);
            }
        }
    }
    evidence
}

/// Octets behind the structure, which the signatures do not account for.
fn modified(cms: &Cms) -> Vec<Modified> {
    let behind = (cms.unaccounted > 0).then(|| Modified(format!("+{} byte", cms.unaccounted)));
    behind.into_iter().collect()
}

/// The file given beside this one that is signed: the first, where there is no content here.
fn signed_file(cms: &Cms, detached: &[Detached<'_>]) -> Option<String> {
    let own = cms.signed_data.content.octets.is_some() && cms.signed_data.content.content_type != object_id::TIMESTAMP_INFO;
    detached.first().map(|first| first.name().to_owned()).filter(|_| !own)
}

fn wants(signed_data: &SignedData, content: &Content<'_>) -> Vec<Want> {
    if signed_data.content.octets.is_some() || content.is_found() || signed_data.signer_infos.is_empty() {
        return Vec::new();
    }
    vec![Want { kind: WantKind::SignedData, url: None, subject: "document".into(), why: "cryptographic_verification.data_found".into() }]
}
