//! `docs/checks.md` lists every check that a report can name. Write it again with `KYSO_WRITE=1 cargo test --test documentation`.

use std::fmt::Write as _;

#[test]
fn the_list_of_checks_is_the_one_in_the_code() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let expected = list();
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == expected, "docs/checks.md is not what the code says: KYSO_WRITE=1 cargo test --test documentation");
}

fn list() -> String {
    let mut text = String::from(
        "# Checks\n\nEvery check that a report can name, with its clause, the conclusion when it does not hold, and what that means.\n\
         `{name}` stands for the input of that name. The first part of an id is the file that asks.\n\n\
         | check | clause | otherwise | in words |\n|---|---|---|---|\n",
    );
    for check in kyso::checks() {
        let sentences = check.sentences;
        writeln!(text, "| `{}` | {} | {} | {}<br>{} |", check.id, check.clause, check.otherwise, sentences.en, sentences.vi).unwrap();
    }
    text
}
