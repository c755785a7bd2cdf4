//! The report for people, in Vietnamese and English: at least what Thông tư 15/2025/TT-BKHCN Article 6 (4) asks to be shown

use super::indication::{Indication, SubIndication};
use super::json::{
    ChangeClass, Integrity, Kind, Permission, Reason, Report, RevocationStatus, SignatureReport, SignerKind, Stamp, TimeSource,
};

/// The language of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Tiếng Việt.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    fn of(self, vi: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

impl Report {
    /// The report as plain text, a paragraph a signature, line feeds at the end of lines.
    pub fn to_text(&self, language: Language) -> String {
        let mut text = Text { lines: Vec::new(), language };
        text.document(self);
        for signature in &self.signatures {
            text.signature(signature);
        }
        text.wants(self);
        text.lines.join("\n") + "\n"
    }
}

struct Text {
    lines: Vec<String>,
    language: Language,
}

impl Text {
    fn line(&mut self, vi: &'static str, en: &'static str, value: impl std::fmt::Display) {
        self.lines.push(format!("  {}: {value}", self.language.of(vi, en)));
    }

    fn document(&mut self, report: &Report) {
        let language = self.language;
        let name = report.inputs.document.name.as_deref().unwrap_or("-");
        let verdict = indication(language, report.conclusion.indication);
        self.lines.push(format!("{}: {}", language.of("Tài liệu", "Document"), name));
        self.lines.push(format!("{}: {verdict}{}", language.of("Kết luận", "Verdict"), because(report.conclusion.sub_indication)));
        for reason in &report.conclusion.reasons {
            self.reason(reason);
        }
        self.line("SHA-256", "SHA-256", report.inputs.document.sha256.trim_start_matches("sha256:"));
        self.line("Kiểm tra tại thời điểm", "Checked at", local(report.inputs.time));
        self.line("Chính sách kiểm tra", "Validation policy", &report.inputs.policy.id);
        self.line("Số chữ ký", "Signatures", report.document.signatures);
        if report.document.unaccounted_bytes > 0 {
            self.line("Số byte không thuộc cấu trúc tệp", "Bytes outside the file's structure", report.document.unaccounted_bytes);
        }
        for finding in &report.document.findings {
            self.line("Ghi nhận", "Noticed", language_of(language, &finding.vi, &finding.en));
        }
    }

    fn reason(&mut self, reason: &Reason) {
        let sentence = language_of(self.language, &reason.vi, &reason.en);
        self.lines.push(format!("  - {sentence} [{}]", reason.check));
    }

    fn signature(&mut self, signature: &SignatureReport) {
        let language = self.language;
        let field = signature.field.as_deref().map(|field| format!(" ({field})")).unwrap_or_default();
        self.lines.push(String::new());
        self.lines.push(format!("{} {}{field}", kind(language, signature.kind), signature.id));
        let verdict = indication(language, signature.indication);
        self.line("Kết luận", "Verdict", format!("{verdict}{}", because(signature.sub_indication)));
        for reason in &signature.reasons {
            self.reason(reason);
        }
        if let Some(conditional) = &signature.if_claimed_time {
            let (vi, en) = ("Nếu thời điểm ký đã ghi là đúng", "If the claimed time is true");
            self.line(vi, en, format!("{}{}", indication(language, conditional.indication), because(conditional.sub_indication)));
        }
        self.line("Tính toàn vẹn", "Integrity", integrity(language, signature.integrity));
        self.signer(signature);
        self.times(signature);
        self.status(signature);
        self.coverage(signature);
    }

    fn signer(&mut self, signature: &SignatureReport) {
        let Some(signer) = &signature.signer else { return };
        let subject = &signer.subject;
        let language = self.language;
        self.line("Người ký", "Signer", subject.common_name.as_deref().unwrap_or(&subject.dn));
        self.line("Loại chủ thể", "Kind of signer", signer_kind(language, signer.kind));
        for (vi, en, value) in [("Chức vụ", "Title", &subject.title), ("Cơ quan, tổ chức", "Organisation", &subject.organisation)]
        {
            if let Some(value) = value {
                self.line(vi, en, value);
            }
        }
        for id in &subject.ids {
            self.lines.push(format!("  {}: {}", id.kind, id.value));
        }
        let Some(certificate) = signature.certificates.iter().find(|certificate| certificate.id == signer.certificate) else { return };
        self.line("Tổ chức chứng thực", "Issued by", &certificate.issuer);
        self.line("Số sê-ri chứng thư", "Serial number", &certificate.serial);
        let validity = format!("{} – {}", local(certificate.not_before), local(certificate.not_after));
        self.line("Thời hạn chứng thư", "Certificate valid", validity);
    }

    fn times(&mut self, signature: &SignatureReport) {
        let language = self.language;
        if let Some(claimed) = signature.times.claimed {
            let (vi, en) = match signature.kind {
                Kind::DocumentTimestamp | Kind::ContainerTimestamp => ("Thời điểm cấp dấu thời gian", "Time stated"),
                _ => ("Thời điểm ký (do người ký ghi)", "Signing time (claimed)"),
            };
            self.line(vi, en, local(claimed));
        }
        let source = time_source(language, signature.times.source);
        let best = format!("{} ({source})", local(signature.times.best_signature_time));
        self.line("Thời điểm được chứng minh", "Proven to exist at", best);
    }

    fn status(&mut self, signature: &SignatureReport) {
        let language = self.language;
        if let Some(algorithms) = &signature.algorithms {
            self.line("Thuật toán", "Algorithm", format!("{}, {} bit", algorithms.signature, algorithms.key_bits));
        }
        let signer = signature.signer.as_ref().map(|signer| signer.certificate.as_str());
        let status = signature.revocation.iter().find(|status| Some(status.certificate.as_str()) == signer);
        let Some(status) = status else { return };
        let mut value = match status.status {
            RevocationStatus::Good => language.of("không bị thu hồi", "not revoked").to_string(),
            RevocationStatus::Revoked => language.of("đã bị thu hồi", "revoked").to_string(),
            RevocationStatus::Unknown => language.of("không kiểm tra được", "could not be checked").to_string(),
        };
        if let Some(told) = status.this_update {
            value.push_str(&format!(" ({} {})", language.of("theo dữ liệu lúc", "as told at"), local(told)));
        }
        self.line("Tình trạng chứng thư", "Certificate status", value);
    }

    fn coverage(&mut self, signature: &SignatureReport) {
        let language = self.language;
        let whole = signature.coverage.whole_document;
        let covers = if whole {
            language.of("toàn bộ tệp", "the whole file")
        } else {
            language.of("một phiên bản trước của tệp", "an earlier revision")
        };
        self.line("Phạm vi ký", "Covers", covers);
        let Some(modifications) = &signature.modifications else { return };
        let permitted = if modifications.permitted {
            language.of("được phép", "permitted")
        } else {
            language.of("không được phép", "not permitted")
        };
        let class = change_class(language, modifications.class);
        let permission = permission(language, modifications.permission);
        self.line("Thay đổi sau khi ký", "Changed after signing", format!("{class}, {permitted} ({permission})"));
    }

    fn wants(&mut self, report: &Report) {
        if report.wants.is_empty() {
            return;
        }
        self.lines.push(String::new());
        self.lines.push(self.language.of("Còn thiếu:", "Missing:").into());
        for want in &report.wants {
            let kind = serde_json::to_value(want.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
            self.lines.push(format!("  {kind} {} ({})", want.url.as_deref().unwrap_or("-"), want.subject));
        }
    }
}

fn language_of<'a>(language: Language, vi: &'a str, en: &'a str) -> &'a str {
    match language {
        Language::Vi => vi,
        Language::En => en,
    }
}

/// Vietnam's time, as its readers expect it (UTC+7 all year).
fn local(stamp: Stamp) -> String {
    let (year, month, day, hour, minute, second) = stamp.0.plus_seconds(7 * 3600).civil();
    format!("{day:02}/{month:02}/{year:04} {hour:02}:{minute:02}:{second:02} +07:00")
}

fn because(sub_indication: Option<SubIndication>) -> String {
    sub_indication.map_or(String::new(), |sub| format!(" / {}", sub.as_str()))
}

fn indication(language: Language, indication: Indication) -> &'static str {
    match indication {
        Indication::TotalPassed => language.of("HỢP LỆ (TOTAL-PASSED)", "VALID (TOTAL-PASSED)"),
        Indication::TotalFailed => language.of("KHÔNG HỢP LỆ (TOTAL-FAILED)", "INVALID (TOTAL-FAILED)"),
        Indication::Indeterminate => language.of("CHƯA ĐỦ CĂN CỨ (INDETERMINATE)", "NOT ENOUGH TO SAY (INDETERMINATE)"),
        Indication::NoSignature => language.of("KHÔNG CÓ CHỮ KÝ (NO-SIGNATURE)", "NO SIGNATURE (NO-SIGNATURE)"),
    }
}

fn kind(language: Language, kind: Kind) -> &'static str {
    match kind {
        Kind::Signature => language.of("Chữ ký", "Signature"),
        Kind::CounterSignature => language.of("Chữ ký xác nhận", "Counter signature"),
        Kind::DocumentTimestamp | Kind::ContainerTimestamp => language.of("Dấu thời gian", "Timestamp"),
        Kind::UsageRights => language.of("Chữ ký quyền sử dụng", "Usage-rights signature"),
        Kind::Unsupported => language.of("Chữ ký không đọc được", "Unreadable signature"),
    }
}

fn integrity(language: Language, integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::Intact => language.of("phần được ký còn nguyên vẹn", "what was signed is intact"),
        Integrity::Broken => language.of("nội dung hoặc giá trị chữ ký đã bị thay đổi", "content or signature value was changed"),
        Integrity::Unknown => language.of("không xác định được", "could not be determined"),
    }
}

fn signer_kind(language: Language, kind: SignerKind) -> &'static str {
    match kind {
        SignerKind::Person => language.of("cá nhân", "person"),
        SignerKind::Organisation => language.of("cơ quan, tổ chức", "organisation"),
        SignerKind::Device => language.of("thiết bị, dịch vụ", "device or service"),
        SignerKind::Unknown => language.of("không xác định", "unknown"),
    }
}

fn time_source(language: Language, source: TimeSource) -> &'static str {
    match source {
        TimeSource::SignatureTimestamp => language.of("dấu thời gian trên chữ ký", "signature timestamp"),
        TimeSource::DocumentTimestamp => language.of("dấu thời gian trên tài liệu", "document timestamp"),
        TimeSource::ArchiveTimestamp => language.of("dấu thời gian lưu trữ", "archive timestamp"),
        TimeSource::EvidenceRecord => language.of("hồ sơ bằng chứng", "evidence record"),
        TimeSource::Supplied => language.of("do bên kiểm tra cung cấp", "given by the relying party"),
        TimeSource::ValidationTime => language.of("thời điểm kiểm tra", "validation time"),
    }
}

fn change_class(language: Language, class: ChangeClass) -> &'static str {
    match class {
        ChangeClass::None => language.of("không có", "nothing"),
        ChangeClass::Extension => language.of("bổ sung dữ liệu kiểm tra, dấu thời gian", "validation data or timestamps added"),
        ChangeClass::FormFilling => language.of("điền biểu mẫu hoặc ký thêm", "a form filled or a signature added"),
        ChangeClass::Annotation => language.of("chú thích", "annotations"),
        ChangeClass::Other => language.of("nội dung khác", "other content"),
    }
}

fn permission(language: Language, permission: Permission) -> &'static str {
    match permission {
        Permission::Unrestricted => language.of("không có hạn chế", "no restriction"),
        Permission::P1 => language.of("P1: không được thay đổi", "P1: no change"),
        Permission::P2 => language.of("P2: chỉ điền biểu mẫu và ký", "P2: forms and signing only"),
        Permission::P3 => language.of("P3: biểu mẫu, ký và chú thích", "P3: forms, signing and annotations"),
        Permission::Lock => language.of("có trường bị khóa", "fields are locked"),
    }
}
