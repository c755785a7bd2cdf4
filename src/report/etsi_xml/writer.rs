//! XML 1.0 — Elements written one after the other

use base64ct::{Base64, Encoding};

use super::uris;
use crate::report::text::printable;

/// Text with the elements that are still open.
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    pub fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".into(), open: Vec::new() }
    }

    /// An element with others in it; [`Self::close`] ends it.
    pub fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.text.push_str(&format!("</{name}>\n"));
        }
    }

    /// An element with nothing but text.
    pub fn leaf(&mut self, name: &'static str, value: &str) {
        self.begin(name, &[]);
        self.text.push_str(&format!(">{}</{name}>\n", escaped(value)));
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.text.push_str("/>\n");
    }

    /// `ds:DigestMethod` and `ds:DigestValue` of `sha256:<hex>`.
    pub fn digest(&mut self, digest: &str) {
        let (name, hex) = digest.split_once(':').unwrap_or_default();
        self.empty("ds:DigestMethod", &[("Algorithm", &uris::digest_method(name))]);
        self.leaf("ds:DigestValue", &Base64::encode_string(&octets(hex)));
    }

    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push_str(&format!("<{name}"));
        for (name, value) in attributes {
            self.text.push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
    }
}

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().filter_map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let pair = |pair: &[u8]| pair.iter().fold(0_u8, |octet, digit| octet.wrapping_shl(4) | digit);
    digits.chunks(2).map(pair).collect()
}

/// XML 1.0 §2.2, §2.4: characters that it does not know are shown as replaced, as everything that steers is.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => safe.push(char::REPLACEMENT_CHARACTER),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_text() {
        assert_eq!(escaped("<A & \"B\">\u{1}\u{ffff}"), "&lt;A &amp; &quot;B&quot;&gt;\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_digest_is_its_octets_in_base64() {
        let mut xml = Xml::new();
        xml.digest("sha256:00ff10");
        assert!(xml.finish().ends_with("<ds:DigestValue>AP8Q</ds:DigestValue>\n"));
    }
}
