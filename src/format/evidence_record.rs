//! RFC 4998 §4.3, §5.3 — Evidence records: each timestamp over a tree that the data, or the timestamps before it, are in

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use super::cades::timestamp::timestamp;
use super::signature::{Role, Signature, SignedDatum};
use crate::crypto::DigestAlgorithm;
use crate::document::Detached;
use crate::encoding::der::{Received, to_der_sorting, write};
use crate::pki::{ArchiveTimeStamp, ArchiveTimeStampChain, EvidenceRecord};
use crate::report::json::{CoveredReference, Format, Kind};
use crate::report::{Block, Fact, Recorder, checks};
use crate::time::Time;

checks! {
    READABLE = "evidence_record.readable", "RFC 4998 §3.1", Indeterminate(SigConstraintsFailure),
        "The evidence record {name} cannot be read and proves nothing: {what}.", "Không đọc được hồ sơ bằng chứng {name}, nên nó không chứng minh được gì.";
    FORM_JUDGED = "evidence_record.form_judged", "RFC 6283 §2", Indeterminate(SigConstraintsFailure),
        "The evidence record {name} is in XML, which is not judged: it proves nothing.",
        "Hồ sơ bằng chứng {name} ở dạng XML, không được kiểm tra, nên không chứng minh được gì.";
    NOT_ENCRYPTED = "evidence_record.data_not_encrypted", "RFC 4998 §6", Indeterminate(SigConstraintsFailure),
        "The evidence record is over an encrypted form of the data, which is not at hand.",
        "Hồ sơ bằng chứng được lập trên dạng mã hóa của dữ liệu, không có ở đây.";
    ONE_ALGORITHM = "evidence_record.one_algorithm", "RFC 4998 §5.1", Failed(FormatFailure),
        "A timestamp digests with {algorithm}, and the chain that it stands in with {of_chain}.",
        "Dấu thời gian dùng {algorithm}, trong khi chuỗi chứa nó dùng {of_chain}.";
    GROUP_COMPLETE = "evidence_record.group_complete", "RFC 4998 §4.3, §5.3", Indeterminate(SigConstraintsFailure),
        "The record is over a group with {others} more objects than those that are here.",
        "Hồ sơ bằng chứng được lập trên một nhóm còn {others} đối tượng khác không có ở đây.";
    IN_ORDER = "evidence_record.in_order", "RFC 4998 §5.1", Failed(FormatFailure),
        "A timestamp of {time} renews one of {before}, which is later.", "Dấu thời gian lúc {time} gia hạn dấu lúc {before}, vốn muộn hơn.";
}

/// Something that an evidence record is to be over.
pub(crate) struct Subject<'s> {
    pub name: String,
    /// Its digest in each of its encodings, the one of the standard first; none when it is not at hand.
    digests: Box<dyn Fn(DigestAlgorithm) -> Vec<Vec<u8>> + 's>,
    /// The digests that were asked for: a large file is digested once.
    known: RefCell<BTreeMap<DigestAlgorithm, Vec<Vec<u8>>>>,
}

impl<'s> Subject<'s> {
    pub fn new(name: impl Into<String>, digests: impl Fn(DigestAlgorithm) -> Vec<Vec<u8>> + 's) -> Self {
        Self { name: name.into(), digests: Box::new(digests), known: RefCell::default() }
    }

    fn digests(&self, algorithm: DigestAlgorithm) -> Vec<Vec<u8>> {
        self.known.borrow_mut().entry(algorithm).or_insert_with(|| (self.digests)(algorithm)).clone()
    }
}

/// What a record in a file of its own holds: over every file that was given.
pub(crate) fn found(record: &EvidenceRecord, detached: &[Detached<'_>]) -> Found {
    let over = |one| Subject::new(Detached::name(one), move |algorithm| Detached::digest(one, algorithm).into_iter().collect());
    let mut subjects: Vec<Subject<'_>> = detached.iter().map(over).collect();
    if subjects.is_empty() {
        subjects.push(Subject::new("content", |_| Vec::new()));
    }
    let mut signatures = time_stamps(record, &subjects);
    let reference = |subject: &Subject<'_>| CoveredReference { uri: subject.name.clone(), node: None, name: None, share: 0.0 };
    for (position, stamp) in (0_u64..).zip(&mut signatures) {
        stamp.position = (position, 0);
        stamp.coverage.whole_document = true;
        stamp.covers.signatures = std::mem::take(&mut stamp.covers.timestamps);
        if std::mem::take(&mut stamp.covers.role) == Role::Archive {
            stamp.coverage.references = subjects.iter().map(reference).collect();
        }
    }
    Found { signatures, detached: detached.iter().map(|one| one.name().to_owned()).collect(), ..Found::nothing() }
}

/// The timestamps of the record, oldest first. Of those before it each covers what stands in `covers.timestamps`, by their positions in this list: a
/// renewal the one before, the first of a chain all of them, and the data too.
pub(crate) fn time_stamps(record: &EvidenceRecord, subjects: &[Subject<'_>]) -> Vec<Signature> {
    let mut found: Vec<Signature> = Vec::new();
    for (number, chain) in record.chains.iter().enumerate() {
        let older = record.chains.get(..number).unwrap_or_default();
        let mut before: Option<&ArchiveTimeStamp> = None;
        for stamp in &chain.time_stamps {
            let mut signature = timestamp(&stamp.token);
            signature.kind = Kind::ContainerTimestamp;
            signature.format = Format::EvidenceRecord;
            if found.is_empty() {
                // What the record brings beside its timestamps.
                signature.certificates.extend(record.certificates.iter().cloned());
                signature.crls.extend(record.crls.iter().cloned());
            }
            let earlier = found.last().and_then(|last| last.stated_time);
            let checked = signature.format_checking.clone();
            signature.format_checking = Block::run_after(checked, |r| rules(r, record, chain, stamp, earlier));
            let needed = match before {
                Some(before) => vec![renewed(stamp, before)],
                None => {
                    let older = algorithm(stamp).ok().filter(|_| !older.is_empty()).map(|algorithm| digests_of(older, algorithm));
                    subjects.iter().map(|subject| in_tree(stamp, subject, older.as_deref())).collect()
                }
            };
            if before.is_none() && subjects.len() > 1 {
                let checked = signature.format_checking.clone();
                signature.format_checking = Block::run_after(checked, |r| group(r, stamp, &needed));
            }
            put_imprint(&mut signature, stamp, &needed);
            signature.signed_data.extend(needed);
            (signature.covers.role, signature.covers.timestamps) = match before {
                Some(_) => (Role::Renewal, found.len().checked_sub(1).into_iter().collect()),
                None => (Role::Archive, (0..found.len()).collect()),
            };
            found.push(signature);
            before = Some(stamp);
        }
    }
    found
}

/// What must hold of a timestamp among the others.
fn rules(r: &mut Recorder, record: &EvidenceRecord, chain: &ArchiveTimeStampChain, stamp: &ArchiveTimeStamp, earlier: Option<Time>) {
    r.ask(&READABLE, true, []);
    r.ask(&FORM_JUDGED, true, []);
    r.ask(&NOT_ENCRYPTED, !record.is_encrypted, []);
    let of_chain = chain.time_stamps.first().map(algorithm_name).unwrap_or_default();
    let own = algorithm_name(stamp);
    r.ask(&ONE_ALGORITHM, own == of_chain, [("algorithm", own.into()), ("of_chain", of_chain.into())]);
    let time = stamp.token.info.time;
    if let Some(earlier) = earlier {
        r.ask(&IN_ORDER, earlier <= time, [("time", time.into()), ("before", earlier.into())]);
    }
}

/// §4.3, §5.3: of a group the first list has the digests of all objects and no others. One that was taken away since is missed here.
fn group(r: &mut Recorder, stamp: &ArchiveTimeStamp, needed: &[SignedDatum]) {
    let known: BTreeSet<&[u8]> = needed.iter().filter_map(|datum| datum.actual.as_deref()).collect();
    let others = stamp.groups.first().map_or(0, |first| first.iter().filter(|digest| !known.contains(digest.octets())).count());
    r.tolerate(&GROUP_COMPLETE, others == 0, [("others", others.into())]);
}

/// §4.1: the algorithm of the tree, which is that of the imprint where none is named.
fn algorithm(stamp: &ArchiveTimeStamp) -> Result<DigestAlgorithm, String> {
    let identifier = stamp.digest_algorithm.as_ref().unwrap_or(&stamp.token.info.imprint_algorithm);
    identifier.digest().ok_or_else(|| identifier.oid.to_string())
}

fn algorithm_name(stamp: &ArchiveTimeStamp) -> String {
    algorithm(stamp).map_or_else(|oid| oid, |algorithm| algorithm.name().to_owned())
}

/// §5.2: the timestamp before is renewed by its whole `timeStamp`.
fn renewed(stamp: &ArchiveTimeStamp, before: &ArchiveTimeStamp) -> SignedDatum {
    let octets = before.token.octets();
    let forms = move |algorithm: DigestAlgorithm| in_der(octets).iter().map(|form| algorithm.digest(form)).collect::<Vec<_>>();
    datum(stamp, "timestamp before".into(), forms)
}

/// §4.3 (1), (2); §5.3 (3): a datum itself, in later chains with all chains before.
fn in_tree(stamp: &ArchiveTimeStamp, subject: &Subject<'_>, older: Option<&[Vec<u8>]>) -> SignedDatum {
    let forms = |algorithm: DigestAlgorithm| {
        let digests = subject.digests(algorithm);
        let Some(older) = older else { return digests };
        // Many join the two in binary ascending order, as the digests of a group are.
        let in_both_orders = |one: &[u8], other: &[u8]| [[one, other], [other, one]].map(|pair| algorithm.digest(&pair.concat()));
        let joined = |digest: &Vec<u8>| older.iter().flat_map(|older| in_both_orders(digest, older)).collect::<Vec<_>>();
        digests.iter().flat_map(joined).collect()
    };
    datum(stamp, subject.name.clone(), forms)
}

/// The chains as a sequence of their own, digested.
fn digests_of(chains: &[ArchiveTimeStampChain], algorithm: DigestAlgorithm) -> Vec<Vec<u8>> {
    let chains: Vec<&[u8]> = chains.iter().map(|chain| chain.received.octets()).collect();
    in_der(&write::sequence(&chains)).iter().map(|form| algorithm.digest(form)).collect()
}

/// As received, and in DER with sets in the order received and sorted: what was hashed is one of them.
pub(crate) fn in_der(octets: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![octets.to_vec()];
    for levels in [0, usize::MAX] {
        if let Some((der, _)) = to_der_sorting(octets, levels).ok().filter(|(der, _)| !forms.contains(der)) {
            forms.push(der);
        }
    }
    forms
}

/// What stands in the first group of the tree; without a tree, what the timestamp itself is over.
fn datum(stamp: &ArchiveTimeStamp, name: String, forms: impl Fn(DigestAlgorithm) -> Vec<Vec<u8>>) -> SignedDatum {
    let algorithm = algorithm(stamp);
    let first: Vec<&[u8]> = match stamp.groups.first() {
        Some(group) => group.iter().map(Received::octets).collect(),
        None => vec![stamp.token.info.imprint.octets()],
    };
    let digests = algorithm.as_ref().map(|algorithm| forms(*algorithm)).unwrap_or_default();
    let among = digests.iter().find(|digest| first.contains(&&***digest));
    let expected = among.map_or_else(|| first.first().map_or_else(Vec::new, |first| first.to_vec()), Clone::clone);
    SignedDatum { name, algorithm, expected, actual: among.or(digests.first()).cloned() }
}

/// The root of the tree, §4.3 (3); without a tree the one datum.
fn put_imprint(signature: &mut Signature, stamp: &ArchiveTimeStamp, needed: &[SignedDatum]) {
    let Some(imprint) = signature.signed_data.first_mut() else { return };
    imprint.actual = match (stamp.groups.is_empty(), algorithm(stamp)) {
        (false, Ok(algorithm)) => root(algorithm, &stamp.groups),
        _ => needed.first().and_then(|datum| datum.actual.clone()),
    };
}

/// Groups are joined in binary ascending order and digested; one digest alone stands for itself (§4.2).
fn root(algorithm: DigestAlgorithm, groups: &[Vec<Received>]) -> Option<Vec<u8>> {
    let mut root: Option<Vec<u8>> = None;
    for group in groups {
        let mut digests: Vec<&[u8]> = group.iter().map(Received::octets).chain(root.as_deref()).collect();
        digests.sort_unstable();
        root = Some(match digests.as_slice() {
            [one] => one.to_vec(),
            several => algorithm.digest(&several.concat()),
        });
    }
    root
}

/// An entry that stands for a record which is not judged.
pub(crate) fn not_judged(name: &str, why: NotJudged) -> Signature {
    let name = || Fact::from(name.to_owned());
    let format_checking = Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| match why {
        NotJudged::Unreadable(what) => r.require(&READABLE, false, [("name", name()), ("what", what.into())]),
        NotJudged::Xml => r.require(&FORM_JUDGED, false, [("name", name())]),
    });
    Signature { format_checking, ..Signature::new(Kind::ContainerTimestamp, Format::EvidenceRecord) }
}

/// Why a record is not judged.
pub(crate) enum NotJudged {
    /// It cannot be read.
    Unreadable(String),
    /// It is one of RFC 6283.
    #[cfg_attr(not(feature = "asic"), allow(dead_code, reason = "a file of its own is one of RFC 4998 or of another kind"))]
    Xml,
}
