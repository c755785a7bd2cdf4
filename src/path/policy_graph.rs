//! RFC 9618 §5, in place of RFC 5280 §6.1.3 (d)-(f), §6.1.4 (a), (b), (h)-(j), §6.1.5 (a), (b), (g) — Certificate policies of a path
//!
//! The graph has one node for each policy at each depth, so that it grows with the certificates and not with their product; nodes and edges are
//! counted all the same. Qualifiers are not returned (RFC 9618 §5.5 advises against it).

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Malformed;
use crate::limits::{Budget, Exhausted};
use crate::pki::Certificate;
use crate::pki::extension::PolicyConstraints;
use crate::pki::extension::constraints::InhibitAnyPolicy;
use crate::pki::extension::policies::{CertificatePolicies, PolicyMappings};
use crate::pki::object_id::{self, ObjectId};

/// The inputs (c), (e), (f) and (g) of RFC 5280 §6.1.1. The default accepts every policy and asks for none.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyInputs {
    /// `user-initial-policy-set`; `None` is anyPolicy, and so is a set with it.
    pub user_initial_policy_set: Option<BTreeSet<ObjectId>>,
    /// `initial-explicit-policy`
    pub initial_explicit_policy: bool,
    /// `initial-policy-mapping-inhibit`
    pub initial_policy_mapping_inhibit: bool,
    /// `initial-any-policy-inhibit`
    pub initial_any_policy_inhibit: bool,
}

/// What a certificate says about policies.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyFacts {
    self_issued: bool,
    policies: Option<CertificatePolicies>,
    mappings: Option<PolicyMappings>,
    constraints: Option<PolicyConstraints>,
    inhibit_any_policy: Option<InhibitAnyPolicy>,
}

/// The three counters of RFC 5280 §6.1.2 (d), (e), (f): how many further certificates may go without what each is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PolicyCounters {
    /// `explicit_policy`: 0, a policy that is valid along the whole path is required.
    pub explicit_policy: u64,
    /// `policy_mapping`: 0, mappings are no longer followed.
    pub policy_mapping: u64,
    /// `inhibit_anyPolicy`: 0, anyPolicy no longer matches others.
    pub inhibit_any_policy: u64,
}

/// The state of policy processing along one path: the graph and the counters (RFC 5280 §6.1.2 (a), (d), (e), (f)).
///
/// ```text
/// new(inputs, n) · for each i in 1..=n { certificate(i) · if i < n { prepare() } } · wrap_up()
/// ```
#[derive(Clone, Debug)]
pub(super) struct PolicyProcessing {
    user_initial_policy_set: Option<BTreeSet<ObjectId>>,
    length: u64,
    counters: PolicyCounters,
    /// `valid_policy_graph` by depth; `None` is NULL.
    graph: Option<Vec<Level>>,
}

/// What came of §6.1.3 (d)-(f).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PolicyStep {
    /// (f): `explicit_policy` is above 0, or the graph not NULL.
    pub satisfied: bool,
    /// The policies valid at this depth.
    pub valid_policies: Vec<ObjectId>,
    /// As they stood for this certificate.
    pub counters: PolicyCounters,
}

/// What came of §6.1.4 (a), (b), (h)-(j).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PolicyPreparation {
    /// (a): mappings from or to anyPolicy, as `issuer -> subject`; one is a failure.
    pub any_policy_mapped: Vec<String>,
    /// The policies valid at this depth after (b).
    pub valid_policies: Vec<ObjectId>,
    /// As they stand for the next certificate.
    pub counters: PolicyCounters,
}

/// What came of §6.1.5 (a), (b), (g).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PolicyResult {
    /// `explicit_policy` is above 0, or the user-constrained set not empty.
    pub satisfied: bool,
    /// `authority_constrained_policy_set`, as dotted identifiers.
    pub authority_constrained: Vec<String>,
    /// `user_constrained_policy_set`, as dotted identifiers.
    pub user_constrained: Vec<String>,
    /// As they stand at the end.
    pub counters: PolicyCounters,
}

impl PolicyFacts {
    /// Reads the four extensions.
    ///
    /// # Errors
    /// [`Malformed`] when one of them is, a policy that stands twice included (RFC 5280 §4.2.1.4).
    pub(super) fn of(certificate: &Certificate) -> Result<Self, Malformed> {
        Ok(Self {
            self_issued: certificate.is_self_issued(),
            policies: certificate.certificate_policies()?,
            mappings: certificate.policy_mappings()?,
            constraints: certificate.policy_constraints()?,
            inhibit_any_policy: certificate.inhibit_any_policy()?,
        })
    }
}

impl PolicyProcessing {
    /// RFC 5280 §6.1.2 for a path of `length` certificates, the anchor not counted.
    pub(super) fn new(inputs: PolicyInputs, length: u64) -> Self {
        let counter = |inhibited: bool| if inhibited { 0 } else { length.saturating_add(1) };
        let counters = PolicyCounters {
            explicit_policy: counter(inputs.initial_explicit_policy),
            policy_mapping: counter(inputs.initial_policy_mapping_inhibit),
            inhibit_any_policy: counter(inputs.initial_any_policy_inhibit),
        };
        let root = Level(BTreeMap::from([(any_policy(), Node { parents: Vec::new(), expected: BTreeSet::from([any_policy()]) })]));
        let user_initial_policy_set = inputs.user_initial_policy_set.filter(|policies| !policies.contains(&any_policy()));
        Self { user_initial_policy_set, length, counters, graph: Some(vec![root]) }
    }

    /// RFC 5937 §3: the restrictions of a trust anchor's own certificate, before the first one that it issued.
    pub(super) fn constrain(&mut self, anchor: &PolicyFacts) {
        self.lower(anchor);
        let of_anchor = anchor.policies.as_ref().map(|policies| policies.0.iter().map(|information| information.policy.clone()).collect());
        let of_anchor = of_anchor.filter(|policies: &BTreeSet<ObjectId>| !policies.contains(&any_policy()));
        self.user_initial_policy_set = both(self.user_initial_policy_set.take(), of_anchor);
    }

    /// §6.1.3 (d)-(f) for certificate `i`, 1 the one that the anchor issued.
    ///
    /// # Errors
    /// [`Exhausted`] when `budget` has no room for the nodes and edges.
    pub(super) fn certificate(&mut self, i: u64, facts: &PolicyFacts, budget: &Budget) -> Result<PolicyStep, Exhausted> {
        let any_policy_counts = self.counters.inhibit_any_policy > 0 || (i < self.length && facts.self_issued);
        let level = match (self.last_level(), &facts.policies) {
            (Some(above), Some(policies)) => Some(above.below(policies, any_policy_counts, budget)?),
            // (e)
            _ => None,
        };
        match (&mut self.graph, level.filter(|level| !level.0.is_empty())) {
            (Some(levels), Some(level)) => levels.push(level),
            // (d)(3) would delete every node up to the root.
            (graph, _) => *graph = None,
        }
        let satisfied = self.counters.explicit_policy > 0 || self.graph.is_some();
        Ok(PolicyStep { satisfied, valid_policies: self.valid_policies(), counters: self.counters })
    }

    /// §6.1.4 (a), (b), (h)-(j) for the same certificate, when it issued the next one.
    ///
    /// # Errors
    /// [`Exhausted`] when `budget` has no room for the mappings.
    pub(super) fn prepare(&mut self, facts: &PolicyFacts, budget: &Budget) -> Result<PolicyPreparation, Exhausted> {
        let mut any_policy_mapped = Vec::new();
        let mut mappings: BTreeMap<ObjectId, BTreeSet<ObjectId>> = BTreeMap::new();
        for mapping in facts.mappings.iter().flat_map(|mappings| &mappings.0) {
            budget.spend(1)?;
            if is_any_policy(&mapping.issuer_domain) || is_any_policy(&mapping.subject_domain) {
                any_policy_mapped.push(format!("{} -> {}", mapping.issuer_domain, mapping.subject_domain));
            } else {
                mappings.entry(mapping.issuer_domain.clone()).or_default().insert(mapping.subject_domain.clone());
            }
        }
        let follows = self.counters.policy_mapping > 0;
        if let Some(level) = self.graph.as_mut().and_then(|levels| levels.last_mut()) {
            if follows {
                level.map(mappings);
            } else {
                level.0.retain(|policy, _| !mappings.contains_key(policy));
            }
            if level.0.is_empty() {
                self.graph = None;
            }
        }
        self.count_down(facts);
        Ok(PolicyPreparation { any_policy_mapped, valid_policies: self.valid_policies(), counters: self.counters })
    }

    /// §6.1.4 (h), (i), (j)
    fn count_down(&mut self, facts: &PolicyFacts) {
        let counters = &mut self.counters;
        if !facts.self_issued {
            for counter in [&mut counters.explicit_policy, &mut counters.policy_mapping, &mut counters.inhibit_any_policy] {
                *counter = counter.saturating_sub(1);
            }
        }
        self.lower(facts);
    }

    /// §6.1.4 (i), (j)
    fn lower(&mut self, facts: &PolicyFacts) {
        let counters = &mut self.counters;
        let lower = |counter: &mut u64, constraint: Option<u64>| *counter = constraint.map_or(*counter, |limit| limit.min(*counter));
        lower(&mut counters.explicit_policy, facts.constraints.and_then(|constraints| constraints.require_explicit_policy));
        lower(&mut counters.policy_mapping, facts.constraints.and_then(|constraints| constraints.inhibit_policy_mapping));
        lower(&mut counters.inhibit_any_policy, facts.inhibit_any_policy.map(|inhibit| inhibit.0));
    }

    /// §6.1.5 (a), (b), (g) for the last certificate.
    ///
    /// # Errors
    /// [`Exhausted`] when `budget` has no room for another walk over the graph.
    pub(super) fn wrap_up(mut self, facts: &PolicyFacts, budget: &Budget) -> Result<PolicyResult, Exhausted> {
        // (a) names no exception for a self-issued certificate, as RFC 3280 did.
        self.counters.explicit_policy = self.counters.explicit_policy.saturating_sub(1);
        if facts.constraints.is_some_and(|constraints| constraints.require_explicit_policy == Some(0)) {
            self.counters.explicit_policy = 0;
        }
        let authority = self.authority_constrained_policy_set(budget)?;
        let user: BTreeSet<&ObjectId> = match &self.user_initial_policy_set {
            None => authority.clone(),
            Some(initial) if authority.iter().any(|policy| is_any_policy(policy)) => initial.iter().collect(),
            Some(initial) => initial.iter().filter(|policy| authority.contains(policy)).collect(),
        };
        Ok(PolicyResult {
            satisfied: self.counters.explicit_policy > 0 || !user.is_empty(),
            authority_constrained: dotted(authority.iter().copied()),
            user_constrained: dotted(user.iter().copied()),
            counters: self.counters,
        })
    }

    /// (g)(1)-(4). Nodes without descendants at the last depth were never deleted, so the walk starts there and meets the others only.
    fn authority_constrained_policy_set(&self, budget: &Budget) -> Result<BTreeSet<&ObjectId>, Exhausted> {
        let mut found = BTreeSet::new();
        let levels = self.graph.as_deref().unwrap_or_default();
        let mut living: BTreeSet<&ObjectId> = levels.last().map(|level| level.0.keys().collect()).unwrap_or_default();
        found.extend(living.iter().copied().filter(|policy| is_any_policy(policy)));
        for level in levels.iter().rev() {
            let mut parents = BTreeSet::new();
            for (policy, node) in living.iter().filter_map(|policy| level.0.get_key_value(*policy)) {
                budget.spend(units(node.parents.len()))?;
                match node.parents.as_slice() {
                    [parent] if is_any_policy(parent) && !is_any_policy(policy) => {
                        found.insert(policy);
                    }
                    // The ancestors of an anyPolicy node are anyPolicy nodes, which say nothing.
                    _ => parents.extend(node.parents.iter().filter(|parent| !is_any_policy(parent))),
                }
            }
            living = parents;
        }
        Ok(found)
    }

    fn last_level(&self) -> Option<&Level> {
        self.graph.as_ref().and_then(|levels| levels.last())
    }

    fn valid_policies(&self) -> Vec<ObjectId> {
        self.last_level().map(|level| level.0.keys().cloned().collect()).unwrap_or_default()
    }
}

/// RFC 5937 §3: of the policies that the user accepts, those for which the anchor is trusted; `None` is anyPolicy.
pub(super) fn both(user: Option<BTreeSet<ObjectId>>, anchor: Option<BTreeSet<ObjectId>>) -> Option<BTreeSet<ObjectId>> {
    match (user, anchor) {
        (Some(user), Some(anchor)) => Some(user.intersection(&anchor).cloned().collect()),
        (user, anchor) => user.or(anchor),
    }
}

/// The nodes of one depth by `valid_policy`. A node whose descendants all ended stays; nothing but [`PolicyProcessing::wrap_up`] looks above
/// the last depth.
#[derive(Clone, Debug)]
struct Level(BTreeMap<ObjectId, Node>);

#[derive(Clone, Debug)]
struct Node {
    /// The `valid_policy` of each parent.
    parents: Vec<ObjectId>,
    /// `expected_policy_set`
    expected: BTreeSet<ObjectId>,
}

impl Level {
    /// §6.1.3 (d)(1), (2): the next depth.
    fn below(&self, policies: &CertificatePolicies, any_policy_counts: bool, budget: &Budget) -> Result<Self, Exhausted> {
        let mut expecting: BTreeMap<&ObjectId, Vec<ObjectId>> = BTreeMap::new();
        for (policy, node) in &self.0 {
            budget.spend(units(node.expected.len()))?;
            for expected in &node.expected {
                expecting.entry(expected).or_default().push(policy.clone());
            }
        }
        let mut nodes = BTreeMap::new();
        let has_any_policy = self.0.contains_key(&any_policy());
        let mut any_policy_named = false;
        for policy in policies.0.iter().map(|information| &information.policy) {
            budget.spend(1)?;
            if is_any_policy(policy) {
                any_policy_named = true;
            } else if let Some(parents) = expecting.get(policy) {
                nodes.insert(policy.clone(), Node::child_of(parents.clone(), policy));
            } else if has_any_policy {
                nodes.insert(policy.clone(), Node::child_of(vec![any_policy()], policy));
            }
        }
        if any_policy_named && any_policy_counts {
            for (policy, parents) in expecting {
                nodes.entry(policy.clone()).or_insert_with(|| Node::child_of(parents, policy));
            }
        }
        Ok(Self(nodes))
    }

    /// §6.1.4 (b)(1)
    fn map(&mut self, mappings: BTreeMap<ObjectId, BTreeSet<ObjectId>>) {
        let has_any_policy = self.0.contains_key(&any_policy());
        for (issuer_domain, expected) in mappings {
            match self.0.get_mut(&issuer_domain) {
                Some(node) => node.expected = expected,
                None if has_any_policy => {
                    self.0.insert(issuer_domain, Node { parents: vec![any_policy()], expected });
                }
                None => {}
            }
        }
    }
}

impl Node {
    fn child_of(parents: Vec<ObjectId>, policy: &ObjectId) -> Self {
        Self { parents, expected: BTreeSet::from([policy.clone()]) }
    }
}

fn any_policy() -> ObjectId {
    object_id::ANY_POLICY.into()
}

fn is_any_policy(policy: &ObjectId) -> bool {
    *policy == object_id::ANY_POLICY
}

pub(super) fn dotted<'a>(policies: impl Iterator<Item = &'a ObjectId>) -> Vec<String> {
    policies.map(ToString::to_string).collect()
}

fn units(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
