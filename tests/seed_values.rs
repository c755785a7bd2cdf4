//! ISO 32000-2 §12.7.5.5 — every seed value that is required and not kept is named in the report, and no other one.

#[path = "common/vectors.rs"]
mod vectors;

use kyso::report::Outcome;

/// `DigestMethod` and `digest-method` are the same.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

#[test]
fn a_rule_that_is_not_kept_is_the_one_that_is_named() {
    let mut seen = 0;
    for vector in vectors::all().into_iter().filter(|vector| vector.name.starts_with("seed-values/")) {
        let report = vector.report().unwrap();
        let steps: Vec<_> =
            report.signatures.iter().flat_map(|entry| entry.checks.checks()).filter(|step| step.check == "seed_value.met").collect();
        let named = |outcome: Outcome| -> Vec<String> {
            let of = steps.iter().filter(|step| step.outcome == outcome);
            of.map(|step| plain(&step.inputs.value("constraint").unwrap().to_text())).collect()
        };
        let case = vector.name.trim_start_matches("seed-values/");
        let rule = plain(case.trim_end_matches("-violated").trim_end_matches("-dropped"));
        let is_advice = ["appearance-filter", "cert-oid"].contains(&case);
        let expected = |is: bool| if is { vec![rule.clone()] } else { Vec::new() };
        let violated = case.ends_with("-violated");
        assert_eq!(named(Outcome::Tolerated), expected(violated), "{case}");
        assert_eq!(named(Outcome::Passed), expected(!violated && !is_advice), "{case}");
        seen += 1;
    }
    assert!(seen >= 34, "{seen}");
}
