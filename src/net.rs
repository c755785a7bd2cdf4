//! RFC 3161 §3.4, RFC 6960 appendix A, RFC 5280 §4.2.1.13 — The network: timestamps, OCSP responses, revocation lists and issuers over HTTP
//!
//! Addresses come out of certificates, and so from strangers: only public ones are called, unless the relying party says otherwise, and every
//! answer is bounded in size and time. What comes is judged like everything else.

mod address;
mod cache;
mod http;
mod resolver;
mod turnstile;

pub use cache::Cache;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::report::json::WantKind;
use crate::{Call, Fetch, FetchError, Misuse, Time};
use http::Http;
use turnstile::Turnstile;

/// Name and password for HTTP basic authentication (RFC 7617). They are sent to the address that they were given for and nowhere else.
#[derive(Clone)]
pub struct Credentials {
    name: String,
    password: zeroize::Zeroizing<String>,
}

/// Whether addresses may be called that only this machine or network knows: private, loopback, link-local.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrivateAddresses {
    /// Not for what certificates name, nor for what answers redirect to.
    #[default]
    Refused,
    /// Like others.
    Allowed,
}

/// What the network may do, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long an answer may take, from the name of the host to the last octet.
    pub timeout: Duration,
    /// The same of a timestamp: busy authorities take minutes. At most [`Settings::LONGEST`].
    pub timestamp_timeout: Duration,
    /// Timestamps asked for at the same time, of all copies of a fetcher.
    pub timestamps_at_once: usize,
    /// Everything else asked for at the same time for one document.
    pub calls_at_once: usize,
    /// Redirections followed for one call.
    pub redirections: u32,
    /// Octets of a revocation list; all other answers are a sixteenth of it at most.
    pub largest: u64,
    /// Private, loopback and link-local addresses. The authority for timestamps is named by the caller and may have one in any case.
    pub private_addresses: PrivateAddresses,
    /// Hosts that are reached elsewhere, for names of an intranet: the name in the address, and `host`, `host:port` or an address where it is.
    /// What is asked stays the same; where it is asked is trusted to be right.
    pub hosts: BTreeMap<String, String>,
    /// Who is who to which authority for timestamps, by its address.
    pub credentials: BTreeMap<String, Credentials>,
    /// Who certifies servers for HTTPS: these alone, for names of an intranet; the authorities that Mozilla's programs trust when absent. That is
    /// about who may listen; what comes is believed by nothing of it.
    pub tls_roots: Option<Vec<crate::pki::Certificate>>,
    /// Where answers are kept.
    pub cache: Option<PathBuf>,
    /// The time by which kept answers are new enough; that of the clock when absent.
    pub time: Option<Time>,
}

/// A [`Fetch`] over HTTP, and over HTTPS with the feature `https`. Copies share limits and cache.
#[derive(Clone)]
pub struct Fetcher {
    settings: Arc<Settings>,
    http: Http,
    timestamps: Arc<Turnstile>,
    cache: Option<Cache>,
}

impl Credentials {
    /// A name without colon, and a password.
    ///
    /// # Errors
    /// [`Misuse`] when the name has a colon, which the scheme has no place for.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Result<Self, Misuse> {
        let (name, password) = (name.into(), zeroize::Zeroizing::new(password.into()));
        if name.contains(':') {
            return Err(Misuse::new("a name for basic authentication has no colon"));
        }
        Ok(Self { name, password })
    }

    fn header(&self) -> zeroize::Zeroizing<String> {
        let both = zeroize::Zeroizing::new(format!("{}:{}", self.name, *self.password));
        zeroize::Zeroizing::new(format!("Basic {}", *crate::encoding::base64::encode_secret(both.as_bytes())))
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Settings {
    /// The longest that a timestamp may take.
    pub const LONGEST: Duration = Duration::from_secs(180);

    /// How large an answer may be.
    fn largest(&self, kind: WantKind) -> u64 {
        if kind == WantKind::Crl { self.largest } else { self.largest / 16 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20),
            timestamp_timeout: Duration::from_secs(60),
            timestamps_at_once: 4,
            calls_at_once: 4,
            redirections: 3,
            largest: 64 << 20,
            private_addresses: PrivateAddresses::Refused,
            hosts: BTreeMap::new(),
            credentials: BTreeMap::new(),
            tls_roots: None,
            cache: None,
            time: None,
        }
    }
}

impl Fetcher {
    /// A fetcher that does as `settings` say.
    ///
    /// # Errors
    /// [`Misuse`] when a time-out is zero or too long, or the folder of the cache cannot be made.
    pub fn new(settings: Settings) -> Result<Self, Misuse> {
        if settings.timestamp_timeout > Settings::LONGEST {
            return Err(Misuse::new("a timestamp is waited for 180 seconds at most"));
        }
        if settings.timeout.is_zero()
            || settings.timestamp_timeout.is_zero()
            || settings.timestamps_at_once == 0
            || settings.calls_at_once == 0
        {
            return Err(Misuse::new("nothing can be fetched in no time, or none at once"));
        }
        let cache = settings.cache.clone().map(Cache::at).transpose();
        let cache = cache.map_err(|error| Misuse::new(format!("the cache cannot be used: {error}")))?;
        let timestamps = Arc::new(Turnstile::new(settings.timestamps_at_once));
        Ok(Self { http: Http::new(&settings), settings: Arc::new(settings), timestamps, cache })
    }

    fn call(&self, call: &Call) -> Result<Vec<u8>, FetchError> {
        let time = || self.settings.time.or_else(clock);
        let kept = self.cache.as_ref().and_then(|cache| cache.answer(call, time()?));
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let _turn = (call.kind == WantKind::Timestamp).then(|| self.timestamps.pass());
        let answer = self.http.answer(call, &self.settings)?;
        if let Some(cache) = &self.cache {
            // A cache that cannot be written to costs time and nothing else.
            let _ = cache.keep(call, &answer);
        }
        Ok(answer)
    }
}

impl Fetch for Fetcher {
    fn fetch(&mut self, call: &Call) -> Result<Vec<u8>, FetchError> {
        self.call(call)
    }

    fn fetch_all(&mut self, calls: &[Call]) -> Vec<Result<Vec<u8>, FetchError>> {
        let fetcher = &*self;
        let of_chunk = |calls: &[Call]| {
            std::thread::scope(|scope| {
                let threads: Vec<_> = calls.iter().map(|call| (call, scope.spawn(move || fetcher.call(call)))).collect();
                let joined = |(call, thread): (&Call, std::thread::ScopedJoinHandle<'_, Result<Vec<u8>, FetchError>>)| {
                    thread.join().unwrap_or_else(|_| Err(FetchError::new(call, "the thread that asked ended")))
                };
                threads.into_iter().map(joined).collect::<Vec<_>>()
            })
        };
        calls.chunks(self.settings.calls_at_once).flat_map(of_chunk).collect()
    }

    /// Random octets of the operating system. What is kept for others has none: a nonce is for one question.
    fn nonce(&mut self, kind: WantKind) -> Option<[u8; 32]> {
        if kind == WantKind::Ocsp && self.cache.is_some() {
            return None;
        }
        let mut octets = [0; 32];
        getrandom::fill(&mut octets).ok().map(|()| octets)
    }
}

fn clock() -> Option<Time> {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok().map(Time::from_unix)
}
