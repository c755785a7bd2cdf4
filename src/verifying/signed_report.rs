//! `docs/report.md`, "Signed reports" — a validity report as the payload of a JWS: it is audited like any other before it is believed

use serde_json::Value;

use crate::crypto::DigestAlgorithm;
use crate::encoding::base64url;
use crate::encoding::jws::Jws;
use crate::format::Found;
use crate::report::json::{Finding, Report, SCHEMA};
use crate::report::{Block, Check, Fact, checks};

checks! {
    CANONICAL = "signed_report.canonical", "RFC 8785 §3", Indeterminate(SigConstraintsFailure),
        "The validity report that is signed is not written as a report in the canonical form: {what}.",
        "Báo cáo kiểm tra được ký không viết ở dạng chuẩn tắc của báo cáo.";
    HOLDS = "signed_report.holds", "EN 319 102-1 §5.1.3", Indeterminate(SigConstraintsFailure),
        "The validity report that is signed does not hold in itself: {faults}.",
        "Báo cáo kiểm tra được ký tự mâu thuẫn.";
}

/// More is not audited: an audit takes many times the octets of what it reads.
const MOST_OCTETS: usize = 16 << 20;
/// Faults told; one that is false in one place often is in many.
const MOST_FAULTS: usize = 5;

/// Says of a payload that is a validity report whether it holds, and what it says.
pub(super) fn audited(found: &mut Found, jws: &Jws<'_>, checks: &[&'static Check]) {
    let Some((octets, value)) = report(jws) else { return };
    let read = canonical(&octets);
    let faults: Vec<String> = match &read {
        Ok(report) => {
            let faults = crate::report::audit::audit(&serde_json::to_value(report).unwrap_or(Value::Null), checks);
            faults.iter().take(MOST_FAULTS).map(ToString::to_string).collect()
        }
        Err(what) => vec![what.clone()],
    };
    let word = |at: &str| value.pointer(at).and_then(Value::as_str).unwrap_or("-").to_owned();
    let (document, indication) = (word("/inputs/document/sha256"), word("/conclusion/indication"));
    if faults.is_empty() {
        found.document.findings.push(told(&document, &indication, &word("/inputs/time")));
    }
    found.listing = Block::run_after(found.listing.take(), |r| {
        let sha256 = Fact::Digest(DigestAlgorithm::Sha256, DigestAlgorithm::Sha256.digest(&octets));
        let what = read.err().unwrap_or_default();
        r.ask(&CANONICAL, what.is_empty(), [("sha256", sha256), ("what", what.into())]);
        let listed = Fact::List(faults.iter().cloned().map(Fact::from).collect());
        r.ask(&HOLDS, faults.is_empty(), [("document", document.into()), ("conclusion", indication.into()), ("faults", listed)]);
    });
}

/// The payload, where it says that it is a report.
fn report(jws: &Jws<'_>) -> Option<(Vec<u8>, Value)> {
    let text = jws.payload.as_deref()?;
    // RFC 7797: written as it is. No text in base64url begins so.
    let octets = if text.starts_with('{') { text.as_bytes().to_vec() } else { base64url::decode(text.as_bytes()).ok()? };
    // Nothing names the schema: it is not read for that.
    if !octets.contains(&b'\\') && memchr::memmem::find(&octets, SCHEMA.as_bytes()).is_none() {
        return None;
    }
    // Which report it is, is told however it is written; that it is written so that all read the same, asks the check.
    let value: Value = serde_json::from_slice(&octets).ok()?;
    (value.get("schema").and_then(Value::as_str) == Some(SCHEMA)).then_some((octets, value))
}

/// The report, as nobody can read it otherwise.
fn canonical(octets: &[u8]) -> Result<Report, String> {
    if octets.len() > MOST_OCTETS {
        return Err(format!("more than {MOST_OCTETS} octets"));
    }
    let report = Report::from_json(octets).map_err(|malformed| malformed.to_string())?;
    match report.to_canonical_json() {
        Ok(canonical) if canonical == octets => Ok(report),
        Ok(_) => Err("another order, form or white space".into()),
        Err(malformed) => Err(malformed.to_string()),
    }
}

fn told(document: &str, indication: &str, time: &str) -> Finding {
    Finding {
        check: HOLDS.id.into(),
        at: None,
        object: None,
        en: format!(
            "What is signed is a validity report on {document}: {indication} as of {time}. Every conclusion in it follows from its steps."
        ),
        vi: format!(
            "Nội dung được ký là báo cáo kiểm tra {document}: {indication} tại {time}. Mọi kết luận trong đó suy ra được từ các bước."
        ),
    }
}
