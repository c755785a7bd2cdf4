//! The report for people, in Vietnamese and English: at least what Thông tư 15/2025/TT-BKHCN Article 6 (4) asks to be shown

mod name;
mod words;

use std::collections::BTreeSet;

use super::indication::Conclusion;
use super::json::{
    CertificateReport, CertificateRole, Finding, Kind, Permission, Reason, Report, RevocationStatus, SignatureReport, TimeSource, Want,
};
use crate::time::Time;
use name::{attribute, called};
pub use words::Language;

/// More findings than this are counted, not listed; the JSON report has them all.
const MOST_FINDINGS: usize = 20;

impl Report {
    /// The report as plain text, a paragraph a signature, line feeds at the end of lines.
    pub fn to_text(&self, language: Language) -> String {
        let mut text = Text { lines: Vec::new(), language, report: self };
        text.document();
        for signature in &self.signatures {
            text.signature(signature);
        }
        text.wants();
        text.lines.join("\n") + "\n"
    }
}

/// `text` with everything that steers a terminal or turns the direction of writing made visible: names in a certificate or a form field are
/// whatever their author wrote, a line that says "valid" among them.
pub fn printable(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

struct Text<'a> {
    lines: Vec<String>,
    language: Language,
    report: &'a Report,
}

impl Text<'_> {
    fn push(&mut self, line: impl AsRef<str>) {
        self.lines.push(printable(line.as_ref()));
    }

    fn line(&mut self, vi: &'static str, en: &'static str, value: impl std::fmt::Display) {
        self.push(format!("  {}: {value}", self.language.of(vi, en)));
    }

    fn document(&mut self) {
        let (language, report) = (self.language, self.report);
        let name = report.inputs.document.name.as_deref().unwrap_or("-");
        let conclusion = &report.conclusion;
        let conclusion = Conclusion { indication: conclusion.indication, sub_indication: conclusion.sub_indication };
        self.push(format!("{}: {name}", language.of("Tài liệu", "Document")));
        self.push(format!("{}: {}", language.of("Kết luận", "Verdict"), language.verdict(conclusion)));
        self.reasons(&report.conclusion.reasons);
        self.line("Số chữ ký", "Signatures", report.document.signatures);
        self.line("Thời điểm kiểm tra", "Checked at", language.time(report.inputs.time));
        if let Some(existence) = report.inputs.existence {
            self.line("Tài liệu đã tồn tại vào lúc", "Known to have existed at", language.time(existence));
        }
        self.line("Chính sách kiểm tra", "Validation policy", &report.inputs.policy.id);
        self.line("SHA-256", "SHA-256", report.inputs.document.sha256.trim_start_matches("sha256:"));
        if report.document.unaccounted_bytes > 0 {
            self.line("Số byte không thuộc cấu trúc tệp", "Bytes outside the file's structure", report.document.unaccounted_bytes);
        }
        self.findings(&report.document.findings);
    }

    fn reasons(&mut self, reasons: &[Reason]) {
        let mut told = BTreeSet::new();
        for reason in reasons {
            // One sentence may stand for several faults, which the JSON report tells apart.
            let line = format!("  - {} [{}]", self.language.of(&reason.vi, &reason.en), reason.check);
            if told.insert(line.clone()) {
                self.push(line);
            }
        }
    }

    fn findings(&mut self, findings: &[Finding]) {
        for finding in findings.iter().take(MOST_FINDINGS) {
            self.line("Lưu ý", "Note", self.language.of(&finding.vi, &finding.en));
        }
        let more = findings.len().saturating_sub(MOST_FINDINGS);
        if more > 0 {
            self.line("Lưu ý khác, có trong báo cáo JSON", "Further notes, in the JSON report", more);
        }
    }

    fn signature(&mut self, signature: &SignatureReport) {
        let language = self.language;
        let conclusion = Conclusion { indication: signature.indication, sub_indication: signature.sub_indication };
        let field = signature.field.as_deref().map_or(String::new(), |field| format!(" ({field})"));
        self.push("");
        self.push(format!("{} {}{field}", language.kind(signature.kind), signature.id));
        self.line("Kết luận", "Verdict", language.verdict(conclusion));
        self.reasons(&signature.reasons);
        if let Some(conditional) = signature.if_claimed_time.filter(|conditional| *conditional != conclusion) {
            let (vi, en) = ("Nếu chứng minh được thời điểm ký đã ghi", "If the claimed signing time were proven");
            self.line(vi, en, language.verdict(conditional));
        }
        self.signer(signature);
        self.issuer(signature);
        self.times(signature);
        self.validity(signature);
        self.line("Tính toàn vẹn", "Integrity", language.integrity(signature.integrity));
        self.coverage(signature);
        self.technique(signature);
    }

    fn signer(&mut self, signature: &SignatureReport) {
        let language = self.language;
        let (vi, en) = if is_timestamp(signature.kind) {
            ("Tổ chức cấp dấu thời gian", "Timestamping authority")
        } else {
            ("Người ký", "Signer")
        };
        let Some(signer) = &signature.signer else {
            self.line(vi, en, language.of("không xác định được", "not known"));
            return;
        };
        let subject = &signer.subject;
        self.line(vi, en, subject.common_name.as_deref().unwrap_or(&subject.dn));
        let kind = language.signer_kind(signer.kind).unwrap_or(language.of("không xác định được", "not known"));
        let why = language.signer_kind_reason(signer.kind_reason);
        self.line("Loại chủ thể", "Kind of subject", format!("{kind} ({why})"));
        for (vi, en, value) in [("Chức vụ", "Title", &subject.title), ("Cơ quan, tổ chức", "Organisation", &subject.organisation)]
        {
            if let Some(value) = value {
                self.line(vi, en, value);
            }
        }
        for id in &subject.ids {
            self.push(format!("  {}: {}", id.kind, id.value));
        }
    }

    /// Who issued the signer's certificate, which body answers for it, and whom the relying party trusts for it.
    fn issuer(&mut self, signature: &SignatureReport) {
        let Some(certificate) = signer_certificate(signature) else { return };
        let language = self.language;
        let issuer = certificate.issuer.as_str();
        let body = attribute(issuer, "O").or_else(|| attribute(issuer, "CN")).unwrap_or_else(|| issuer.to_owned());
        self.line("Tổ chức cấp chứng thư", "Certificate issued by", called(issuer));
        self.line("Cơ quan quản lý chứng thư", "Body managing the certificate", body);
        self.line("Gốc tin cậy", "Trust anchor", self.anchor(signature));
        self.line("Số hiệu chứng thư", "Certificate serial number", &certificate.serial);
        let period = format!("{} – {}", language.time(certificate.not_before), language.time(certificate.not_after));
        self.line("Thời hạn của chứng thư", "Certificate validity period", period);
    }

    /// The anchor with its store and its track, as the relying party calls them.
    fn anchor(&self, signature: &SignatureReport) -> String {
        let mut anchors = self.report.inputs.trust_anchors.iter();
        let anchor = anchors
            .find(|anchor| Some(&anchor.sha256) == signature.anchor.as_ref() && Some(&anchor.store) == signature.anchor_store.as_ref());
        match anchor {
            None => self.language.of("không có đường dẫn tới tổ chức được tin cậy", "no path to a trusted authority").to_owned(),
            Some(anchor) => {
                let track = anchor.track.as_ref().map_or(String::new(), |track| format!(", {track}"));
                format!("{} ({} {}{track})", called(&anchor.subject), self.language.of("kho", "store"), anchor.store)
            }
        }
    }

    fn times(&mut self, signature: &SignatureReport) {
        let (language, times) = (self.language, &signature.times);
        let claimed = times.claimed.map_or_else(|| language.of("không ghi", "not stated").to_owned(), |claimed| language.time(claimed));
        if is_timestamp(signature.kind) {
            self.line("Thời điểm trên dấu thời gian", "Time stated", claimed);
            return;
        }
        let by_whom = times.claimed.map_or("", |_| language.of(" (do người ký ghi)", " (as the signer claims)"));
        self.line("Thời điểm ký", "Signing time", format!("{claimed}{by_whom}"));
        for timestamp in &signature.timestamps {
            let time = timestamp.time.map_or_else(|| "-".to_owned(), |time| language.time(time));
            let authority = timestamp.authority.as_deref().map_or(String::new(), |dn| format!(", {}", called(dn)));
            let conclusion = Conclusion { indication: timestamp.indication, sub_indication: timestamp.sub_indication };
            let verdict = language.verdict(conclusion);
            self.line("Dấu thời gian", "Timestamp", format!("{} {time}{authority}: {verdict}", timestamp.id));
        }
        let proof = match times.source {
            TimeSource::ValidationTime => language.of("không có", "none").to_owned(),
            source => format!("{} ({})", language.time(times.best_signature_time), language.time_source(source)),
        };
        self.line("Bằng chứng về thời điểm ký", "Proof of the signing time", proof);
    }

    /// Whether the signer's certificate was valid when it signed, and whether it is now.
    fn validity(&mut self, signature: &SignatureReport) {
        let Some(certificate) = signer_certificate(signature) else { return };
        let language = self.language;
        let times = &signature.times;
        let (signing_time, label) = match times.source {
            _ if is_timestamp(signature.kind) => {
                (times.claimed, ("Hiệu lực của chứng thư tại thời điểm trên dấu thời gian", "Certificate at the time stated"))
            }
            TimeSource::ValidationTime => {
                (times.claimed, ("Hiệu lực của chứng thư tại thời điểm ký đã ghi", "Certificate at the claimed signing time"))
            }
            _ => {
                (Some(times.best_signature_time), ("Hiệu lực của chứng thư tại thời điểm ký", "Certificate at the proven time of signing"))
            }
        };
        let not_known = || language.of("không xác định được, vì không rõ thời điểm ký", "not known, as the signing time is not").to_owned();
        let at_signing = signing_time.map_or_else(not_known, |time| self.validity_at(signature, certificate, time.0));
        self.line(label.0, label.1, at_signing);
        let at_checking = self.validity_at(signature, certificate, self.report.inputs.time.0);
        self.line("Hiệu lực của chứng thư khi kiểm tra", "Certificate when checked", at_checking);
    }

    fn validity_at(&self, signature: &SignatureReport, certificate: &CertificateReport, time: Time) -> String {
        let language = self.language;
        let period = if time < certificate.not_before.0 {
            language.of("chưa có hiệu lực", "not yet valid")
        } else if time > certificate.not_after.0 {
            language.of("đã hết hạn", "expired")
        } else {
            language.of("còn thời hạn", "within its validity period")
        };
        format!("{period}, {}", self.revocation_at(signature, certificate, time))
    }

    fn revocation_at(&self, signature: &SignatureReport, certificate: &CertificateReport, time: Time) -> String {
        let language = self.language;
        let unknown = || {
            let (vi, en) = ("CẢNH BÁO: không kiểm tra được việc thu hồi", "WARNING: revocation could not be checked");
            language.of(vi, en).to_owned()
        };
        let Some(status) = signature.revocation.iter().find(|status| status.certificate == certificate.id) else { return unknown() };
        match (status.status, status.revoked_at) {
            (RevocationStatus::Unknown, _) => unknown(),
            (RevocationStatus::Good, _) => {
                let told = status.this_update.map_or(String::new(), |told| language.as_told_at(told));
                format!("{}{told}", language.of("không bị thu hồi", "not revoked"))
            }
            (RevocationStatus::Revoked, Some(since)) if since.0 > time => language.revoked_later(since, status.reason.as_deref()),
            (RevocationStatus::Revoked, since) => language.revoked(since, status.reason.as_deref()),
        }
    }

    fn coverage(&mut self, signature: &SignatureReport) {
        let language = self.language;
        let coverage = &signature.coverage;
        let covers = match (coverage.whole_document, coverage.revision, coverage.revisions) {
            (true, ..) => language.of("toàn bộ tệp", "the whole file").to_owned(),
            (false, Some(revision), Some(revisions)) => language.revision(revision, revisions),
            _ => language.of("không phải toàn bộ tệp", "not the whole file").to_owned(),
        };
        self.line("Phạm vi ký", "Covers", covers);
        let names: Vec<&str> = coverage.references.iter().filter_map(|reference| reference.name.as_deref()).collect();
        if !names.is_empty() {
            self.line("Tệp đính kèm được ký", "Attachments signed", names.join(", "));
        }
        let Some(modifications) = &signature.modifications else { return };
        if modifications.permission != Permission::Unrestricted {
            self.line("Người ký cho phép", "The signer allows", language.permission(modifications.permission));
        }
        let mut class = language.change_class(modifications.class).to_owned();
        // A timestamp proves octets: what came later is no breach of it.
        if !modifications.permitted && !is_timestamp(signature.kind) {
            class.push_str(language.of(", KHÔNG được phép", ", NOT permitted"));
        }
        self.line("Thay đổi sau khi ký", "Changed after signing", class);
    }

    fn technique(&mut self, signature: &SignatureReport) {
        let language = self.language;
        self.line("Định dạng", "Format", language.format(signature));
        if let Some(algorithms) = &signature.algorithms {
            let bits = if algorithms.key_bits == 0 { String::new() } else { format!(", {} bit", algorithms.key_bits) };
            self.line("Thuật toán", "Algorithm", format!("{}{bits}", algorithms.signature));
        }
    }

    fn wants(&mut self) {
        if self.report.wants.is_empty() {
            return;
        }
        self.push("");
        self.push(self.language.of("Còn thiếu để kết luận:", "Missing for a conclusion:"));
        for want in &self.report.wants {
            self.push(format!("  - {}", self.want(want)));
        }
    }

    fn want(&self, want: &Want) -> String {
        let language = self.language;
        let mut certificates = self.report.signatures.iter().flat_map(|signature| &signature.certificates);
        let subject = certificates.find(|certificate| certificate.id == want.subject).map(|certificate| called(&certificate.subject));
        let of_whom = match subject {
            Some(subject) => format!("{}{subject}", language.of(" cho chứng thư của ", " for the certificate of ")),
            None if want.subject.starts_with("sha256:") => {
                format!("{}{}", language.of(" cho chứng thư ", " for the certificate "), want.subject)
            }
            None => String::new(),
        };
        let from = want.url.as_deref().map_or(String::new(), |url| format!(": {url}"));
        format!("{}{of_whom}{from}", language.want(want.kind))
    }
}

fn is_timestamp(kind: Kind) -> bool {
    matches!(kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp)
}

fn signer_certificate(signature: &SignatureReport) -> Option<&CertificateReport> {
    signature.certificates.iter().find(|certificate| certificate.role == CertificateRole::Signer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_write_lines_or_steer_the_terminal() {
        assert_eq!(printable("Ủy ban\n  Kết luận: HỢP LỆ\x1b[2J\u{202e}"), "Ủy ban\u{fffd}  Kết luận: HỢP LỆ\u{fffd}[2J\u{fffd}");
        assert_eq!(printable("Nguyễn Văn A – 22/11/2026"), "Nguyễn Văn A – 22/11/2026");
    }
}
