//! XML 1.0 §2.8, §4.3.3 — the XML declaration: version 1.0, in UTF-8

use super::characters::is_white_space;

/// `VersionInfo EncodingDecl? SDDecl? S?`; in words what is wrong with it.
pub(super) fn declaration(body: &str, is_ascii: bool) -> Result<(), &'static str> {
    let (version, rest) = pseudo_attribute(body, "version").ok_or("an XML declaration without version")?;
    if version != "1.0" {
        return Err("another version of XML than 1.0");
    }
    let (encoding, rest) = optional(rest, "encoding");
    match encoding.map(str::to_ascii_lowercase).as_deref() {
        None | Some("utf-8") => {}
        Some("us-ascii") if is_ascii => {}
        Some("us-ascii") => return Err("another encoding than the one declared"),
        Some(_) => return Err("another encoding than UTF-8"),
    }
    let (standalone, rest) = optional(rest, "standalone");
    if standalone.is_some_and(|value| !["yes", "no"].contains(&value)) || !rest.bytes().all(is_white_space) {
        return Err("a malformed XML declaration");
    }
    Ok(())
}

fn optional<'t>(text: &'t str, name: &str) -> (Option<&'t str>, &'t str) {
    pseudo_attribute(text, name).map_or((None, text), |(value, rest)| (Some(value), rest))
}

/// `S name Eq quoted` at the beginning of `text`: the value and what follows.
fn pseudo_attribute<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let white_space = |character: char| matches!(character, ' ' | '\t' | '\n' | '\r');
    let rest = text.strip_prefix(white_space)?.trim_start_matches(white_space).strip_prefix(name)?;
    let rest = rest.trim_start_matches(white_space).strip_prefix('=')?.trim_start_matches(white_space);
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    rest.get(1..)?.split_once(quote)
}
