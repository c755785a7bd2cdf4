//! What `kyso trust list` shows of a trust store, for people and for programs

use std::path::Path;

use kyso::Time;
use kyso::context::{Purpose, StoreSignature, TrustAnchor, TrustStore};
use kyso::report::text::{Language, printable};
use serde::Serialize;

use crate::lang;

/// The answer in JSON.
#[derive(Serialize)]
pub struct Listing {
    file: String,
    sha256: String,
    signed: bool,
    /// `unsigned`, `not_verified`, `verified`
    signature: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_verified_because: Option<String>,
    anchors: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    store: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<String>,
    sha256: String,
    /// `certificate`, or `key` where the anchor is a name and a key.
    kind: &'static str,
    subject: String,
    /// Validity of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_not_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_not_after: Option<String>,
    /// Empty: every purpose.
    purposes: Vec<Purpose>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sunset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_length: Option<u64>,
    /// Whether names are permitted or excluded.
    name_constraints: bool,
    /// Empty: any policy.
    policies: Vec<String>,
}

impl Listing {
    /// The anchors of `store`, or those of the store of one name in it.
    pub fn of(path: &Path, store: &TrustStore, name: Option<&str>) -> Self {
        let chosen = store.anchors().iter().filter(|anchor| name.is_none_or(|name| name == anchor.store));
        let (signature, signed_by, not_verified_because) = match store.signature() {
            StoreSignature::Unsigned => ("unsigned", None, None),
            StoreSignature::NotVerified(why) => ("not_verified", None, Some(why.clone())),
            StoreSignature::By(whom) => ("verified", Some(whom.clone()), None),
        };
        Self {
            file: path.to_string_lossy().into_owned(),
            sha256: store.sha256(),
            signed: store.is_signed(),
            signature,
            signed_by,
            not_verified_because,
            anchors: chosen.map(Listed::of).collect(),
        }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
    }

    pub fn to_text(&self, language: Language) -> String {
        let of = |vi, en| match language {
            Language::Vi => vi,
            Language::En => en,
        };
        let signed = match (&self.signed_by, &self.not_verified_because) {
            (Some(whom), _) => format!("{} {whom}", of("đã ký bởi", "signed by")),
            (None, Some(why)) => format!("{}: {why}", of("có chữ ký, chưa kiểm tra được", "not verified")),
            (None, None) => of("chưa ký số: không ai bảo đảm nội dung tệp", "unsigned: nobody answers for its contents").to_owned(),
        };
        let mut text = format!("{}\n{}\n{}\n", printable(&self.file), self.sha256, printable(&signed));
        for anchor in &self.anchors {
            text.push('\n');
            for line in anchor.lines(language) {
                text.push_str(&format!("{}\n", printable(&line)));
            }
        }
        text
    }
}

impl Listed {
    fn of(anchor: &TrustAnchor) -> Self {
        let certificate = anchor.certificate.as_ref();
        let text = |time: Time| time.to_string();
        Self {
            store: anchor.store.clone(),
            track: anchor.track.clone(),
            sha256: anchor.id(),
            kind: if certificate.is_some() { "certificate" } else { "key" },
            subject: anchor.name.to_string(),
            certificate_not_before: certificate.map(|certificate| text(certificate.not_before())),
            certificate_not_after: certificate.map(|certificate| text(certificate.not_after())),
            purposes: anchor.purposes.clone(),
            not_before: anchor.not_before.map(text),
            sunset: anchor.sunset.map(text),
            path_length: anchor.constraints.path_length,
            name_constraints: anchor.constraints.names.is_some(),
            policies: anchor.constraints.policies.iter().map(ToString::to_string).collect(),
        }
    }

    fn lines(&self, language: Language) -> Vec<String> {
        let of = |vi: &'static str, en: &'static str| match language {
            Language::Vi => vi,
            Language::En => en,
        };
        let track = self.track.as_ref().map_or(String::new(), |track| format!(" ({track})"));
        let mut lines = vec![format!("[{}{track}] {}", self.store, self.subject), format!("  {}", self.sha256)];
        let mut line = |vi, en, value: String| lines.push(format!("  {}: {value}", of(vi, en)));
        match (&self.certificate_not_before, &self.certificate_not_after) {
            (Some(from), Some(until)) => line("Hiệu lực chứng thư", "Certificate valid", format!("{from} – {until}")),
            _ => line("Loại", "Kind", of("tên và khóa, không có chứng thư", "a name and a key without certificate").into()),
        }
        let purposes: Vec<_> = self.purposes.iter().map(|purpose| lang::purpose(*purpose, language)).collect();
        let all = of("mọi mục đích", "every purpose");
        line("Tin cậy để", "Trusted for", if purposes.is_empty() { all.into() } else { purposes.join(", ") });
        if let Some(from) = &self.not_before {
            line("Tin cậy từ", "Trusted from", from.clone());
        }
        if let Some(end) = &self.sunset {
            line("Tin cậy đến trước", "Trusted before", end.clone());
        }
        if let Some(length) = self.path_length {
            line("Số cấp trung gian tối đa", "Intermediate certificates at most", length.to_string());
        }
        if self.name_constraints {
            line("Tên", "Names", of("có ràng buộc", "constrained").into());
        }
        if !self.policies.is_empty() {
            line("Chính sách chứng thư", "Certificate policies", self.policies.join(", "));
        }
        lines
    }
}
