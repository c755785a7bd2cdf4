//! An authority with everything that it serves: timestamps, OCSP responses, revocation lists, issuers' certificates; rightly, or with a fault

mod answer;
mod fault;
mod serving;

pub use answer::Answer;
pub use fault::{AuthorityFault, Service};
pub use serving::Serving;

use std::collections::BTreeMap;

use super::DemoPki;
use crate::report::json::WantKind;
use crate::retrieval::{Call, Fetch, FetchError};
use crate::{Misuse, Time};

/// The authorities of a [`DemoPki`] as they answer.
pub struct Authority {
    /// Who they are.
    pub pki: DemoPki,
    /// Their clock.
    pub time: Time,
    faults: BTreeMap<Service, AuthorityFault>,
    /// How often each was asked.
    asked: BTreeMap<Service, u32>,
}

/// Host names of the addresses in the demonstration's certificates.
pub const HOSTS: [&str; 3] = ["pki.kyso.example", "ocsp.kyso.example", "tsa.kyso.example"];

/// Where the timestamping authority would be.
pub const TIMESTAMPS: &str = "http://tsa.kyso.example/tsa";

impl Authority {
    /// The authorities of `pki`, whose clock says `time`.
    pub fn new(pki: DemoPki, time: Time) -> Self {
        Self { pki, time, faults: BTreeMap::new(), asked: BTreeMap::new() }
    }

    /// With this fault of one service; a later one takes its place.
    pub fn set_fault(&mut self, service: Service, fault: AuthorityFault) {
        self.faults.insert(service, fault);
    }

    /// Without faults.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// How often this service was asked.
    pub fn asked(&self, service: Service) -> u32 {
        self.asked.get(&service).copied().unwrap_or(0)
    }

    /// The answer to a request for `path` of `host`, with `octets` where something is sent.
    ///
    /// # Errors
    /// None in practice: making signatures can fail.
    pub fn answer(&mut self, host: &str, path: &str, octets: &[u8]) -> Result<Answer, Misuse> {
        let Some(service) = Service::at(host, path) else { return Ok(Answer::status(404)) };
        let asked = self.asked.entry(service).or_insert(0);
        *asked = asked.saturating_add(1);
        let fault = self.faults.get(&service).cloned();
        let right = fault.as_ref().is_none_or(|fault| !fault.is_about_content());
        let content = match service {
            Service::Timestamp => self.timestamp(octets, fault.as_ref().filter(|_| !right))?,
            Service::Ocsp => self.ocsp(octets, fault.as_ref().filter(|_| !right))?,
            Service::Crl => self.crl(path, fault.as_ref().filter(|_| !right))?,
            Service::Issuer => self.issuer(path, fault.as_ref().filter(|_| !right))?,
        };
        let Some(content) = content else { return Ok(Answer::status(404)) };
        Ok(Answer::of(service, content, fault))
    }
}

/// Without network: what would stand in the answer, stands there. What takes a wire (delays, redirections) is told as an error.
impl Fetch for Authority {
    fn fetch(&mut self, call: &Call) -> Result<Vec<u8>, FetchError> {
        let rest = call.url.strip_prefix("http://").ok_or_else(|| FetchError::new(call, "no such scheme"))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let octets = call.octets.as_deref().unwrap_or_default();
        let answer = self.answer(host, &format!("/{path}"), octets).map_err(|misuse| FetchError::new(call, misuse))?;
        match answer.status {
            200 if answer.delay.is_zero() && answer.sent == answer.octets.len() => Ok(answer.octets),
            200 => Err(FetchError::new(call, "the answer did not come whole")),
            status => Err(FetchError::new(call, format!("status {status}"))),
        }
    }

    /// What a counter makes: enough to tell answers apart, and the same in each run.
    fn nonce(&mut self, _: WantKind) -> Option<[u8; 32]> {
        let total = self.asked.values().sum::<u32>();
        Some(std::array::from_fn(|index| if index == 0 { 1 } else { total.to_be_bytes().get(index % 4).copied().unwrap_or(0) ^ 0x5a }))
    }
}
