//! RFC 5280 §4.2.1.6 — Names of a certificate, ready to be compared with subtrees

use core::net::{Ipv4Addr, Ipv6Addr};

use super::host::{host, mailbox, uri_host};
use crate::pki::Name;
use crate::pki::extension::GeneralName;

pub(super) const EMAIL: &str = "rfc822Name";

/// A name as the certificate has it and as it is compared.
#[derive(Clone, Debug)]
pub(super) struct Presented<'a> {
    /// The name form, as RFC 5280 calls it.
    pub form: &'static str,
    /// What is compared.
    pub compared: Compared<'a>,
    source: Source<'a>,
}

/// A name as it is compared.
#[derive(Clone, Debug)]
pub(super) enum Compared<'a> {
    Directory(&'a Name),
    /// Local part and host.
    Mailbox(String, String),
    Dns(String),
    /// Every host that has one label before this name: `*.example`.
    DnsWildcard(String),
    /// The host of a URI.
    UriHost(String),
    /// A URI without a host: where URIs are constrained it is refused (§4.2.1.10).
    UriWithoutHost,
    Address(&'a [u8]),
    /// Of a form without rules, or not written as its form is.
    Nothing,
}

#[derive(Clone, Debug)]
enum Source<'a> {
    Text(&'a str),
    General(&'a GeneralName),
    Directory(&'a Name),
}

impl<'a> Presented<'a> {
    pub(super) fn directory(name: &'a Name) -> Self {
        Self { form: "directoryName", compared: Compared::Directory(name), source: Source::Directory(name) }
    }

    pub(super) fn mailbox(text: &'a str) -> Self {
        Self { form: EMAIL, compared: compared_mailbox(text), source: Source::Text(text) }
    }

    pub(super) fn general(name: &'a GeneralName) -> Self {
        let compared = match name {
            GeneralName::Directory(name) => Compared::Directory(name),
            GeneralName::Email(text) => compared_mailbox(text),
            GeneralName::Dns(text) => match text.strip_prefix("*.") {
                Some(rest) => host(rest).map_or(Compared::Nothing, Compared::DnsWildcard),
                None => host(text).map_or(Compared::Nothing, Compared::Dns),
            },
            GeneralName::Uri(uri) => uri_host(uri).map_or(Compared::UriWithoutHost, Compared::UriHost),
            GeneralName::IpAddress(octets) if matches!(octets.octets().len(), 4 | 16) => Compared::Address(octets.octets()),
            GeneralName::IpAddress(_) | GeneralName::Other(..) | GeneralName::RegisteredId(_) | GeneralName::Unsupported(..) => {
                Compared::Nothing
            }
        };
        Self { form: form(name), compared, source: Source::General(name) }
    }

    /// In words.
    pub(super) fn shown(&self) -> String {
        match self.source {
            Source::Text(text) => shortened(text),
            Source::General(name) => shown(name),
            Source::Directory(name) => shortened(&name.to_string()),
        }
    }
}

fn compared_mailbox(text: &str) -> Compared<'static> {
    mailbox(text).map_or(Compared::Nothing, |(local, host)| Compared::Mailbox(local, host))
}

/// The name form, as RFC 5280 calls it.
pub(super) fn form(name: &GeneralName) -> &'static str {
    match name {
        GeneralName::Other(..) => "otherName",
        GeneralName::Email(_) => EMAIL,
        GeneralName::Dns(_) => "dNSName",
        GeneralName::Unsupported(3, _) => "x400Address",
        GeneralName::Directory(_) => "directoryName",
        GeneralName::Unsupported(5, _) => "ediPartyName",
        GeneralName::Uri(_) => "uniformResourceIdentifier",
        GeneralName::IpAddress(_) => "iPAddress",
        GeneralName::RegisteredId(_) => "registeredID",
        GeneralName::Unsupported(..) => "unknown",
    }
}

/// A name, or the base of a subtree, in words.
pub(super) fn shown(name: &GeneralName) -> String {
    match name {
        GeneralName::Email(text) | GeneralName::Dns(text) | GeneralName::Uri(text) => shortened(text),
        GeneralName::Directory(name) => shortened(&name.to_string()),
        GeneralName::IpAddress(octets) => address(octets.octets()),
        GeneralName::Other(oid, value) => format!("{oid}: {}", hexadecimal(value.octets())),
        GeneralName::RegisteredId(oid) => oid.to_string(),
        GeneralName::Unsupported(_, value) => hexadecimal(value.octets()),
    }
}

fn address(octets: &[u8]) -> String {
    let one = |octets: &[u8]| match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
        (Ok(octets), _) => Ipv4Addr::from(octets).to_string(),
        (_, Ok(octets)) => Ipv6Addr::from(octets).to_string(),
        _ => hexadecimal(octets),
    };
    match (octets.len(), octets.split_at_checked(octets.len() / 2)) {
        (8 | 32, Some((address, mask))) => format!("{}/{}", one(address), one(mask)),
        _ => one(octets),
    }
}

fn hexadecimal(octets: &[u8]) -> String {
    let text: String = octets.iter().take(SHOWN).map(|octet| format!("{octet:02x}")).collect();
    shortened(&text)
}

/// Characters of a name that are shown: a certificate may have names of a megabyte.
const SHOWN: usize = 200;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
