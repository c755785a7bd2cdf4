//! A report is read as it is written and not otherwise: two readers of one report must not read two.

#[path = "common/vectors.rs"]
mod vectors;

use kyso::Report;
use kyso::report::{Block, Outcome, Step};
use vectors::{Vector, all};

fn report() -> Report {
    all().iter().find(|vector| vector.name == "timestamps/renewed").and_then(Vector::report).unwrap()
}

#[test]
fn what_was_written_is_read_again_octet_by_octet() {
    for report in all().iter().filter(|vector| vector.name.starts_with("timestamps/")).filter_map(Vector::report) {
        for json in [report.to_json(), report.to_json_line()] {
            let read = Report::from_json(json.as_bytes()).unwrap();
            assert_eq!(read.to_json(), report.to_json());
            assert_eq!(kyso::audit(json.as_bytes()).unwrap(), []);
        }
    }
}

#[test]
fn another_form_of_the_same_holds_for_nobody() {
    let json = report().to_json();
    let schema = "\"schema\": \"urn:kyso:report:1\"";
    for (what, forged) in [
        ("white space", json.replacen('{', "{ ", 1)),
        ("a member given twice", json.replacen(schema, &format!("{schema}, {schema}"), 1)),
        ("a verdict given twice", json.replacen("\"indication\"", "\"indication\": \"TOTAL-FAILED\", \"indication\"", 1)),
        ("an unknown member", json.replacen(schema, &format!("{schema}, \"added\": 1"), 1)),
        ("another order", json.replacen(&format!("{schema},"), "", 1).replacen("\"wants\": []", &format!("\"wants\": [], {schema}"), 1)),
        ("no such kind", json.replacen("\"kind\": \"crl\"", "\"kind\": \"list\"", 1)),
        ("no such format", json.replacen("\"format\": \"PAdES\"", "\"format\": \"PAdEs\"", 1)),
        ("no such status", json.replacen("\"status\": \"good\"", "\"status\": \"goo0\"", 1)),
        ("a number as text", json.replacen("\"signatures\": 1,", "\"signatures\": \"1\",", 1)),
        ("a time in another form", json.replacen("Z\"", "+00:00\"", 1)),
    ] {
        assert_ne!(forged, json, "{what}");
        assert!(Report::from_json(forged.as_bytes()).is_err(), "{what}");
        assert!(kyso::audit(forged.as_bytes()).is_ok_and(|faults| !faults.is_empty()), "{what}");
    }
    assert!(kyso::audit(json.trim_end().trim_end_matches('}').as_bytes()).is_err());
}

/// Where a block is in the first entry: the positions of the steps that lead to it.
fn places(block: &Block, at: &[usize]) -> Vec<Vec<usize>> {
    let within = block.steps.iter().enumerate().flat_map(|(position, step)| match step {
        Step::Block { block, .. } => places(block, &[at, &[position]].concat()),
        Step::Check(_) => Vec::new(),
    });
    std::iter::once(at.to_vec()).chain(within).collect()
}

fn block_at<'a>(root: &'a mut Block, place: &[usize]) -> &'a mut Block {
    place.iter().fold(root, |block, position| match &mut block.steps[*position] {
        Step::Block { block, .. } => std::sync::Arc::make_mut(block),
        Step::Check(_) => unreachable!(),
    })
}

/// Changes every block of the first entry of a case in turn, each step of it as often as `change` finds something to change, and tells how many
/// of the changes the audit sees, of how many.
fn seen(case: &str, change: impl Fn(&mut Block, usize) -> bool) -> (usize, usize) {
    let report = all().iter().find(|vector| vector.name == case).and_then(Vector::report).unwrap();
    let (mut seen, mut made) = (0, 0);
    for place in places(&report.signatures[0].checks, &[]) {
        for position in 0..block_at(&mut report.clone().signatures[0].checks, &place).steps.len() {
            let mut changed = report.clone();
            if change(block_at(&mut changed.signatures[0].checks, &place), position) {
                made += 1;
                seen += usize::from(!kyso::audit(changed.to_json().as_bytes()).unwrap().is_empty());
            }
        }
    }
    (seen, made)
}

#[test]
fn a_finding_told_as_a_question_that_nobody_asked_is_seen() {
    let (seen, made) = seen("life/whole", |block, position| match &mut block.steps[position] {
        Step::Check(step) if step.outcome == Outcome::Tolerated => {
            step.outcome = Outcome::Skipped;
            true
        }
        _ => false,
    });
    assert!(made > 0 && seen == made, "{seen} of {made}");
}

#[test]
fn a_block_that_passed_and_is_said_not_to_count_is_seen() {
    for case in ["life/whole", "timestamps/renewed"] {
        let (seen, made) = seen(case, |block, position| match &mut block.steps[position] {
            Step::Block { binding, block } if block.is_passed() => {
                *binding = !*binding;
                true
            }
            _ => false,
        });
        assert!(made > 10 && seen == made, "{case}: {seen} of {made}");
    }
}

#[test]
fn a_block_without_its_steps_is_seen() {
    for case in ["life/whole", "timestamps/renewed"] {
        // The constraints of a file may be none.
        let (seen, made) = seen(case, |block, position| {
            let emptied = position == 0 && block.name != "Constraints of the file" && block.name != "Validation context initialization";
            if emptied {
                block.steps.clear();
            }
            emptied
        });
        assert!(made > 10 && seen == made, "{case}: {seen} of {made}");
    }
}

/// Of two questions that a block may ask both, of the same values, one told as the other cannot be seen.
#[test]
fn a_check_told_under_the_name_of_another_of_its_clause_is_seen() {
    let checks = kyso::checks();
    let (mut seen_of_all, mut made_of_all) = (0, 0);
    for other in [0, 1] {
        let (seen, made) = seen("timestamps/renewed", |block, position| match &mut block.steps[position] {
            Step::Check(step) if step.outcome == Outcome::Passed && step.check != "chosen" => {
                let of_clause: Vec<_> = checks.iter().filter(|check| check.clause == step.clause && check.id != step.check).collect();
                of_clause.get(other).map(|other| step.check = other.id.into()).is_some()
            }
            _ => false,
        });
        (seen_of_all, made_of_all) = (seen_of_all + seen, made_of_all + made);
    }
    println!("{seen_of_all} of {made_of_all} names exchanged within their clause are seen");
    assert!(made_of_all > 50 && seen_of_all * 100 >= made_of_all * 85, "{seen_of_all} of {made_of_all}");
}
