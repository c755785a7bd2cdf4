//! The report on a certification path for people, in Vietnamese and English

use kyso::Context;
use kyso::context::{Purpose, TrustAnchor};
use kyso::path::PathReport;
use kyso::pki::Certificate;
use kyso::report::fact::Fact;
use kyso::report::json::{Reason, RevocationStatus, Want, WantKind};
use kyso::report::text::{Language, printable};

use crate::lang;

/// A report with what it is about.
pub struct PathText<'a> {
    pub report: &'a PathReport,
    pub target: &'a Certificate,
    pub context: &'a Context<'a>,
    pub purpose: Purpose,
}

impl PathText<'_> {
    /// Lines, each with a line feed at its end.
    pub fn to_text(&self, language: Language) -> String {
        let mut text = Lines { language, lines: Vec::new() };
        self.conclusion(&mut text);
        self.path(&mut text);
        self.policies(&mut text);
        self.revocation(&mut text);
        self.wants(&mut text);
        text.lines.join("\n") + "\n"
    }

    fn conclusion(&self, text: &mut Lines) {
        text.push(format!("{}: {}", text.of("Chứng thư", "Certificate"), self.target.subject()));
        let verdict =
            if self.report.valid { text.of("HỢP LỆ", "VALID") } else { text.of("KHÔNG ĐƯỢC CHẤP NHẬN", "NOT ACCEPTED") };
        text.push(format!("{}: {verdict} [{}]", text.of("Kết luận", "Verdict"), self.report.checks.conclusion));
        for Reason { check, en, vi } in &self.report.reasons {
            text.push(format!("  - {} [{check}]", text.of(vi, en)));
        }
        text.line("Mục đích", "Purpose", lang::purpose(self.purpose, text.language));
        text.line("Thời điểm kiểm tra", "Checked at", self.context.time);
        text.line("Chính sách kiểm tra", "Validation policy", &self.context.policy.id);
    }

    /// The certificates from the target to the anchor.
    fn path(&self, text: &mut Lines) {
        if self.report.path.is_empty() {
            text.line("Đường dẫn chứng thực", "Certification path", text.of("không có", "none"));
            return;
        }
        text.push(format!("  {}:", text.of("Đường dẫn chứng thực", "Certification path")));
        let last = self.report.path.len();
        for (number, id) in (1_usize..).zip(&self.report.path) {
            let anchor = self.context.anchors.iter().find(|anchor| number == last && anchor.id() == *id);
            let role = anchor.map_or(String::new(), |anchor| format!(" ({})", anchor_in_words(text, anchor)));
            text.push(format!("    {number}. {}{role}", self.subject(id)));
            text.push(format!("       {id}"));
        }
    }

    fn policies(&self, text: &mut Lines) {
        if !self.report.user_constrained_policies.is_empty() {
            text.line("Chính sách chứng thư", "Certificate policies", self.report.user_constrained_policies.join(", "));
        }
    }

    fn revocation(&self, text: &mut Lines) {
        for status in &self.report.revocation {
            let said = match status.status {
                RevocationStatus::Good => text.of("chưa bị thu hồi", "not revoked").to_owned(),
                RevocationStatus::Unknown => text.of("không xác định được", "not known").to_owned(),
                RevocationStatus::Revoked => {
                    let since = status.revoked_at.map_or(String::new(), |since| format!(" {} {}", text.of("từ", "since"), since.0));
                    let reason = status.reason.as_deref().map_or(String::new(), |reason| format!(" ({reason})"));
                    format!("{}{since}{reason}", text.of("ĐÃ BỊ THU HỒI", "REVOKED"))
                }
            };
            let told = status
                .this_update
                .map_or(String::new(), |told| format!(", {} {}", text.of("theo dữ liệu phát hành lúc", "as published at"), told.0));
            text.line("Trạng thái thu hồi", "Revocation status", format!("{}: {said}{told}", self.subject(&status.certificate)));
        }
    }

    fn wants(&self, text: &mut Lines) {
        for Want { kind, url, subject, .. } in &self.report.wants {
            let kind = wanted(text, *kind);
            let from = url.as_deref().map_or(String::new(), |url| format!(": {url}"));
            text.line("Còn thiếu", "Missing", format!("{kind} {} {}{from}", text.of("cho", "for"), self.subject(subject)));
        }
    }

    /// The subject of the certificate of that id, or the id.
    fn subject(&self, id: &str) -> String {
        let is = |certificate: &Certificate| Fact::sha256(certificate.sha256()).to_text() == id;
        let known = [self.target].into_iter().chain(self.context.evidence.certificates().map(|(certificate, _)| certificate));
        let subject = known.into_iter().find(|certificate| is(certificate)).map(|certificate| certificate.subject().to_string());
        let anchor = || self.context.anchors.iter().find(|anchor| anchor.id() == id).map(|anchor| anchor.name.to_string());
        subject.or_else(anchor).unwrap_or_else(|| id.to_owned())
    }
}

fn wanted(text: &Lines, kind: WantKind) -> &'static str {
    let (vi, en) = match kind {
        WantKind::Certificate => ("chứng thư của tổ chức phát hành", "the issuer's certificate"),
        WantKind::Crl => ("danh sách chứng thư bị thu hồi", "a revocation list"),
        WantKind::Ocsp => ("phản hồi OCSP", "an OCSP response"),
        WantKind::Timestamp | WantKind::SignedData | WantKind::PolicyDocument | WantKind::Password => ("dữ liệu", "data"),
    };
    text.of(vi, en)
}

fn anchor_in_words(text: &Lines, anchor: &TrustAnchor) -> String {
    let track = anchor.track.as_ref().map_or(String::new(), |track| format!(", {track}"));
    format!("{}: {} {}{track}", text.of("gốc tin cậy", "trust anchor"), text.of("kho", "store"), anchor.store)
}

struct Lines {
    language: Language,
    lines: Vec<String>,
}

impl Lines {
    fn of<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Vi => vi,
            Language::En => en,
        }
    }

    fn push(&mut self, line: impl AsRef<str>) {
        self.lines.push(printable(line.as_ref()));
    }

    fn line(&mut self, vi: &str, en: &str, value: impl std::fmt::Display) {
        self.push(format!("  {}: {value}", self.of(vi, en)));
    }
}
