//! RFC 9110 — One call over HTTP, its redirections followed here, so that each of their addresses is checked too

use std::io::Read;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::{Response, Uri, header};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;

use super::resolver::Guard;
use super::{PrivateAddresses, Settings};
use crate::report::json::WantKind;
use crate::{Call, FetchError};

/// Who calls.
#[derive(Clone)]
pub(super) struct Http {
    /// For what strangers name.
    guarded: Agent,
    /// For what the caller names.
    open: Agent,
}

impl Http {
    pub(super) fn new(settings: &Settings) -> Self {
        let agent = |private| {
            let hosts = settings.hosts.iter().map(|(name, elsewhere)| (name.to_ascii_lowercase(), elsewhere.clone())).collect();
            Agent::with_parts(
                configuration(settings),
                DefaultConnector::new(),
                Guard { private, hosts, system: DefaultResolver::default() },
            )
        };
        Self { guarded: agent(settings.private_addresses), open: agent(PrivateAddresses::Allowed) }
    }

    /// The answer to `call`, whole and with status 200.
    pub(super) fn answer(&self, call: &Call, settings: &Settings) -> Result<Vec<u8>, FetchError> {
        let failed = |cause: String| FetchError::new(call, cause);
        let of_caller = call.kind == WantKind::Timestamp;
        let timeout = if of_caller { settings.timestamp_timeout } else { settings.timeout };
        let (begun, mut url) = (Instant::now(), parsed(&call.url).map_err(failed)?);
        for redirections in 0..=settings.redirections {
            let left = timeout.checked_sub(begun.elapsed()).filter(|left| !left.is_zero());
            let left = left.ok_or_else(|| failed(format!("no answer within {} s", timeout.as_secs())))?;
            let first = of_caller && redirections == 0;
            let credentials = settings.credentials.get(&call.url).filter(|_| first).map(super::Credentials::header);
            let agent = if first { &self.open } else { &self.guarded };
            let response = sent(agent, call, &url, credentials.as_deref().map(String::as_str), left);
            let response = response.map_err(|error| failed(told(&error, timeout)))?;
            match response.status().as_u16() {
                200 => return body(response, settings.largest(call.kind)).map_err(|error| failed(told(&error, timeout))),
                301 | 302 | 303 | 307 | 308 => url = redirected(&url, &response).map_err(failed)?,
                status => return Err(failed(format!("status {status}"))),
            }
        }
        Err(failed(format!("more than {} redirections", settings.redirections)))
    }
}

/// No connection outlives its call: one that was made for the caller's own address must not serve a stranger's.
fn configuration(settings: &Settings) -> ureq::config::Config {
    let builder = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .max_idle_connections(0)
        .max_idle_connections_per_host(0)
        .max_response_header_size(16 << 10)
        .user_agent(concat!("kyso/", env!("CARGO_PKG_VERSION")));
    #[cfg(feature = "https")]
    let builder = builder.tls_config(tls(settings));
    #[cfg(not(feature = "https"))]
    let _ = settings;
    builder.build()
}

#[cfg(feature = "https")]
fn tls(settings: &Settings) -> ureq::tls::TlsConfig {
    use ureq::tls::{Certificate, RootCerts, TlsConfig};
    let provider = std::sync::Arc::new(rustls_graviola::default_provider());
    let roots = match &settings.tls_roots {
        None => RootCerts::WebPki,
        Some(roots) => roots.iter().map(|root| Certificate::from_der(root.octets()).to_owned()).collect::<Vec<_>>().into(),
    };
    TlsConfig::builder().unversioned_rustls_crypto_provider(provider).root_certs(roots).build()
}

fn parsed(url: &str) -> Result<Uri, String> {
    let uri: Uri = url.trim().parse().map_err(|error| format!("no address: {error}"))?;
    let known = if cfg!(feature = "https") { ["http", "https"] } else { ["http", "http"] };
    match uri.scheme_str() {
        Some("https") if !speaks_https() => Err("https takes instructions that this processor lacks".into()),
        Some(scheme) if known.contains(&scheme) && uri.host().is_some() => Ok(uri),
        scheme => Err(format!("{} is not fetched from", scheme.unwrap_or("an address without scheme"))),
    }
}

/// What graviola asks of a processor; most of the last ten years have it.
#[cfg(all(feature = "https", target_arch = "x86_64"))]
fn speaks_https() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("aes") && has!("ssse3") && has!("avx") && has!("avx2") && has!("adx") && has!("bmi2") && has!("pclmulqdq")
}

#[cfg(all(feature = "https", target_arch = "aarch64"))]
fn speaks_https() -> bool {
    use std::arch::is_aarch64_feature_detected as has;
    has!("aes") && has!("sha2") && has!("pmull") && has!("neon")
}

/// Without the feature the scheme is not known at all.
#[cfg(not(all(feature = "https", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn speaks_https() -> bool {
    !cfg!(feature = "https")
}

fn sent(agent: &Agent, call: &Call, url: &Uri, credentials: Option<&str>, timeout: Duration) -> Result<Response<ureq::Body>, ureq::Error> {
    let (sent, accepted) = match call.kind {
        WantKind::Timestamp => ("application/timestamp-query", "application/timestamp-reply"),
        WantKind::Ocsp => ("application/ocsp-request", "application/ocsp-response"),
        _ => ("application/octet-stream", "*/*"),
    };
    match &call.octets {
        None => {
            let request = agent.get(url).header(header::ACCEPT, accepted);
            request.config().timeout_global(Some(timeout)).build().call()
        }
        Some(octets) => {
            let request = agent.post(url).header(header::ACCEPT, accepted).header(header::CONTENT_TYPE, sent);
            let request = credentials.into_iter().fold(request, |request, value| request.header(header::AUTHORIZATION, value));
            request.config().timeout_global(Some(timeout)).build().send(&octets[..])
        }
    }
}

fn body(mut response: Response<ureq::Body>, largest: u64) -> Result<Vec<u8>, ureq::Error> {
    let mut octets = Vec::new();
    // One more than allowed tells that there is more.
    let read = response.body_mut().as_reader().take(largest.saturating_add(1)).read_to_end(&mut octets);
    read.map_err(ureq::Error::from)?;
    if u64::try_from(octets.len()).unwrap_or(u64::MAX) > largest {
        return Err(ureq::Error::BodyExceedsLimit(largest));
    }
    Ok(octets)
}

/// RFC 9110 §10.2.2. What was asked over HTTPS is not asked again in the clear.
fn redirected(from: &Uri, response: &Response<ureq::Body>) -> Result<Uri, String> {
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).ok_or("redirected to nowhere")?;
    let to = if location.starts_with('/') && !location.starts_with("//") {
        let (scheme, authority) = (from.scheme_str().unwrap_or_default(), from.authority().map_or("", |authority| authority.as_str()));
        parsed(&format!("{scheme}://{authority}{location}"))
    } else {
        parsed(location)
    };
    let to = to.map_err(|cause| format!("redirected to {location}: {cause}"))?;
    if from.scheme_str() == Some("https") && to.scheme_str() != Some("https") {
        return Err(format!("redirected to {location}, away from https"));
    }
    Ok(to)
}

fn told(error: &ureq::Error, timeout: Duration) -> String {
    match error {
        ureq::Error::Timeout(_) => format!("no answer within {} s", timeout.as_secs()),
        ureq::Error::BodyExceedsLimit(largest) => format!("more than {largest} octets"),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => format!("no answer within {} s", timeout.as_secs()),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}
