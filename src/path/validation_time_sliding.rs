//! EN 319 102-1 §5.6.2.2 — Validation time sliding: down a path, back to the last time at which everything above could be relied upon

use std::collections::BTreeMap;

use super::basic_processing::{Place, Said};
use super::cryptographic_constraints::table;
use super::freshness::{is_fresh, maximum_age};
use super::issuer::{algorithm_name, reliable};
use super::name_constraints::NameConstraintsState;
use super::revocation::{self, Statement};
use super::{Inquiry, subject};
use crate::context::{AlgorithmUse, RevocationPolicy};
use crate::report::{Fact, Recorder, Stop, checks};
use crate::time::Time;

checks! {
    CERTIFICATE_EXISTED = "validation_time_sliding.certificate_existed", "EN 319 102-1 §5.6.2.2.4 (2)(a)", Indeterminate(NoPoe),
        "Nothing proves that the certificate of {subject} existed by {control_time}; it is known since {existed}.",
        "Không có bằng chứng chứng thư của {subject} đã tồn tại vào lúc {control_time}; chỉ biết từ {existed}.";
    STATUS_EXISTED = "validation_time_sliding.status_existed", "EN 319 102-1 §5.6.2.2.4 (2)(a)", Indeterminate(NoPoe),
        "Nothing of before {control_time} that is proven to be of that time says whether the certificate of {subject} was revoked.",
        "Không có thông tin thu hồi nào được chứng minh tồn tại trước {control_time} cho chứng thư của {subject}.";
    TIME_KEPT = "validation_time_sliding.control_time_kept", "EN 319 102-1 §5.6.2.2.4 (2)(b), (c)", Indeterminate(NoPoe),
        "Below the certificate of {subject}, what is believed must be proven to be of {control_time} or before: {because}.",
        "Dưới chứng thư của {subject}, mọi thứ phải được chứng minh tồn tại vào {control_time} hoặc trước đó.";
    ALGORITHM_LISTED = "validation_time_sliding.algorithm_listed", "EN 319 102-1 §5.6.2.2.4 (2)(c)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The certificate of {subject} is signed with {algorithm}, which was reliable at no time.",
        "Chứng thư của {subject} được ký bằng {algorithm}, thuật toán không được tin cậy vào bất kỳ thời điểm nào.";
}

/// Since when each certificate, CRL and OCSP response is known to have existed, by digest. What is not in it is known now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proofs(BTreeMap<[u8; 32], Time>);

impl Proofs {
    /// It existed at `time`; an earlier proof stays.
    pub(crate) fn add(&mut self, id: [u8; 32], time: Time) {
        self.0.entry(id).and_modify(|known| *known = time.min(*known)).or_insert(time);
    }

    /// These proofs and those of `other`, the earlier of each.
    pub(crate) fn extend(&mut self, other: &Self) {
        for (id, time) in &other.0 {
            self.add(*id, *time);
        }
    }

    /// The earliest time at which it is proven to have existed.
    pub(crate) fn of(&self, id: &[u8; 32]) -> Option<Time> {
        self.0.get(id).copied()
    }
}

/// Step (2) for one certificate of the path. `said.control_time` slides; what stands below must have existed by then.
pub(super) fn slide(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    proofs: &Proofs,
    place: &Place<'_>,
    names: &NameConstraintsState,
    said: &mut Said,
) -> Result<(), Stop> {
    let now = inquiry.context.time;
    let certificate = place.certificate;
    let before = said.control_time.unwrap_or(now);
    let existed = proofs.of(&certificate.sha256()).unwrap_or(now);
    let mut control = Control { time: before, because: "nothing asks for more" };
    status(r, inquiry, proofs, place, names, said, &mut control)?;
    let algorithm = certificate.signature_algorithm();
    let end = reliable(table(inquiry, place), algorithm, &place.issuer.key);
    r.require(&ALGORITHM_LISTED, end != AlgorithmUse::Never, || {
        [("subject", subject(certificate)), ("algorithm", algorithm_name(algorithm).into())]
    })?;
    if let AlgorithmUse::Until(end) = end {
        control.back_before(end, "the algorithm that signs it is not reliable any more");
    }
    said.control_time = Some(control.time);
    r.tolerate(&TIME_KEPT, control.time == before, || {
        [
            ("subject", subject(certificate)),
            ("from", before.into()),
            ("control_time", control.time.into()),
            ("because", control.because.into()),
        ]
    });
    // Asked after the algorithm has moved the time: what is forged since then proves nothing.
    r.require(&CERTIFICATE_EXISTED, existed <= control.time, || {
        [("subject", subject(certificate)), ("existed", existed.into()), ("control_time", control.time.into())]
    })
}

struct Control {
    time: Time,
    because: &'static str,
}

impl Control {
    /// To the last second before something ended.
    fn back_before(&mut self, end: Time, because: &'static str) {
        self.back_to(end.plus_seconds(-1), because);
    }

    fn back_to(&mut self, time: Time, because: &'static str) {
        if time < self.time {
            *self = Self { time, because };
        }
    }
}

/// (a) the latest status information that existed by the control time, and (b) what it moves.
fn status(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    proofs: &Proofs,
    place: &Place<'_>,
    names: &NameConstraintsState,
    said: &mut Said,
    control: &mut Control,
) -> Result<(), Stop> {
    let certificate = place.certificate;
    let rule = revocation::rule(inquiry, place);
    let exempt = if rule == RevocationPolicy::Off { Some("the policy does not ask") } else { revocation::exemption(place) };
    if let Some(why) = exempt {
        r.skip(&STATUS_EXISTED, || [("subject", subject(certificate)), ("why", why.into())]);
        return Ok(());
    }
    let statement = revocation::past_statement(r, inquiry, proofs, control.time, place, names, &mut said.wants);
    let Some(statement) = statement else {
        let facts = || [("subject", subject(certificate)), ("control_time", control.time.into())];
        if rule == RevocationPolicy::IfAvailable {
            r.tolerate(&STATUS_EXISTED, false, facts);
            return Ok(());
        }
        return r.require(&STATUS_EXISTED, false, facts);
    };
    said.revocation.push(revocation::status_of(certificate, &statement));
    r.ask(&STATUS_EXISTED, true, || {
        [("subject", subject(certificate)), ("control_time", control.time.into()), ("source", revocation::sources(&statement))]
    });
    moved(inquiry, &statement, control);
    Ok(())
}

fn moved(inquiry: &Inquiry<'_>, statement: &Statement, control: &mut Control) {
    if let Some((revoked_at, _)) = statement.revoked {
        control.back_before(revoked_at, "it was revoked then");
        return;
    }
    // The standard goes back to the issue, which no proof can be older than when the status was collected just before the timestamp over it. The last
    // moment at which it was fresh is as far as it would have been accepted then.
    let policy = inquiry.context.policy;
    let grace = policy.grace_without_next_update.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX));
    let maximum = maximum_age(policy, statement.this_update, statement.next_update).or(grace);
    if !is_fresh(statement.this_update, maximum, control.time) {
        let last = maximum.unwrap_or(0).saturating_sub(1).max(0);
        control.back_to(statement.this_update.plus_seconds(last), "its status is known up to then");
    }
}

/// Where the sliding starts: now, or when the relying party's trust in the anchor ends.
pub(super) fn start(now: Time, sunset: Option<Time>) -> Time {
    // A sunset is the first moment without trust.
    sunset.map_or(now, |sunset| sunset.plus_seconds(-1).min(now))
}

/// A time at which all certificates of the path are valid, if there is one: the last moment of the one that ends first.
pub(super) fn common_time(path: &super::Path, now: Time) -> Time {
    path.certificates.iter().map(crate::pki::Certificate::not_after).min().map_or(now, |end| end.min(now))
}

/// For the text of a report.
pub(super) fn time_fact(time: Option<Time>) -> Fact {
    time.map_or_else(|| "-".into(), Fact::from)
}
