//! Where a host is: the address that was looked up is the one that was checked and the one that is called, so that no second look-up differs

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::PrivateAddresses;
use super::address::is_public;

/// Looks hosts up, in a table first.
#[derive(Debug)]
pub(super) struct Guard {
    pub private: PrivateAddresses,
    /// In lower case.
    pub hosts: BTreeMap<String, String>,
    pub system: DefaultResolver,
}

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        if let Some(elsewhere) = self.hosts.get(&host) {
            return self.system.resolve(&elsewhere_of(uri, elsewhere)?, config, timeout);
        }
        let found = self.system.resolve(uri, config, timeout)?;
        if self.private == PrivateAddresses::Allowed {
            return Ok(found);
        }
        let mut public = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip())) {
            public.push(*address);
        }
        match found.first() {
            Some(private) if public.is_empty() => Err(refused(&host, private.ip())),
            _ => Ok(public),
        }
    }

    fn empty(&self) -> ResolvedSocketAddrs {
        let unset = SocketAddr::from(([0, 0, 0, 0], 0));
        ResolvedSocketAddrs::from_fn(|_| unset)
    }
}

fn refused(host: &str, address: IpAddr) -> ureq::Error {
    let told = format!("{host} is at {address}, which is no public address; that must be allowed");
    ureq::Error::Io(io::Error::new(io::ErrorKind::PermissionDenied, told))
}

/// `uri` with the host, and the port if it has one, of `elsewhere`.
fn elsewhere_of(uri: &Uri, elsewhere: &str) -> Result<Uri, ureq::Error> {
    let port = uri.port().filter(|_| elsewhere.parse::<ureq::http::uri::Authority>().is_ok_and(|authority| authority.port().is_none()));
    let authority = port.map_or_else(|| elsewhere.to_owned(), |port| format!("{elsewhere}:{port}"));
    let scheme = uri.scheme_str().unwrap_or("http");
    let bad = || ureq::Error::BadUri(format!("the table of hosts says {elsewhere}, which is none"));
    Uri::builder().scheme(scheme).authority(authority).path_and_query("/").build().map_err(|_| bad())
}
