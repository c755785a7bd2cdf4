//! Entries: what stands beside a derivation must agree with it

use std::collections::BTreeSet;

use serde_json::Value;

use super::derivation::{blocks, blocks_now};
use super::{Audit, conclusion, list, member_of, text};
use crate::report::indication::{Conclusion, Indication};
use crate::report::recorder::AS_OF_CLAIMED_TIME;
use crate::time::Time;

/// The classes of change, the gravest last.
pub(super) const CLASSES: [&str; 5] = ["none", "extension", "form_filling", "annotation", "other"];
/// The levels, the highest last.
const LEVELS: [&str; 5] = ["none", "B-B", "B-T", "B-LT", "B-LTA"];
/// Failures by which changes cannot be listed.
const UNLISTED: [&str; 2] = ["permitted_changes.objects_listed", "limit.changes"];

/// Whether an entry is a timestamp of its own.
pub(super) fn is_timestamp(entry: &Value) -> bool {
    matches!(text(entry, "kind"), "document_timestamp" | "container_timestamp")
}

/// The place of a class of change.
pub(super) fn class(value: &Value) -> Option<usize> {
    let class = text(value, "class");
    CLASSES.iter().position(|known| *known == class)
}

impl<'a> Audit<'a> {
    pub(super) fn entries(&mut self) {
        let report = self.report;
        let (mut signatures, mut timestamps) = (0_usize, 0_usize);
        for entry in list(report, "signatures") {
            let (letter, count) = if is_timestamp(entry) { ('T', &mut timestamps) } else { ('S', &mut signatures) };
            *count = count.saturating_add(1);
            let (id, due) = (text(entry, "id"), format!("{letter}{count}"));
            self.hold(id == due, id, format!("the next entry is {due}"));
            self.entry(id, entry);
        }
    }

    fn entry(&mut self, at: &str, entry: &'a Value) {
        let root = member_of(entry, "checks");
        self.derivation(at, root);
        self.grammar(at, text(entry, "kind"), root);
        let concluded = conclusion(entry);
        let same = concluded.is_some() && concluded == conclusion(member_of(root, "conclusion"));
        self.hold(same, at, "its verdict is not what its checks conclude");
        self.hold(text(root, "subject") == at, at, "its checks are about something else");
        let reasons = self.reasons(root);
        self.hold(list(entry, "reasons") == reasons, at, "its reasons are not the failed checks");
        self.claimed(at, entry, root, concluded);
        self.integrity(at, entry, root);
        self.certificates(at, entry);
        self.statuses(at, entry);
        self.modifications(at, entry);
        self.timestamps(at, entry);
        self.times(at, entry, root);
        self.level(at, entry);
        self.algorithms(at, entry, root);
    }

    /// Beside a verdict that is open there stands what it would be, and beside no other.
    fn claimed(&mut self, at: &str, entry: &'a Value, root: &'a Value, concluded: Option<Conclusion>) {
        let open = concluded.is_some_and(|concluded| concluded.indication == Indication::Indeterminate);
        let claimed = member_of(entry, "times").get("claimed").is_some();
        let told = entry.get("if_claimed_time");
        self.hold(told.is_none() || (open && claimed), at, "a verdict at the claimed time beside one that is not open, or without a claim");
        self.hold(told.is_some() || !open || !claimed || is_timestamp(entry), at, "no verdict at the claimed time");
        let derived =
            list(root, "steps").iter().filter_map(|step| step.get("block")).find(|block| text(block, "name") == AS_OF_CLAIMED_TIME);
        let same = told.map(conclusion) == derived.map(|block| conclusion(member_of(block, "conclusion")));
        self.hold(
            same && told.is_none_or(|told| conclusion(told).is_some()),
            at,
            "the verdict at the claimed time is not what its checks conclude",
        );
    }

    /// Digests and signature value alone.
    fn integrity(&mut self, at: &str, entry: &'a Value, root: &'a Value) {
        let named = |name: &str| blocks_now(root).into_iter().find(|block| text(block, "name") == name && text(block, "subject") == at);
        let concluded = |block: &Value| conclusion(member_of(block, "conclusion")).map(|found| found.indication);
        let due = match (named("Cryptographic verification"), named("Digests of the signed data")) {
            (Some(block), _) => match concluded(block) {
                Some(Indication::TotalPassed) => "intact",
                Some(Indication::TotalFailed) => "broken",
                _ => "unknown",
            },
            (None, Some(block)) if concluded(block) == Some(Indication::TotalFailed) => "broken",
            (None, _) => "unknown",
        };
        self.hold(text(entry, "integrity") == due, at, format!("its integrity is {due} by its checks"));
    }

    fn certificates(&mut self, at: &str, entry: &'a Value) {
        let certificates = list(entry, "certificates");
        let anchors = list(member_of(self.report, "inputs"), "trust_anchors");
        let mut listed = BTreeSet::new();
        for one in certificates {
            let id = text(one, "id");
            let known = self.evidence.contains(id) || anchors.iter().any(|anchor| text(anchor, "sha256") == id);
            self.hold(known, at, format!("the certificate {id} is neither evidence nor an anchor"));
            self.hold(listed.insert(id), at, format!("the certificate {id} is listed twice"));
            let role = text(one, "role");
            self.hold(["signer", "intermediate", "anchor", "other"].contains(&role), at, format!("a certificate as `{role}`"));
            self.hold(period(one), at, format!("the dates of the certificate {id} are none"));
        }
        let own: Vec<&Value> = certificates.iter().filter(|one| text(one, "role") == "signer").collect();
        match (entry.get("signer"), own.as_slice()) {
            (None, []) => {}
            (Some(signer), [one]) => {
                let same =
                    text(signer, "certificate") == text(one, "id") && text(member_of(signer, "subject"), "dn") == text(one, "subject");
                self.hold(same, at, "the signer is not the subject of its certificate");
            }
            _ => self.hold(false, at, "a signer without certificate, a certificate without signer, or several"),
        }
        let Some(anchor) = entry.get("anchor") else {
            let bare = ["anchor_store", "anchor_track"].iter().all(|member| entry.get(*member).is_none());
            self.hold(bare, at, "the store of no anchor");
            return;
        };
        let given = anchors.iter().any(|given| {
            given.get("sha256") == Some(anchor)
                && given.get("store") == entry.get("anchor_store")
                && given.get("track") == entry.get("anchor_track")
        });
        self.hold(given, at, "its anchor is not among those given");
        let listed: Vec<&Value> = certificates.iter().filter(|one| text(one, "role") == "anchor").collect();
        let named = listed.iter().all(|one| one.get("id") == Some(anchor));
        self.hold(named, at, "the certificate listed as anchor is another one");
    }

    fn statuses(&mut self, at: &str, entry: &'a Value) {
        let certificates: BTreeSet<&str> = list(entry, "certificates").iter().map(|one| text(one, "id")).collect();
        for status in list(entry, "revocation") {
            let (certificate, source) = (text(status, "certificate"), text(status, "source"));
            let listed = certificates.contains(certificate) || self.evidence.contains(certificate);
            self.hold(listed, at, format!("a status of {certificate}, which is nowhere"));
            self.hold(source == "none" || self.evidence.contains(source), at, format!("a status from {source}, which is no evidence"));
            let revoked = text(status, "status") == "revoked";
            let told = status.get("revoked_at").is_some() && status.get("reason").is_some();
            let bare = status.get("revoked_at").is_none() && status.get("reason").is_none();
            self.hold(if revoked { told } else { bare }, at, format!("the status of {certificate} says two things"));
        }
    }

    fn modifications(&mut self, at: &str, entry: &'a Value) {
        let Some(modifications) = entry.get("modifications") else { return };
        let changes = list(modifications, "changes");
        let gravest = changes.iter().map(class).max().unwrap_or(Some(0));
        let permitted = changes.iter().all(|change| change.get("permitted") == Some(&Value::Bool(true)));
        let told = (class(modifications), modifications.get("permitted").and_then(Value::as_bool));
        let unlisted = list(entry, "reasons").iter().any(|reason| UNLISTED.contains(&text(reason, "check")));
        // Changes that cannot be listed are of the gravest class.
        let fits = told == (gravest, Some(permitted)) || (unlisted && text(modifications, "class") == "other" && told.1 == Some(false));
        self.hold(fits && told.0.is_some(), at, "its modifications are not the sum of the changes");
    }

    fn timestamps(&mut self, at: &str, entry: &'a Value) {
        let ids = self.named();
        let entries = list(self.report, "signatures");
        for stamp in list(entry, "timestamps") {
            let (id, concluded) = (text(stamp, "id"), conclusion(stamp));
            self.hold(concluded.is_some(), at, format!("the timestamp {id} has no verdict"));
            let covers = list(stamp, "covers");
            let there = covers.iter().all(|covered| covered.as_str().is_some_and(|covered| ids.contains(&covered)));
            self.hold(there, at, format!("the timestamp {id} covers what is not there"));
            match text(stamp, "kind") {
                "document_timestamp" => {
                    let own = entries.iter().find(|other| text(other, "id") == id);
                    self.hold(own.is_some_and(|own| conclusion(own) == concluded), at, format!("{id} is an entry with another verdict"));
                    self.hold(
                        own.is_some_and(|own| member_of(own, "times").get("claimed") == stamp.get("time")),
                        at,
                        format!("{id} states another time"),
                    );
                }
                "signature_timestamp" | "references_timestamp" | "archive_timestamp" | "content_timestamp" => {
                    let about = blocks_now(member_of(entry, "checks")).into_iter().find(|block| text(block, "subject") == id);
                    let same = about.is_none_or(|block| conclusion(member_of(block, "conclusion")) == concluded);
                    self.hold(same, at, format!("the verdict on {id} is not what its checks conclude"));
                }
                kind => self.hold(false, at, format!("{id} is a `{kind}`")),
            }
        }
    }

    fn times(&mut self, at: &str, entry: &'a Value, root: &'a Value) {
        let (times, inputs) = (member_of(entry, "times"), member_of(self.report, "inputs"));
        let passed = |kind: &str| -> Vec<&str> {
            let stamps = list(entry, "timestamps").iter();
            stamps
                .filter(|one| text(one, "kind") == kind && text(one, "indication") == "TOTAL-PASSED")
                .map(|one| text(one, "time"))
                .collect()
        };
        let best = text(times, "best_signature_time");
        let proven = match text(times, "source") {
            "validation_time" => best == text(inputs, "time"),
            "supplied" => best == text(inputs, "existence"),
            // One on value and references is told as one on the value.
            "signature_timestamp" => passed("signature_timestamp").contains(&best) || passed("references_timestamp").contains(&best),
            source => passed(source).contains(&best),
        };
        self.hold(proven && Time::from_rfc3339(best).is_ok(), at, "nothing proves its best signature time");
        let begins = passed("content_timestamp").into_iter().filter_map(|time| Some((Time::from_rfc3339(time).ok()?, time))).max();
        self.hold(text(times, "not_before_proof") == begins.map_or("", |(_, time)| time), at, "nothing proves that it was not made before");
        // As of the claimed time that is one more proof, whatever else there is.
        let claimed = as_of_claimed_time(root).map(|block| (block, [best, text(times, "claimed"), text(inputs, "existence")]));
        for (root, may_be) in [(root, [best; 3])].into_iter().chain(claimed) {
            for block in blocks_now(root).into_iter().filter(|block| text(block, "combine") == "earliest" && text(block, "subject") == at) {
                let chosen = list(block, "steps").iter().find(|step| text(step, "check") == "chosen");
                let time = chosen.map_or("", |step| text(member_of(step, "inputs"), "time"));
                self.hold(may_be.contains(&time), at, "its best signature time is not the one that was chosen");
            }
        }
    }

    /// The level is structural and cannot be derived; what it needs can be looked for.
    fn level(&mut self, at: &str, entry: &'a Value) {
        let level = text(entry, "level");
        let reached = LEVELS.iter().position(|known| *known == level);
        let stamped = list(entry, "timestamps").iter().any(|stamp| text(stamp, "kind") != "content_timestamp");
        self.hold(reached.is_some_and(|reached| reached < 2 || stamped), at, format!("level {level} without a timestamp"));
        let kept = list(entry, "timestamps").iter().any(|stamp| ["document_timestamp", "archive_timestamp"].contains(&text(stamp, "kind")));
        self.hold(level != "B-LTA" || kept, at, "level B-LTA without a document or archive timestamp");
    }

    fn algorithms(&mut self, at: &str, entry: &'a Value, root: &'a Value) {
        let Some(algorithms) = entry.get("algorithms") else { return };
        for block in blocks(root).into_iter().filter(|block| text(block, "subject") == at) {
            for step in list(block, "steps") {
                let inputs = member_of(step, "inputs");
                let same = match text(step, "check") {
                    "cryptographic_verification.algorithm_implemented" | "cryptographic_verification.value_valid" => {
                        inputs.get("algorithm") == algorithms.get("signature")
                    }
                    "signature_acceptance.algorithm_reliable" => {
                        inputs.get("algorithm") == algorithms.get("signature") && inputs.get("key_bits") == algorithms.get("key_bits")
                    }
                    _ => true,
                };
                self.hold(same, at, format!("`{}` is about other algorithms", text(step, "check")));
            }
        }
    }
}

/// What the verdict would be, beside what decides it.
fn as_of_claimed_time(root: &Value) -> Option<&Value> {
    let blocks = list(root, "steps").iter().filter_map(|step| step.get("block"));
    blocks.into_iter().find(|block| text(block, "name") == AS_OF_CLAIMED_TIME)
}

fn period(certificate: &Value) -> bool {
    ["not_before", "not_after"].iter().all(|member| Time::from_rfc3339(text(certificate, member)).is_ok())
}
