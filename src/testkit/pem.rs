//! RFC 7468 §3 — textual encoding

use base64ct::{Base64, Encoding};

/// `der` in lines of 64 characters between its labels.
pub fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, character) in Base64::encode_string(der).chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}
