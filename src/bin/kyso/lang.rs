//! The languages of texts for people

use clap::ValueEnum;
use kyso::context::Purpose;
use kyso::report::text::Language;

#[derive(Clone, Copy, ValueEnum)]
pub enum Lang {
    /// Tiếng Việt
    Vi,
    /// English
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Vi => Self::Vi,
            Lang::En => Self::En,
        }
    }
}

/// A purpose in words.
pub fn purpose(purpose: Purpose, language: Language) -> &'static str {
    match (language, purpose) {
        (Language::En, purpose) => purpose.as_str(),
        (Language::Vi, Purpose::Signing) => "ký tài liệu",
        (Language::Vi, Purpose::Timestamping) => "cấp dấu thời gian",
        (Language::Vi, Purpose::OcspSigning) => "ký trả lời OCSP",
        (Language::Vi, Purpose::CrlSigning) => "ký danh sách thu hồi",
        (Language::Vi, Purpose::Any) => "mọi mục đích",
    }
}
