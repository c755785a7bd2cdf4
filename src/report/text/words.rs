//! The words of the report for people. Vietnamese ones follow Luật Giao dịch điện tử 20/2023/QH15 and Thông tư 15/2025/TT-BKHCN

use crate::report::indication::{Conclusion, Indication};
use crate::report::json::{
    ChangeClass, Integrity, Kind, Level, Permission, SignatureReport, SignerKind, SignerKindReason, Stamp, TimeSource, WantKind,
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
    pub(super) fn of<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }

    /// Vietnam's time, as its readers expect it (UTC+7 all year).
    pub(super) fn time(self, stamp: Stamp) -> String {
        let (year, month, day, hour, minute, second) = stamp.0.plus_seconds(7 * 3600).civil();
        match self {
            Self::Vi => format!("{day:02}/{month:02}/{year:04} {hour:02}:{minute:02}:{second:02} +07:00"),
            Self::En => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} +07:00"),
        }
    }

    /// The verdict in words with the standard's own beside it.
    pub(super) fn verdict(self, conclusion: Conclusion) -> String {
        let words = match conclusion.indication {
            Indication::TotalPassed => self.of("HỢP LỆ", "VALID"),
            Indication::TotalFailed => self.of("KHÔNG HỢP LỆ", "NOT VALID"),
            Indication::Indeterminate => self.of("CHƯA ĐỦ CĂN CỨ KẾT LUẬN", "NOT ENOUGH TO SAY"),
            Indication::NoSignature => self.of("KHÔNG CÓ CHỮ KÝ", "NO SIGNATURE"),
        };
        format!("{words} [{conclusion}]")
    }

    pub(super) fn kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Signature => self.of("Chữ ký", "Signature"),
            Kind::CounterSignature => self.of("Chữ ký xác nhận", "Counter signature"),
            Kind::DocumentTimestamp | Kind::ContainerTimestamp => self.of("Dấu thời gian trên tài liệu", "Document timestamp"),
            Kind::UsageRights => self.of("Chữ ký quyền sử dụng (không phải chữ ký của người)", "Usage-rights signature (nobody's consent)"),
            Kind::Unsupported => self.of("Chữ ký không kiểm tra được", "Signature that cannot be judged"),
        }
    }

    pub(super) fn integrity(self, integrity: Integrity) -> &'static str {
        match integrity {
            Integrity::Intact => self.of("phần được ký còn nguyên vẹn", "what was signed is intact"),
            Integrity::Broken => {
                self.of("KHÔNG toàn vẹn: nội dung hoặc giá trị chữ ký đã bị thay đổi", "BROKEN: content or signature value was changed")
            }
            Integrity::Unknown => self.of("không xác định được", "could not be determined"),
        }
    }

    pub(super) fn signer_kind(self, kind: SignerKind) -> Option<&'static str> {
        match kind {
            SignerKind::Person => Some(self.of("cá nhân", "person")),
            SignerKind::Organisation => Some(self.of("cơ quan, tổ chức", "organisation")),
            SignerKind::Device => Some(self.of("thiết bị, dịch vụ", "device or service")),
            SignerKind::Unknown => None,
        }
    }

    /// From what in the certificate the signer's kind follows.
    pub(super) fn signer_kind_reason(self, reason: SignerKindReason) -> &'static str {
        match reason {
            SignerKindReason::PersonalNumber => self.of("theo số định danh cá nhân", "by a personal number"),
            SignerKindReason::PersonalName => self.of("theo họ, tên cá nhân", "by a surname or given name"),
            SignerKindReason::Title => self.of("theo chức vụ", "by a title"),
            SignerKindReason::OrganizationIdentifier => self.of("theo mã định danh tổ chức", "by an organisation identifier"),
            SignerKindReason::OrganisationNumber => self.of("theo mã số thuế hoặc mã cơ quan", "by a tax code or an agency's code"),
            SignerKindReason::TimestampingUsage => self.of("theo mục đích cấp dấu thời gian", "by its usage for timestamps"),
            SignerKindReason::ServerUsage => self.of("theo mục đích máy chủ", "by its usage for servers"),
            SignerKindReason::CitizenNumberAsTaxCode => self.of(
                "mã số thuế là số định danh của cá nhân hoặc hộ kinh doanh",
                "the tax code is the number of an individual or a household",
            ),
            SignerKindReason::HintsDisagree => {
                self.of("các dấu hiệu trong chứng thư mâu thuẫn nhau", "what the certificate says disagrees")
            }
            SignerKindReason::NoHint => self.of("chứng thư không cho biết", "the certificate does not say"),
        }
    }

    pub(super) fn time_source(self, source: TimeSource) -> &'static str {
        match source {
            TimeSource::SignatureTimestamp => self.of("dấu thời gian trên chữ ký", "signature timestamp"),
            TimeSource::DocumentTimestamp => self.of("dấu thời gian trên tài liệu", "document timestamp"),
            TimeSource::ArchiveTimestamp => self.of("dấu thời gian lưu trữ", "archive timestamp"),
            TimeSource::EvidenceRecord => self.of("hồ sơ bằng chứng", "evidence record"),
            TimeSource::Supplied => self.of("do bên kiểm tra cung cấp", "given by the relying party"),
            TimeSource::ValidationTime => self.of("thời điểm kiểm tra", "validation time"),
        }
    }

    pub(super) fn as_told_at(self, told: Stamp) -> String {
        format!(" ({} {})", self.of("theo dữ liệu phát hành lúc", "as published at"), self.time(told))
    }

    pub(super) fn revoked(self, since: Option<Stamp>, reason: Option<&str>) -> String {
        let since = since.map_or(String::new(), |since| format!("{}{}", self.of(" từ ", " since "), self.time(since)));
        format!("{}{since}{}", self.of("ĐÃ BỊ THU HỒI", "REVOKED"), because(reason))
    }

    pub(super) fn revoked_later(self, since: Stamp, reason: Option<&str>) -> String {
        format!(
            "{} {}{}",
            self.of("chưa bị thu hồi; bị thu hồi sau đó, từ", "not yet revoked; revoked later, since"),
            self.time(since),
            because(reason)
        )
    }

    pub(super) fn revision(self, revision: u64, revisions: u64) -> String {
        match self {
            Self::Vi => format!("phiên bản {revision} trong {revisions} phiên bản của tệp"),
            Self::En => format!("revision {revision} of the {revisions} in the file"),
        }
    }

    pub(super) fn change_class(self, class: ChangeClass) -> &'static str {
        match class {
            ChangeClass::None => self.of("không có", "nothing"),
            ChangeClass::Extension => {
                self.of("dữ liệu kiểm tra, dấu thời gian hoặc thông tin mô tả tệp", "validation data, timestamps or properties of the file")
            }
            ChangeClass::FormFilling => self.of("điền biểu mẫu hoặc ký thêm", "a form filled or a signature added"),
            ChangeClass::Annotation => self.of("chú thích", "annotations"),
            ChangeClass::Other => self.of("nội dung khác", "other content"),
        }
    }

    pub(super) fn permission(self, permission: Permission) -> &'static str {
        match permission {
            Permission::Unrestricted => self.of("không hạn chế", "no restriction"),
            Permission::P1 => self.of("không thay đổi nào (P1)", "no change (P1)"),
            Permission::P2 => self.of("chỉ điền biểu mẫu và ký (P2)", "forms and signing only (P2)"),
            Permission::P3 => self.of("điền biểu mẫu, ký và chú thích (P3)", "forms, signing and annotations (P3)"),
            Permission::Lock => self.of("thay đổi ngoài các trường đã khóa", "changes outside the locked fields"),
        }
    }

    /// `PAdES B-B (ETSI.CAdES.detached)`
    pub(super) fn format(self, signature: &SignatureReport) -> String {
        let level = if signature.level == Level::None { String::new() } else { format!(" {}", word(&signature.level)) };
        let profile = signature.profile.as_deref().map_or(String::new(), |profile| format!(" {profile}"));
        let sub_filter = signature.sub_filter.as_deref().map_or(String::new(), |name| format!(" ({name})"));
        match signature.kind {
            Kind::Unsupported if signature.sub_filter.is_none() => self.of("không rõ", "not known").to_owned(),
            _ => format!("{}{level}{profile}{sub_filter}", word(&signature.format)),
        }
    }

    pub(super) fn want(self, kind: WantKind) -> &'static str {
        match kind {
            WantKind::Certificate => self.of("chứng thư của tổ chức cấp", "the issuer's certificate"),
            WantKind::Crl => self.of("danh sách thu hồi (CRL)", "a revocation list (CRL)"),
            WantKind::Ocsp => self.of("trả lời OCSP", "an OCSP response"),
            WantKind::Timestamp => self.of("dấu thời gian", "a timestamp"),
            WantKind::SignedData => self.of("dữ liệu được ký", "the signed data"),
            WantKind::PolicyDocument => self.of("chính sách ký", "the signature policy"),
            WantKind::Password => self.of("mật khẩu mở tệp", "the password that opens the file"),
        }
    }
}

fn because(reason: Option<&str>) -> String {
    reason.map_or(String::new(), |reason| format!(" ({reason})"))
}

/// The word of the JSON report.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
