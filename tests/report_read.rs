//! A report is read as it is written and not otherwise: two readers of one report must not read two.

#[path = "common/vectors.rs"]
mod vectors;

use kyso::Report;
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
