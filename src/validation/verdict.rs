//! EN 319 102-1 §5.1 — the verdict on a document: every signature judged, the worst of them told

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::basic_signature::Basic;
use super::claimed_time::claimed_time;
use super::cryptographic_verification::cryptographic_verification;
use super::level::level;
use super::long_term::{concerns, long_term};
use super::proof_of_existence::{ProofsOfExistence, covered};
use super::signature_acceptance::acceptable_until;
use super::signer::signer;
use super::time_stamp::{Found as Numbered, TimeStamp, Whose, own_id, time_stamps};
use crate::context::{Context, Evidence, TrustAnchor};
use crate::format::signature::{Role, Signature};
use crate::format::{Found, Modified};
use crate::path::{Budgets, Cache, certificate_id};
use crate::pki::Certificate;
use crate::report::json::{
    Algorithms, AnchorKind, CertificateReport, CertificateRole, DocumentConclusion, EvidenceKind, InputAnchor, InputDetached,
    InputDocument, InputEvidence, InputPolicy, Inputs, Kind, Origin, Reason, Report, SCHEMA, SignatureReport, TimeSource, Times,
    TimestampReport, Tool, Want,
};
use crate::report::{Block, Conclusion, Fact, Indication, checks};

checks! {
    SIGNATURE_PRESENT = "verdict.signature_present", "EN 319 102-1 §5.1.3", NoSignature(None),
        "The document has no signature.", "Tài liệu không có chữ ký.";
    ENTRIES_PASSED = "verdict.entries_passed", "EN 319 102-1 §5.1.3", Indeterminate(SigConstraintsFailure),
        "The worst of the signatures, {worst}, is {conclusion}.", "Chữ ký có kết quả xấu nhất, {worst}, là {conclusion}.";
    NOT_MODIFIED = "verdict.document_not_modified", "EN 319 102-1 §5.1.3", Indeterminate(SigConstraintsFailure),
        "The document has parts that no signature accounts for: {what}.", "Tài liệu có phần không chữ ký nào xác nhận: {what}.";
}

/// By signature and certificate.
type Verified = BTreeMap<(String, [u8; 32]), Arc<Block>>;

/// What one verdict works with.
pub(crate) struct Session<'a> {
    /// The relying party's side.
    pub context: &'a Context<'a>,
    /// Everything embedded and supplied.
    pub evidence: Evidence,
    /// What may still be spent.
    pub budgets: Budgets<'a>,
    /// Which signature values hold: it is asked for what a timestamp proves, and for the verdict.
    verified: RefCell<Verified>,
}

impl Session<'_> {
    /// [`cryptographic_verification`] of the signature `id`, once.
    pub(super) fn verified(&self, signature: &Signature, id: &str, certificate: &Certificate) -> Arc<Block> {
        let mut verified = self.verified.borrow_mut();
        let of_certificate = verified.entry((id.to_owned(), certificate.sha256()));
        Arc::clone(of_certificate.or_insert_with(|| cryptographic_verification(signature, id, certificate).into()))
    }
}

/// The report on what a format found in a document, and all the evidence that there was.
pub(crate) fn verdict(
    document: InputDocument,
    detached: Vec<InputDetached>,
    found: Found,
    context: &Context<'_>,
    cache: Option<&Cache>,
) -> (Report, Evidence) {
    let mut evidence = Evidence::none();
    for signature in &found.signatures {
        embedded(&mut evidence, signature);
    }
    evidence.extend(&found.evidence);
    evidence.extend(context.evidence);
    let session = Session { context, evidence, budgets: Budgets::of(context, cache), verified: RefCell::default() };
    let mut wants = found.wants;
    let numbered = numbered(&found.signatures);
    let judged = Judged::of(&session, &numbered);
    let entries: Vec<SignatureReport> =
        (0..numbered.len()).filter_map(|position| signature_report(&session, &judged, position, &mut wants)).collect();
    wants.sort();
    wants.dedup();
    let mut document_facts = found.document;
    document_facts.signatures = count(entries.iter().filter(|entry| is_counted(entry.kind)).count());
    document_facts.covered_by_valid_signature = entries.iter().any(covers_by_passing);
    let conclusion = document_conclusion(&entries, found.opening, found.listing, &found.modified);
    let report = Report {
        schema: SCHEMA.into(),
        tool: Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
        inputs: inputs(document, detached, &session),
        conclusion,
        document: document_facts,
        signatures: entries,
        wants,
    };
    (report, session.evidence)
}

/// The document's timestamps with their verdicts, and what they prove.
struct Judged<'a> {
    found: &'a [Numbered<'a>],
    stamps: Vec<TimeStamp<'a>>,
    proofs: ProofsOfExistence,
}

impl<'a> Judged<'a> {
    fn of(session: &Session<'_>, found: &'a [Numbered<'a>]) -> Self {
        let mut proofs = ProofsOfExistence::supplied(session.context.existence, found, &session.evidence);
        let stamps = time_stamps(session, found, &mut proofs);
        Self { found, stamps, proofs }
    }

    /// The verdict on the entry at `position`.
    fn verdict(&self, session: &Session<'_>, position: usize) -> Option<(Block, Basic)> {
        match self.own(&self.found.get(position)?.id) {
            Some(stamp) => Some((Block::clone(&stamp.block), stamp.basic.clone())),
            None => long_term(session, self.found, position, &self.stamps, &self.proofs),
        }
    }

    /// The timestamp that is the entry `id`.
    fn own(&self, id: &str) -> Option<&TimeStamp<'a>> {
        self.stamps.iter().find(|stamp| stamp.whose == Whose::Document && stamp.id == id)
    }

    /// The timestamps on, before and over the signature at `position`.
    fn concerning(&self, position: usize) -> impl Iterator<Item = &TimeStamp<'a>> {
        self.stamps.iter().filter(move |stamp| concerns(stamp, self.found, position))
    }
}

fn embedded(evidence: &mut Evidence, signature: &Signature) {
    for certificate in &signature.certificates {
        evidence.add_certificate(certificate.clone(), Origin::Embedded);
    }
    for crl in &signature.crls {
        evidence.add_crl(crl.clone(), Origin::Embedded);
    }
    for response in &signature.ocsp_responses {
        evidence.add_ocsp_response(response.clone(), Origin::Embedded);
    }
    // A timestamp's own timestamps are not looked for: one level.
    for timestamp in signature.timestamps.iter().chain(&signature.content_timestamps) {
        embedded(evidence, timestamp);
    }
}

/// Ids by end of what is signed, then by position: `S1`, `S2`, ..; timestamps `T1`, `T2`, ..
fn numbered(signatures: &[Signature]) -> Vec<Numbered<'_>> {
    let mut ordered: Vec<(usize, &Signature)> = signatures.iter().enumerate().collect();
    ordered.sort_by_key(|(_, signature)| signature.position);
    let (mut signature_count, mut timestamp_count) = (0_u64, 0_u64);
    let mut named = Vec::with_capacity(ordered.len());
    for (index, signature) in ordered {
        let (letter, counter) = match signature.kind {
            Kind::DocumentTimestamp | Kind::ContainerTimestamp => ('T', &mut timestamp_count),
            _ => ('S', &mut signature_count),
        };
        *counter = counter.saturating_add(1);
        named.push(Numbered { id: format!("{letter}{counter}"), index, signature });
    }
    named
}

fn signature_report(session: &Session<'_>, judged: &Judged<'_>, position: usize, wants: &mut Vec<Want>) -> Option<SignatureReport> {
    let context = session.context;
    let Numbered { id, signature, .. } = judged.found.get(position)?;
    let (mut block, basic) = judged.verdict(session, position)?;
    // A timestamp states its time and claims none.
    let claimed = match judged.own(id) {
        Some(_) => None,
        None => claimed_time(session, judged.found, position, &judged.stamps, &judged.proofs, (&block, &basic)),
    };
    let if_claimed_time = claimed.as_ref().map(|claimed| claimed.conclusion);
    if let Some(claimed) = claimed {
        block = Block::run_after(block, |r| r.attach(claimed));
    }
    let paths = judged.concerning(position).filter_map(|stamp| stamp.basic.path.as_ref()).chain(&basic.path);
    wants.extend(paths.flat_map(|path| &path.wants).cloned());
    wants.extend(super::context_initialisation::wanted(session, signature, id));
    let best = judged.proofs.of(id).filter(|proof| proof.time < context.time);
    let (best_signature_time, source) = best.map_or((context.time, TimeSource::ValidationTime), |proof| (proof.time, proof.source));
    let content_times = judged.concerning(position).filter(|stamp| matches!(stamp.whose, Whose::Content(_)));
    let path = basic.path.as_ref();
    let anchor = path.and_then(|path| path.anchor.as_ref());
    Some(SignatureReport {
        kind: signature.kind,
        format: signature.format,
        container: signature.container.map(Into::into),
        level: level(session, judged.found, position, &judged.stamps, &basic),
        profile: signature.profile.map(Into::into),
        field: signature.field.clone(),
        sub_filter: signature.sub_filter.clone(),
        indication: block.conclusion.indication,
        sub_indication: block.conclusion.sub_indication,
        reasons: Reason::all_of(&block),
        if_claimed_time,
        integrity: basic.integrity,
        coverage: signature.coverage.clone(),
        modifications: signature.modifications.clone(),
        signer: basic.certificate.as_ref().map(signer),
        certificates: certificates(signature, &basic),
        anchor: anchor.map(TrustAnchor::id),
        anchor_store: anchor.map(|anchor| anchor.store.clone()),
        anchor_track: anchor.and_then(|anchor| anchor.track.clone()),
        times: Times {
            claimed: signature.stated_time.or(signature.claimed_time).map(Into::into),
            not_before_proof: content_times.filter_map(TimeStamp::proven).max().map(Into::into),
            best_signature_time: best_signature_time.into(),
            source,
        },
        algorithms: algorithms(session, signature, basic.certificate.as_ref()),
        revocation: path.map(|path| path.revocation.clone()).unwrap_or_default(),
        timestamps: judged.concerning(position).map(|stamp| timestamp_report(judged, stamp)).collect(),
        checks: block,
        id: id.clone(),
    })
}

fn certificates(signature: &Signature, basic: &Basic) -> Vec<CertificateReport> {
    let path: &[Certificate] = basic.path.as_ref().map_or(&[], |path| &path.path);
    let mut listed: Vec<CertificateReport> = Vec::new();
    let mut list = |certificate: &Certificate, role| {
        let id = certificate_id(certificate);
        if !listed.iter().any(|known| known.id == id) {
            listed.push(certificate_report(certificate, id, role));
        }
    };
    if let Some(certificate) = &basic.certificate {
        list(certificate, CertificateRole::Signer);
    }
    for certificate in path.iter().skip(1) {
        list(certificate, CertificateRole::Intermediate);
    }
    if let Some(certificate) = basic.path.as_ref().and_then(|path| path.anchor.as_ref()?.certificate.as_ref()) {
        list(certificate, CertificateRole::Anchor);
    }
    for certificate in &signature.certificates {
        list(certificate, CertificateRole::Other);
    }
    listed
}

fn certificate_report(certificate: &Certificate, id: String, role: CertificateRole) -> CertificateReport {
    CertificateReport {
        id,
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        serial: Fact::Hex(certificate.serial().to_vec()).to_text().into_owned(),
        not_before: certificate.not_before().into(),
        not_after: certificate.not_after().into(),
        role,
    }
}

fn algorithms(session: &Session<'_>, signature: &Signature, certificate: Option<&Certificate>) -> Option<Algorithms> {
    let value = signature.value.as_ref()?;
    let key = certificate.and_then(|certificate| certificate.public_key().ok());
    let policy = session.context.policy;
    Some(Algorithms {
        signature: value.algorithm.to_string(),
        digest: value.digest_algorithm.map_or_else(|| "unknown".into(), |digest| digest.name().into()),
        key_bits: key.and_then(|key| key.bits()).unwrap_or(0),
        acceptable_until: key.and_then(|key| acceptable_until(signature, value, key, policy)).map(Into::into),
    })
}

fn timestamp_report(judged: &Judged<'_>, stamp: &TimeStamp<'_>) -> TimestampReport {
    let (kind, covers) = match stamp.whose {
        Whose::Signature(of) => (kind_on_signature(stamp.signature.covers.role), covered_on_signature(judged, stamp, of)),
        Whose::Content(of) => ("content_timestamp", judged.found.get(of).map(|one| one.id.clone()).into_iter().collect()),
        Whose::Document => ("document_timestamp", covered(stamp.signature, judged.found).map(|one| one.id.clone()).collect()),
    };
    TimestampReport {
        id: stamp.id.clone(),
        kind: kind.into(),
        time: stamp.signature.stated_time.map(Into::into),
        indication: stamp.block.conclusion.indication,
        sub_indication: stamp.block.conclusion.sub_indication,
        authority: stamp.basic.certificate.as_ref().map(|certificate| certificate.subject().to_string()),
        covers,
    }
}

fn kind_on_signature(role: Role) -> &'static str {
    match role {
        Role::Value => "signature_timestamp",
        Role::References | Role::ReferencesAlone => "references_timestamp",
        Role::Archive | Role::Renewal => "archive_timestamp",
    }
}

/// The signature with those of its other timestamps, and the other signatures, that the timestamp is over.
fn covered_on_signature(judged: &Judged<'_>, stamp: &TimeStamp<'_>, of: usize) -> Vec<String> {
    let Some(signed) = judged.found.get(of) else { return Vec::new() };
    let timestamps = stamp.signature.covers.timestamps.iter().map(|index| own_id(&signed.id, *index));
    let others = covered(stamp.signature, judged.found).map(|one| one.id.clone());
    let value = Some(signed.id.clone()).filter(|_| stamp.signature.covers.role.is_on_value());
    value.into_iter().chain(timestamps).chain(others).collect()
}

fn is_counted(kind: Kind) -> bool {
    matches!(kind, Kind::Signature | Kind::CounterSignature | Kind::Unsupported)
}

/// The worst of the signatures with its reasons; timestamps count only where no signature stands.
fn document_conclusion(entries: &[SignatureReport], opening: Block, listing: Block, modified: &[Modified]) -> DocumentConclusion {
    let mut counted: Vec<&SignatureReport> = entries.iter().filter(|entry| is_counted(entry.kind)).collect();
    if counted.is_empty() {
        counted = entries.iter().filter(|entry| matches!(entry.kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp)).collect();
    }
    // Of equally grave entries the first one speaks.
    let worst = counted.iter().rev().copied().max_by_key(|entry| gravity(entry));
    let checks = Block::run("Document", "EN 319 102-1 §5.1.3", "document", |r| {
        r.require_block(opening)?;
        let ids = Fact::List(counted.iter().map(|entry| entry.id.clone().into()).collect());
        let worst = r.obtain(&SIGNATURE_PRESENT, worst, [("counted", ids)])?;
        let conclusion = worst.checks.conclusion;
        let inputs = [("worst", worst.id.clone().into()), ("conclusion", conclusion.to_string().into())];
        r.ask_or(&ENTRIES_PASSED, conclusion.is_passed(), conclusion, inputs);
        r.bind(listing);
        let what = Fact::List(modified.iter().map(|modified| modified.0.clone().into()).collect());
        r.ask(&NOT_MODIFIED, modified.is_empty(), [("what", what)]);
        Ok(())
    });
    let Conclusion { indication, sub_indication } = checks.conclusion;
    DocumentConclusion { indication, sub_indication, reasons: document_reasons(&checks, worst), checks }
}

fn gravity(entry: &SignatureReport) -> u8 {
    match entry.indication {
        Indication::TotalFailed => 2,
        Indication::Indeterminate => 1,
        Indication::TotalPassed | Indication::NoSignature => 0,
    }
}

/// Where an entry did not pass, what it says itself is told instead.
fn document_reasons(checks: &Block, worst: Option<&SignatureReport>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for step in checks.failures() {
        let told = match worst {
            Some(worst) if step.check == ENTRIES_PASSED.id => worst.reasons.clone(),
            _ => vec![Reason::of(step)],
        };
        for reason in told {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    reasons
}

fn covers_by_passing(entry: &SignatureReport) -> bool {
    let unchanged = entry.coverage.whole_document || entry.modifications.as_ref().is_some_and(|changes| changes.permitted);
    is_counted(entry.kind) && entry.indication == Indication::TotalPassed && unchanged
}

fn inputs(document: InputDocument, detached: Vec<InputDetached>, session: &Session<'_>) -> Inputs {
    let context = session.context;
    Inputs {
        document,
        detached,
        policy: InputPolicy { id: context.policy.id.clone(), sha256: context.policy.sha256() },
        trust_anchors: context.anchors.iter().map(input_anchor).collect(),
        evidence: evidence_listed(&session.evidence),
        time: context.time.into(),
        existence: context.existence.map(Into::into),
    }
}

fn input_anchor(anchor: &TrustAnchor) -> InputAnchor {
    InputAnchor {
        sha256: anchor.id(),
        kind: if anchor.certificate.is_some() { AnchorKind::Certificate } else { AnchorKind::Key },
        subject: anchor.name.to_string(),
        store: anchor.store.clone(),
        track: anchor.track.clone(),
        purposes: anchor.purposes.iter().map(ToString::to_string).collect(),
        not_before: anchor.not_before.map(Into::into),
        sunset: anchor.sunset.map(Into::into),
        path_length: anchor.constraints.path_length,
        policies: anchor.constraints.policies.iter().map(ToString::to_string).collect(),
        name_constraints: anchor.constraints.names.is_some(),
    }
}

fn evidence_listed(evidence: &Evidence) -> Vec<InputEvidence> {
    let entry = |sha256, kind, origin| InputEvidence { id: Fact::sha256(sha256).to_text().into_owned(), kind, origin };
    let certificates = evidence.certificates().map(|(piece, origin)| entry(piece.sha256(), EvidenceKind::Certificate, origin));
    let crls = evidence.crls().map(|(id, _, origin)| entry(id, EvidenceKind::Crl, origin));
    let responses = evidence.ocsp_responses().map(|(id, _, origin)| entry(id, EvidenceKind::Ocsp, origin));
    let documents = evidence.policy_documents().map(|(id, _, origin)| entry(id, EvidenceKind::PolicyDocument, origin));
    let mut listed: Vec<InputEvidence> = certificates.chain(crls).chain(responses).chain(documents).collect();
    listed.sort();
    listed
}

fn count(value: usize) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}
