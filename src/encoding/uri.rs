//! RFC 3986 §3, §5.2 — the parts of a URI reference, and one reference resolved against another

/// The five parts of appendix B.
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

/// Whether it begins with a scheme (§3.1).
pub fn is_absolute(uri: &str) -> bool {
    parts(uri).scheme.is_some()
}

fn parts(uri: &str) -> Parts<'_> {
    let (rest, fragment) = uri.split_once('#').map_or((uri, None), |(rest, fragment)| (rest, Some(fragment)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (scheme, rest) = match rest.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(behind) => {
            let (authority, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
            (Some(authority), path)
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query, fragment }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
}

/// `uri` with its percent-encoded octets decoded (§2.1); `None` where it is not UTF-8 then.
pub fn percent_decoded(uri: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).filter(|digits| *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                octets.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(octets).ok()
}

/// The name of a file as a relative reference (§2.1, §4.2).
#[cfg(feature = "sign")]
pub fn percent_encoded(name: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~/:".contains(&octet);
    name.bytes().map(|octet| if plain(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") }).collect()
}

/// `join-URI-References` of Canonical XML 1.1 §2.4: §5.2.2 without fragment, for a base that may be relative itself.
pub fn join(base: &str, reference: &str) -> String {
    let (base, reference) = (parts(base), parts(reference));
    let _ = reference.fragment;
    let (scheme, authority, path, query) = if reference.scheme.is_some() {
        (reference.scheme, reference.authority, without_dots(reference.path), reference.query)
    } else if reference.authority.is_some() {
        (base.scheme, reference.authority, without_dots(reference.path), reference.query)
    } else if reference.path.is_empty() {
        (base.scheme, base.authority, without_dots(base.path), reference.query.or(base.query))
    } else if reference.path.starts_with('/') {
        (base.scheme, base.authority, without_dots(reference.path), reference.query)
    } else {
        (base.scheme, base.authority, without_dots(&merged(&base, reference.path)), reference.query)
    };
    let scheme = scheme.map(|scheme| format!("{scheme}:")).unwrap_or_default();
    let authority = authority.map(|authority| format!("//{authority}")).unwrap_or_default();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}{authority}{path}{query}")
}

/// §5.2.3
fn merged(base: &Parts<'_>, path: &str) -> String {
    if base.authority.is_some() && base.path.is_empty() {
        return format!("/{path}");
    }
    // A base that ends with a segment of dots is a folder.
    let folder = if base.path.ends_with("..") { format!("{}/", base.path) } else { base.path.to_owned() };
    let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
    if folder.is_empty() && !base.path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") }
}

/// §5.2.4, as Canonical XML 1.1 changes it: leading `..` of a relative path stay, and slashes in a row are one.
fn without_dots(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    let mut is_folder = false;
    for segment in path.split('/') {
        is_folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if is_absolute => {}
            other => kept.push(other),
        }
    }
    let start = if is_absolute { "/" } else { "" };
    let end = if is_folder && !kept.is_empty() { "/" } else { "" };
    format!("{start}{}{end}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3986 §5.4
    #[test]
    fn references_are_resolved_as_the_examples_of_the_standard() {
        for (reference, resolved) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("", "http://a/b/c/d;p?q"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("g:h", "g:h"),
        ] {
            assert_eq!(join("http://a/b/c/d;p?q", reference), resolved, "{reference}");
        }
    }

    #[test]
    fn a_base_may_be_relative() {
        assert_eq!(join("foo/bar", "x"), "foo/x");
        assert_eq!(join("../bar/", "../../x"), "../../x");
        assert_eq!(join("..", ".."), "../../");
    }

    #[test]
    fn a_scheme_makes_a_uri_absolute() {
        assert!(is_absolute("http://www.w3.org/") && is_absolute("urn:x") && is_absolute("a+b-c.1:"));
        assert!(!is_absolute("rel/x:y") && !is_absolute("") && !is_absolute("1a:b") && !is_absolute("//x") && !is_absolute("#a:b"));
    }
}
