//! EN 319 142-1, ISO 32000-2 §12.8 — signatures of PDF files

#[cfg(feature = "json")]
pub(crate) mod associated_file;
mod byte_range;
mod content;
mod document_security_store;
mod permitted_changes;
mod revisions;
mod seed_value;
mod signature_dictionary;
mod signature_field;
#[cfg(feature = "sign")]
pub(crate) mod writing;

pub use revisions::{ObjectState, RevisedObject, Revision, revisions};

use byte_range::Digests;
use signature_dictionary::Read;

use super::signature::{Covered, Signature, ToBeSignedData};
use super::{Found, Modified, WITHIN_LIMITS};
use crate::context::Policy;
use crate::encoding::pdf::{Finding as PdfFinding, Pdf};
use crate::report::json::{DocumentFacts, Finding, Format, Kind, Want, WantKind};
use crate::report::{Block, Check, checks};
use content::Part;
use permitted_changes::LaterRevisions;
use signature_field::SignaturePlace;

checks! {
    UNLOCKED = "pades.unlocked", "ISO 32000-2 §7.6", Indeterminate(SignedDataNotFound),
        "The file is encrypted, and no password given opens it.", "Tệp được mã hóa và không có mật khẩu phù hợp.";
    LISTED = "pades.signature_listed", "ISO 32000-2 §12.7.5.5", Indeterminate(SigConstraintsFailure),
        "At byte {at} stands something like a signature that no field or permission of the file leads to.",
        "Tại byte {at} có dữ liệu giống chữ ký mà không trường hay quyền nào của tệp dẫn tới.";
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    [CHECKS, byte_range::CHECKS, content::CHECKS, permitted_changes::CHECKS, seed_value::CHECKS, signature_dictionary::CHECKS]
        .into_iter()
        .flatten()
        .copied()
}

/// What a PDF file holds, and the SHA-256 of its octets.
pub(crate) fn found(pdf: &Pdf<'_>, policy: &Policy) -> (Found, Vec<u8>) {
    if pdf.locked() {
        let mut digests = Digests::new(pdf.octets(), &[]);
        digests.pass(0..pdf.octets().len());
        return (locked(), digests.finish().0);
    }
    let limit = usize::try_from(policy.limits.signatures).unwrap_or(usize::MAX);
    let mut places = signature_field::places(pdf);
    let read_at = |place: &SignaturePlace| signature_dictionary::read(pdf, place.clone());
    let mut read: Vec<Read> = places.iter().take(limit).map(read_at).collect();
    let sha256 = complete(pdf, &mut read);
    // The pass over all octets that computed their digests has accounted for them too: now others are known.
    places.extend(signature_field::nowhere(pdf, &places));
    let within_others = signature_field::within_others(pdf, &places);
    let too_many = places.len() > limit;
    let mut others: Vec<Read> = places.iter().take(limit).skip(read.len()).map(read_at).collect();
    if !others.is_empty() {
        complete(pdf, &mut others);
        read.append(&mut others);
    }
    later_revisions(pdf, policy, &mut read);
    let stores = document_security_store::Stores::of(pdf);
    covered(&stores, &mut read);
    let mut signatures: Vec<Signature> = read.into_iter().map(|entry| entry.signature).collect();
    let listing = listing(pdf, &within_others, limit, too_many);
    signatures.extend(unlisted(pdf, &within_others).into_iter().map(|at| not_judged(pdf, &LISTED, "at", at)));
    if too_many {
        signatures.push(not_judged(pdf, &WITHIN_LIMITS, "limit", limit));
    }
    let evidence = stores.evidence;
    let document = document_facts(pdf, &signatures);
    let modified = modified(pdf, &signatures);
    (Found { signatures, document, evidence, modified, opening: opening(true), listing, ..Found::nothing() }, sha256)
}

/// Computes all digests in one pass and puts each in its place.
fn complete(pdf: &Pdf<'_>, read: &mut [Read]) -> Vec<u8> {
    let mut requests = Vec::new();
    let mut places = Vec::new();
    for (index, entry) in read.iter().enumerate() {
        let Some(range) = entry.range else { continue };
        for wanted in &entry.wanted {
            requests.push((range, wanted.algorithm));
            places.push((index, wanted.part));
        }
    }
    let mut digests = Digests::new(pdf.octets(), &requests);
    pdf.accounting_beside(&mut |span| digests.pass(span));
    let (sha256, digests) = digests.finish();
    for ((index, part), digest) in places.into_iter().zip(digests) {
        let Some(entry) = read.get_mut(index) else { continue };
        match part {
            Part::Datum(position) => {
                if let Some(datum) = entry.signature.signed_data.get_mut(position) {
                    datum.actual = Some(digest);
                }
            }
            Part::ContentTimestamp(position) => {
                let stamp = entry.signature.content_timestamps.get_mut(position);
                if let Some(imprint) = stamp.and_then(|stamp| stamp.signed_data.first_mut()) {
                    imprint.actual = Some(digest);
                }
            }
            Part::ToBeSigned => {
                for form in entry.signature.value.iter_mut().flat_map(|value| &mut value.to_be_signed) {
                    form.data = ToBeSignedData::Digest(digest.clone());
                }
            }
        }
    }
    sha256
}

/// What later revisions did to what was signed. A document timestamp proves octets: later changes never change its verdict.
fn later_revisions(pdf: &Pdf<'_>, policy: &Policy, read: &mut [Read]) {
    let signed = |entry: &Read| entry.revision.filter(|_| entry.signature.kind == Kind::Signature);
    let oldest = read.iter().filter_map(|entry| entry.revision).min().unwrap_or(0);
    let later = LaterRevisions::new(pdf, policy, oldest, read.iter().filter_map(|entry| Some((&entry.place, signed(entry)?))));
    for entry in read {
        let signature = &mut entry.signature;
        let Some(revision) = entry.revision else { continue };
        let judged = later.since(revision);
        if signature.kind != Kind::DocumentTimestamp {
            join(&mut signature.format_checking, judged.forbidden);
            join(&mut signature.format_constraints, judged.constraints);
        }
        signature.modifications = Some(judged.modifications);
    }
}

/// What each document timestamp is over: signatures whose ranges end before its own value, and the validation data of the revision that it ends.
fn covered(stores: &document_security_store::Stores, read: &mut [Read]) {
    let ends: Vec<Option<usize>> = read.iter().map(|entry| entry.range.map(|range| range.end())).collect();
    for entry in read.iter_mut().filter(|entry| entry.signature.kind == Kind::DocumentTimestamp) {
        let (Some(range), Some(revision)) = (entry.range, entry.revision) else { continue };
        let within = |end: &Option<usize>| end.is_some_and(|end| end <= range.b);
        entry.signature.covers = Covered {
            signatures: ends.iter().enumerate().filter(|(_, end)| within(end)).map(|(index, _)| index).collect(),
            evidence: stores.by(revision),
            ..Covered::default()
        };
    }
}

/// Makes `last` the last step of `block`.
fn join(block: &mut Block, last: Block) {
    let before = std::mem::replace(block, Block::run("", "", "", |_| Ok(())));
    *block = Block::run_after(before, |r| {
        r.bind(last);
    });
}

/// Octets `/ByteRange` that no named object accounts for, and those of objects in which nothing is the value of a field: found, never
/// trusted.
fn unlisted(pdf: &Pdf<'_>, within_others: &[usize]) -> Vec<usize> {
    let places = pdf.byte_ranges_unlisted().iter().chain(within_others);
    places.copied().take(usize::try_from(pdf.limits().signatures).unwrap_or(usize::MAX)).collect()
}

/// What is asked of the list of signatures as a whole: each no is an entry of its own, too.
fn listing(pdf: &Pdf<'_>, within_others: &[usize], limit: usize, too_many: bool) -> Block {
    Block::run("Signatures of the file", "ISO 32000-2 §12.7.5.5", "document", |r| {
        let mut all = true;
        for at in unlisted(pdf, within_others) {
            all = r.ask(&LISTED, false, [("at", at.into())]);
        }
        if all {
            r.ask(&LISTED, true, []);
        }
        r.ask(&WITHIN_LIMITS, !too_many, [("limit", limit.into())]);
        Ok(())
    })
}

/// Whether a password opens the file, if it needs one.
fn opening(unlocked: bool) -> Block {
    Block::run("Opening", "ISO 32000-2 §7.6", "document", |r| r.require(&UNLOCKED, unlocked, []))
}

/// An entry for something that is there and cannot be judged.
fn not_judged(pdf: &Pdf<'_>, check: &'static Check, name: &'static str, value: usize) -> Signature {
    let end = u64::try_from(pdf.octets().len()).unwrap_or(u64::MAX);
    Signature {
        position: (end, u64::try_from(value).unwrap_or(u64::MAX)),
        format_checking: Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| r.require(check, false, [(name, value.into())])),
        format_constraints: Block::run("Constraints of the file", "ISO 32000-2 §12.8.1", "", |_| Ok(())),
        ..Signature::new(Kind::Unsupported, Format::Pkcs7)
    }
}

/// Without the password nobody can tell what the form says.
fn locked() -> Found {
    Found {
        wants: vec![Want { kind: WantKind::Password, url: None, subject: "document".into(), why: UNLOCKED.id.into() }],
        opening: opening(false),
        listing: Block::run("Signatures of the file", "ISO 32000-2 §12.7.5.5", "document", |_| Ok(())),
        ..Found::nothing()
    }
}

fn document_facts(pdf: &Pdf<'_>, signatures: &[Signature]) -> DocumentFacts {
    let accounting = pdf.accounting();
    DocumentFacts {
        signatures: 0,
        covered_by_valid_signature: false,
        unaccounted_bytes: accounting.unaccounted_octets,
        later_changes: signatures
            .iter()
            .filter_map(|signature| signature.modifications.as_ref())
            .map(|changes| changes.class)
            .max()
            .unwrap_or_default(),
        findings: pdf.findings().iter().map(finding).collect(),
    }
}

/// A finding of the reader; its English sentence names what was found in the words of the standard.
fn finding(finding: &PdfFinding) -> Finding {
    Finding {
        check: format!("pdf.{}", finding.code),
        at: Some(finding.at),
        object: finding.object.map(|reference| reference.to_string()),
        en: format!("{} (at byte {}).", finding.what, finding.at),
        vi: format!("Cấu trúc tệp: {} (tại byte {}).", in_vietnamese(finding.code), finding.at),
    }
}

fn in_vietnamese(code: &str) -> &'static str {
    match code {
        "beyond_size" => "một đối tượng nằm ngoài phạm vi của `/Size`",
        "chain" => "chuỗi bảng tham chiếu kết thúc sớm",
        "chain_order" => "một bảng tham chiếu đứng trước phần cuối của phiên bản cũ hơn",
        "comment_after_end" => "có chú thích sau `%%EOF` cuối cùng",
        "doubled_digit" => "chữ số đầu của phần cập nhật bị lặp",
        "duplicate_key" => "một khóa xuất hiện hai lần trong một từ điển",
        "encryption" => "`/Encrypt` không phải từ điển",
        "encryption_changed" => "các phiên bản không dùng cùng một cách mã hóa",
        "encryption_permissions" => "`/Perms` mâu thuẫn với từ điển mã hóa",
        "end_marker" => "thiếu `%%EOF` sau `startxref`",
        "entry_beyond_revision" => "một mục tham chiếu trỏ vào phiên bản sau",
        "entry_format" => "một mục của bảng tham chiếu không dài đúng 20 byte theo mẫu",
        "entry_repointed" => "một mục tham chiếu trỏ vào byte của phiên bản cũ",
        "entry_type" => "một mục tham chiếu có kiểu không xác định",
        "entry_width" => "các mục của một bảng tham chiếu không chứa byte nào",
        "header_mismatch" => "một mục tham chiếu trỏ sai đối tượng",
        "leading_octets" => "có byte đứng trước `%PDF-`",
        "name_escape" => "một tên có `#` mà không có hai chữ số thập lục phân theo sau",
        "other_generation" => "một đối tượng được tham chiếu với số thế hệ khác",
        "root" => "`/Root` không trỏ tới đối tượng nào",
        "second_header" => "có phần đầu `%PDF-` thứ hai",
        "startxref_elsewhere" => "`startxref` cuối cùng không đứng sau bảng mà nó trỏ tới",
        "startxref_mismatch" => "`startxref` sau một bảng tham chiếu trỏ tới nơi khác",
        "startxref_missing" => "thiếu `startxref` sau một bảng tham chiếu",
        "syntax" => "một đối tượng viết sai cú pháp",
        "stream_extent" => "độ dài của một luồng không đúng",
        "unaccounted_octets" => "có byte không thuộc thành phần nào của tệp",
        "unlisted_object" => "một đối tượng không có trong bảng tham chiếu của phiên bản chứa nó",
        _ => "có điểm không đúng quy định",
    }
}

/// What forbids TOTAL-PASSED for the document as a whole: octets after the last signed ones that belong to nothing.
fn modified(pdf: &Pdf<'_>, signatures: &[Signature]) -> Vec<Modified> {
    let Some(end) =
        signatures.iter().filter(|signature| signature.coverage.byte_range.is_some()).map(|signature| signature.position.0).max()
    else {
        return Vec::new();
    };
    let size = u64::try_from(pdf.octets().len()).unwrap_or(u64::MAX);
    let mut found = Vec::new();
    if end < size && pdf.accounting().unaccounted_in(&(end..size)) {
        found.push(Modified(format!("byte {end}–{size}")));
    }
    found
}
