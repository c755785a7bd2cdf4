//! The graph of policies beside the tree of the standard, and the suites

use std::path::PathBuf;

use super::*;
use crate::encoding::der::Received;
use crate::pki::extension::{PolicyInformation, PolicyMapping};

/// A policy of one's own: 2.999.`number`.
fn policy(number: u8) -> ObjectId {
    ObjectId::new(Received::new(&[0x88, 0x37, number])).unwrap()
}

fn policies(policies: &[ObjectId]) -> PolicyFacts {
    let information = |policy: &ObjectId| PolicyInformation { policy: policy.clone(), qualifiers: None };
    PolicyFacts { policies: Some(CertificatePolicies(policies.iter().map(information).collect())), ..Default::default() }
}

fn mapping(mut facts: PolicyFacts, pairs: &[(ObjectId, ObjectId)]) -> PolicyFacts {
    let pair = |(issuer, subject): &(ObjectId, ObjectId)| PolicyMapping { issuer_domain: issuer.clone(), subject_domain: subject.clone() };
    facts.mappings = Some(PolicyMappings(pairs.iter().map(pair).collect()));
    facts
}

fn budget() -> Budget {
    Budget::new("policy_nodes", 10_000)
}

/// Whether no step failed, and the result of the last.
fn process(inputs: PolicyInputs, path: &[PolicyFacts]) -> (bool, PolicyResult) {
    try_process(inputs, path, &budget()).unwrap()
}

fn try_process(inputs: PolicyInputs, path: &[PolicyFacts], budget: &Budget) -> Result<(bool, PolicyResult), Exhausted> {
    let mut processing = PolicyProcessing::new(inputs, units(path.len()));
    let mut satisfied = true;
    for (position, facts) in path.iter().enumerate() {
        satisfied &= processing.certificate(units(position + 1), facts, budget)?.satisfied;
        if position + 1 < path.len() {
            satisfied &= processing.prepare(facts, budget)?.any_policy_mapped.is_empty();
        }
    }
    let result = processing.wrap_up(path.last().unwrap(), budget)?;
    Ok((satisfied && result.satisfied, result))
}

fn explicit() -> PolicyInputs {
    PolicyInputs { initial_explicit_policy: true, ..Default::default() }
}

#[test]
fn one_policy_all_along_is_the_result_and_another_one_is_none() {
    let (satisfied, result) = process(explicit(), &[policies(&[policy(1)]), policies(&[policy(1)])]);
    assert!(satisfied);
    assert_eq!((result.authority_constrained, result.user_constrained), (vec!["2.999.1".into()], vec!["2.999.1".to_owned()]));
    let (satisfied, result) = process(explicit(), &[policies(&[policy(1)]), policies(&[policy(2)])]);
    assert!(!satisfied);
    assert!(result.user_constrained.is_empty());
    // Where no policy is asked for, none is no failure.
    assert!(process(PolicyInputs::default(), &[policies(&[policy(1)]), policies(&[policy(2)])]).0);
}

#[test]
fn the_user_takes_of_what_the_authorities_give() {
    let only = |number| PolicyInputs { user_initial_policy_set: Some(BTreeSet::from([policy(number)])), ..explicit() };
    let path = [policies(&[policy(1), policy(2)]), policies(&[policy(1), policy(2)])];
    assert_eq!(process(only(2), &path).1.user_constrained, ["2.999.2"]);
    assert!(!process(only(3), &path).0);
    // anyPolicy to the end is whatever the user asks for (RFC 9618 §5.5 (g)(6)(ii)).
    let any = [policies(&[any_policy()]), policies(&[any_policy()])];
    assert_eq!(process(only(3), &any).1.user_constrained, ["2.999.3"]);
    assert_eq!(process(explicit(), &any).1.user_constrained, ["2.5.29.32.0"]);
}

/// RFC 9618 §5.3, the example of an exact match: Red expects Gold and White, Blue expects Gold and Yellow; the certificate has Gold and Silver.
#[test]
fn an_exact_match_has_every_parent_that_expects_it() {
    let (red, blue, gold, white, yellow, silver) = (policy(1), policy(2), policy(3), policy(4), policy(5), policy(6));
    let mapped = [(&red, &gold), (&red, &white), (&blue, &gold), (&blue, &yellow)].map(|(from, to)| (from.clone(), to.clone()));
    let mut processing = PolicyProcessing::new(explicit(), 2);
    let first = mapping(policies(&[red, blue]), &mapped);
    processing.certificate(1, &first, &budget()).unwrap();
    processing.prepare(&first, &budget()).unwrap();
    let last = policies(&[gold, silver]);
    assert_eq!(dotted(processing.certificate(2, &last, &budget()).unwrap().valid_policies.iter()), ["2.999.3"]);
    // The authorities' own names for it are those before the mapping.
    assert_eq!(processing.wrap_up(&last, &budget()).unwrap().authority_constrained, ["2.999.1", "2.999.2"]);
}

/// RFC 9618 §5.3, the example of anyPolicy in the extension: every expected policy, once.
#[test]
fn any_policy_matches_what_was_expected_unless_inhibited() {
    let (red, blue, gold, silver, bronze) = (policy(1), policy(2), policy(3), policy(4), policy(5));
    let mapped = [(&red, &gold), (&red, &silver), (&blue, &gold), (&blue, &bronze)].map(|(from, to)| (from.clone(), to.clone()));
    let first = mapping(policies(&[red, blue]), &mapped);
    let second = policies(&[any_policy()]);
    let valid = |inputs| {
        let mut processing = PolicyProcessing::new(inputs, 2);
        processing.certificate(1, &first, &budget()).unwrap();
        processing.prepare(&first, &budget()).unwrap();
        dotted(processing.certificate(2, &second, &budget()).unwrap().valid_policies.iter())
    };
    assert_eq!(valid(explicit()), ["2.999.3", "2.999.4", "2.999.5"]);
    assert!(valid(PolicyInputs { initial_any_policy_inhibit: true, ..explicit() }).is_empty());
}

#[test]
fn mappings_from_and_to_any_policy_are_named() {
    let path = |pair| [mapping(policies(&[any_policy()]), &[pair]), policies(&[policy(2)])];
    assert!(process(explicit(), &path((policy(1), policy(2)))).0);
    assert!(!process(explicit(), &path((policy(1), any_policy()))).0);
    assert!(!process(explicit(), &path((any_policy(), policy(2)))).0);
}

#[test]
fn an_inhibited_mapping_takes_its_policy_away() {
    let path = [mapping(policies(&[policy(1)]), &[(policy(1), policy(2))]), policies(&[policy(2)])];
    assert_eq!(process(explicit(), &path).1.user_constrained, ["2.999.1"]);
    assert!(!process(PolicyInputs { initial_policy_mapping_inhibit: true, ..explicit() }, &path).0);
}

#[test]
fn self_issued_certificates_do_not_count_down() {
    let constrained = |skip| PolicyFacts {
        constraints: Some(PolicyConstraints { require_explicit_policy: Some(skip), inhibit_policy_mapping: None }),
        ..Default::default()
    };
    let ordinary = PolicyFacts::default();
    let self_issued = PolicyFacts { self_issued: true, ..Default::default() };
    let accepted = |path: &[PolicyFacts]| process(PolicyInputs::default(), path).0;
    assert!(!accepted(&[constrained(1), ordinary.clone(), ordinary.clone()]));
    assert!(accepted(&[constrained(2), self_issued.clone(), self_issued, ordinary.clone()]));
    assert!(!accepted(&[constrained(2), ordinary.clone(), ordinary.clone(), ordinary]));
}

/// The last certificate may ask for a policy itself (RFC 5280 §6.1.5 (b)).
#[test]
fn the_target_can_require_a_policy() {
    let required = PolicyConstraints { require_explicit_policy: Some(0), inhibit_policy_mapping: None };
    let target = |constraints| PolicyFacts { constraints, ..Default::default() };
    assert!(process(PolicyInputs::default(), &[target(None)]).0);
    assert!(!process(PolicyInputs::default(), &[target(Some(required))]).0);
}

/// RFC 9618 §3.2: a tree would have 2^depth leaves. The graph has two nodes and four edges a depth.
#[test]
fn mappings_that_double_at_each_depth_do_not_explode() {
    let (one, other) = (policy(1), policy(2));
    let every_way = [(&one, &one), (&one, &other), (&other, &one), (&other, &other)].map(|(from, to)| (from.clone(), to.clone()));
    let path = vec![mapping(policies(&[one, other]), &every_way); 100];
    let budget = Budget::new("policy_nodes", 2_000);
    let (satisfied, result) = try_process(explicit(), &path, &budget).unwrap();
    assert!(satisfied);
    assert_eq!(result.user_constrained, ["2.999.1", "2.999.2"]);
}

#[test]
fn a_certificate_of_very_many_policies_ends_at_the_budget() {
    let numbered = |number: u16| ObjectId::new(Received::new(&[0x88, 0x37, 0x81 | 0x80, (number >> 7) as u8 | 0x80, number as u8 & 0x7f]));
    let many: Vec<_> = (0..16_000).map(|number| numbered(number).unwrap()).collect();
    let exhausted = try_process(explicit(), &[policies(&many), policies(&many)], &budget()).unwrap_err();
    assert_eq!(exhausted, Exhausted { name: "policy_nodes", limit: 10_000 });
}

/// The valid_policy_tree of RFC 5280 §6.1 to the letter, without regard to its size. Policies are numbers here, 0 is anyPolicy.
#[derive(Default)]
struct Tree(Vec<TreeNode>);

#[derive(Clone)]
struct TreeNode {
    depth: usize,
    valid: u8,
    expected: BTreeSet<u8>,
    parent: Option<usize>,
    deleted: bool,
}

impl Tree {
    fn new() -> Self {
        Self(vec![TreeNode { depth: 0, valid: 0, expected: BTreeSet::from([0]), parent: None, deleted: false }])
    }

    fn at(&self, depth: usize) -> Vec<usize> {
        (0..self.0.len()).filter(|node| !self.0[*node].deleted && self.0[*node].depth == depth).collect()
    }

    fn add(&mut self, parent: usize, valid: u8, expected: BTreeSet<u8>) {
        self.0.push(TreeNode { depth: self.0[parent].depth + 1, valid, expected, parent: Some(parent), deleted: false });
    }

    fn prune(&mut self, depth: usize) {
        for above in (0..depth).rev() {
            for node in self.at(above) {
                self.0[node].deleted = !self.0.iter().any(|child| !child.deleted && child.parent == Some(node));
            }
        }
    }

    fn is_null(&self) -> bool {
        self.0.iter().all(|node| node.deleted)
    }

    /// §6.1.3 (d), (e)
    fn certificate(&mut self, i: usize, policies: Option<&[u8]>, any_policy_counts: bool) {
        let above = self.at(i - 1);
        for policy in policies.unwrap_or_default().iter().copied().filter(|policy| *policy != 0) {
            let expecting: Vec<_> = above.iter().copied().filter(|node| self.0[*node].expected.contains(&policy)).collect();
            let any: Vec<_> = above.iter().copied().filter(|node| self.0[*node].valid == 0).collect();
            for parent in if expecting.is_empty() { any } else { expecting } {
                self.add(parent, policy, BTreeSet::from([policy]));
            }
        }
        if any_policy_counts && policies.is_some_and(|policies| policies.contains(&0)) {
            for parent in above {
                for policy in self.0[parent].expected.clone() {
                    if !self.0.iter().any(|child| child.parent == Some(parent) && child.valid == policy) {
                        self.add(parent, policy, BTreeSet::from([policy]));
                    }
                }
            }
        }
        if policies.is_none() {
            self.0.iter_mut().for_each(|node| node.deleted = true);
        }
        self.prune(i);
    }

    /// §6.1.4 (b)
    fn map(&mut self, i: usize, mappings: &BTreeMap<u8, BTreeSet<u8>>, follows: bool) {
        for (issuer, subjects) in mappings {
            let named: Vec<_> = self.at(i).into_iter().filter(|node| self.0[*node].valid == *issuer).collect();
            for node in &named {
                self.0[*node].expected = subjects.clone();
                self.0[*node].deleted = !follows;
            }
            let any = self.at(i).into_iter().find(|node| self.0[*node].valid == 0);
            if let (true, true, Some(any)) = (follows, named.is_empty(), any) {
                self.add(self.0[any].parent.unwrap(), *issuer, subjects.clone());
            }
        }
        self.prune(i);
    }

    /// §6.1.5 (g): the policies of the nodes whose parent is anyPolicy, after the intersection.
    fn intersect(&mut self, n: usize, user: Option<&BTreeSet<u8>>) -> BTreeSet<u8> {
        let below_any = |tree: &Self| -> Vec<usize> {
            let living = (0..tree.0.len()).filter(|node| !tree.0[*node].deleted);
            living.filter(|node| tree.0[*node].parent.is_some_and(|parent| tree.0[parent].valid == 0)).collect()
        };
        if let Some(user) = user {
            let set = below_any(self);
            let known: BTreeSet<u8> = set.iter().map(|node| self.0[*node].valid).collect();
            for node in set {
                self.0[node].deleted = self.0[node].valid != 0 && !user.contains(&self.0[node].valid);
            }
            // Children stand after their parents.
            for node in 0..self.0.len() {
                self.0[node].deleted |= self.0[node].parent.is_some_and(|parent| self.0[parent].deleted);
            }
            if let Some(any) = self.at(n).into_iter().find(|node| self.0[*node].valid == 0) {
                for policy in user.difference(&known) {
                    self.add(self.0[any].parent.unwrap(), *policy, BTreeSet::from([*policy]));
                }
                self.0[any].deleted = true;
            }
            self.prune(n);
        }
        below_any(self)
            .into_iter()
            .filter(|node| self.0[*node].valid != 0 || self.0[*node].depth == n)
            .map(|node| self.0[node].valid)
            .collect()
    }
}

/// RFC 9618 §1 calls the graph equivalent to the tree: 20,000 paths of one to four certificates and three policies, and every step the same.
#[test]
fn the_graph_says_what_the_tree_of_rfc_5280_says() {
    let mut state = 1_u64;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let oid = |number: u8| if number == 0 { any_policy() } else { policy(number) };
    let mut satisfied_at_the_end = 0;
    for case in 0..20_000 {
        let length = usize::try_from(below(4)).unwrap() + 1;
        let user: Option<BTreeSet<u8>> = (below(2) == 0).then(|| (1..=3).filter(|_| below(2) == 0).collect());
        let inputs = PolicyInputs {
            user_initial_policy_set: user.as_ref().map(|user| user.iter().map(|number| oid(*number)).collect()),
            initial_explicit_policy: below(4) > 0,
            initial_policy_mapping_inhibit: below(8) == 0,
            initial_any_policy_inhibit: below(8) == 0,
        };
        let (mut tree, mut graph) = (Tree::new(), PolicyProcessing::new(inputs, units(length)));
        for i in 1..=length {
            let named: Option<Vec<u8>> = (below(12) > 0).then(|| (0..=3).filter(|_| below(2) == 0).collect());
            let pairs: BTreeSet<(u8, u8)> = (0..below(5)).map(|_| (below(3) as u8 + 1, below(3) as u8 + 1)).collect();
            let mut facts = named
                .as_ref()
                .map_or_else(PolicyFacts::default, |named| policies(&named.iter().map(|number| oid(*number)).collect::<Vec<_>>()));
            facts = mapping(facts, &pairs.iter().map(|(from, to)| (oid(*from), oid(*to))).collect::<Vec<_>>());
            facts.self_issued = below(4) == 0;
            facts.inhibit_any_policy = (below(6) == 0).then(|| InhibitAnyPolicy(below(3)));
            let any_policy_counts = graph.counters.inhibit_any_policy > 0 || (i < length && facts.self_issued);
            tree.certificate(i, named.as_deref(), any_policy_counts);
            let step = graph.certificate(units(i), &facts, &budget()).unwrap();
            assert_eq!(step.satisfied, step.counters.explicit_policy > 0 || !tree.is_null(), "case {case}, certificate {i}");
            let numbers = |tree: &Tree| tree.at(i).into_iter().map(|node| tree.0[node].valid).collect::<BTreeSet<_>>();
            let shown = |numbers: BTreeSet<u8>| dotted(numbers.into_iter().map(oid).collect::<BTreeSet<_>>().iter());
            assert_eq!(dotted(step.valid_policies.iter()), shown(numbers(&tree)), "case {case}, certificate {i}");
            if i < length {
                let mut mappings: BTreeMap<u8, BTreeSet<u8>> = BTreeMap::new();
                for (from, to) in &pairs {
                    mappings.entry(*from).or_default().insert(*to);
                }
                tree.map(i, &mappings, graph.counters.policy_mapping > 0);
                let prepared = graph.prepare(&facts, &budget()).unwrap();
                assert_eq!(dotted(prepared.valid_policies.iter()), shown(numbers(&tree)), "case {case}, after certificate {i}");
            } else {
                let result = graph.clone().wrap_up(&facts, &budget()).unwrap();
                let expected = tree.intersect(length, user.as_ref());
                assert_eq!(result.user_constrained, shown(expected), "case {case}");
                assert_eq!(result.satisfied, result.counters.explicit_policy > 0 || !tree.is_null(), "case {case}");
                satisfied_at_the_end += u32::from(!result.user_constrained.is_empty());
            }
        }
    }
    assert!((2_000..18_000).contains(&satisfied_at_the_end), "{satisfied_at_the_end}");
}

/// Every row of PKITS sections 4.8 to 4.12 (certificate policies, explicit policy, mappings, inhibited mapping, inhibited anyPolicy).
#[test]
fn pkits_policies_agree() {
    let Some(corpora) = std::env::var_os("KYSO_CORPORA") else {
        println!("pkits policies: skipped, KYSO_CORPORA does not name the folder of the corpora");
        return;
    };
    let folder = PathBuf::from(corpora).join("pkits");
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let mut rows = 0;
    for row in index.lines().map(|line| line.split('\t').collect::<Vec<_>>()) {
        let section: Vec<_> = row[0].split(['.', '#']).collect();
        if !matches!(section[..], ["4", "8" | "9" | "10" | "11" | "12", ..]) {
            continue;
        }
        let path: Vec<_> = row[3].split(',').skip(1).map(|file| std::fs::read(folder.join("certs").join(file)).unwrap()).collect();
        let path: Vec<_> = path.iter().map(|octets| PolicyFacts::of(&Certificate::from_der(octets).unwrap()).unwrap()).collect();
        let inputs = PolicyInputs {
            user_initial_policy_set: (row[5] != "anyPolicy").then(|| nist_policies(row[5])),
            initial_explicit_policy: row[6] == "true",
            initial_policy_mapping_inhibit: row[7] == "true",
            initial_any_policy_inhibit: row[8] == "true",
        };
        let (satisfied, result) = process(inputs, &path);
        assert_eq!(if satisfied { "valid" } else { "invalid" }, row[2], "{}", row[0]);
        if satisfied {
            let expected: Vec<_> = dotted(nist_policies(row[9]).iter());
            assert_eq!(result.user_constrained, expected, "{}", row[0]);
        }
        rows += 1;
    }
    println!("pkits policies: {rows} rows agree");
    assert!(rows > 60, "{rows}");
}

/// `NIST-test-policy-n` is 2.16.840.1.101.3.2.1.48.n.
fn nist_policies(list: &str) -> BTreeSet<ObjectId> {
    let numbered = |number: u8| ObjectId::new(Received::new(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x02, 0x01, 0x30, number])).unwrap();
    list.split(',')
        .filter(|name| !name.is_empty())
        .map(|name| match name.strip_prefix("NIST-test-policy-") {
            Some(number) => numbered(number.parse().unwrap()),
            None => any_policy(),
        })
        .collect()
}
