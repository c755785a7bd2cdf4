//! The house rules that are code: which room may know which, and words that do not occur in the core (`docs/design.md`, "Rooms").

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each room and the rooms below it that it may import. What is not listed is forbidden.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("limits", &[]),
    ("time", &["error"]),
    ("encoding", &["error", "limits", "time"]),
    ("batch", &["crypto", "encoding", "error", "limits"]),
    ("document", &["batch", "crypto", "encoding", "error", "limits", "pki"]),
    ("crypto", &["encoding", "error", "limits", "time"]),
    ("pki", &["crypto", "encoding", "error", "limits", "time"]),
    ("report", &["crypto", "encoding", "error", "limits", "time"]),
    ("context", &["crypto", "encoding", "error", "limits", "pki", "report", "time"]),
    ("path", &["context", "crypto", "error", "limits", "pki", "report", "time"]),
    ("format", &["batch", "context", "crypto", "document", "encoding", "error", "limits", "pki", "report", "time"]),
    ("validation", &["context", "crypto", "error", "format", "limits", "path", "pki", "report", "time"]),
    ("verifying", &["context", "crypto", "document", "encoding", "error", "format", "path", "report", "validation"]),
    ("recheck", &["context", "document", "report", "verifying"]),
    ("record", &["context", "creation", "crypto", "document", "encoding", "error", "format", "limits", "report", "time", "verifying"]),
    ("message", &["crypto", "encoding", "error", "format", "limits", "time"]),
    ("replay", &["context", "document", "error", "pki", "recheck", "report", "time", "verifying"]),
    ("retrieval", &["context", "crypto", "document", "path", "pki", "report", "time", "verifying"]),
    (
        "creation",
        &[
            "batch",
            "context",
            "crypto",
            "document",
            "encoding",
            "error",
            "format",
            "limits",
            "path",
            "pki",
            "report",
            "retrieval",
            "time",
            "validation",
            "verifying",
        ],
    ),
];

/// Rooms outside the core may use the whole public interface.
const OUTSIDE_THE_CORE: &[&str] = &["bin", "lib", "net", "testkit"];

/// The core is a function of its arguments: no file, clock, environment, network, process, thread or random number.
const FORBIDDEN_WORDS: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::",
    "time::Instant",
    "getrandom",
    "rand::",
    "thread_rng",
    "OsRng",
];

#[test]
fn a_room_imports_only_rooms_below_it() {
    let mut breaches = Vec::new();
    for (file, room, text) in sources() {
        if OUTSIDE_THE_CORE.contains(&room.as_str()) {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            breaches.push(format!("{}: the room `{room}` is not in the table", file.display()));
            continue;
        };
        for imported in imported_rooms(&text) {
            if imported != room && !allowed.contains(&imported.as_str()) {
                breaches.push(format!("{}: `{room}` imports `{imported}`", file.display()));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn path_and_format_never_see_each_other_and_validation_sees_the_waist_alone() {
    for (file, room, text) in sources() {
        if room == "validation" {
            for line in text.lines().filter(|line| line.contains("crate::format::")) {
                let waist = ["crate::format::signature", "crate::format::{Found, Modified}"].iter().any(|allowed| line.contains(allowed));
                assert!(waist, "{}: {line}", file.display());
            }
        }
    }
}

#[test]
fn the_core_has_no_outside_world() {
    let mut breaches = Vec::new();
    for (file, room, text) in sources() {
        if ["bin", "net", "testkit"].contains(&room.as_str()) {
            continue;
        }
        let code = without_tests(&text);
        for word in FORBIDDEN_WORDS.iter().filter(|word| is_named(code, word)) {
            breaches.push(format!("{}: `{word}`", file.display()));
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

/// Whether `word` stands in `code`, and not as the end of a longer one.
fn is_named(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
}

#[test]
fn a_file_names_its_clause_and_stays_short() {
    let mut breaches = Vec::new();
    for (file, _, text) in sources() {
        if !text.starts_with("//! ") && !text.starts_with("#![doc = include_str!") {
            breaches.push(format!("{}: the first line does not say what the file is", file.display()));
        }
        let lines = without_tests(&text).lines().count();
        if lines > 500 {
            breaches.push(format!("{}: {lines} lines without tests, more than 500", file.display()));
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

/// Every source file with its room and its text.
fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_of_tests(&path) {
                let text = std::fs::read_to_string(&path).unwrap();
                let room = path.strip_prefix(&root).unwrap().components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
                found.push((path, room, text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 20, "the walk found only {} files", found.len());
    found
}

/// `tests.rs` of a module that has its tests in a file of their own.
fn is_of_tests(path: &Path) -> bool {
    let module = path.parent().unwrap().with_extension("rs");
    path.ends_with("tests.rs") && std::fs::read_to_string(module).is_ok_and(|text| text.ends_with("\n#[cfg(test)]\nmod tests;\n"))
}

/// The code before the tests, which stand last.
fn without_tests(text: &str) -> &str {
    ["\n#[cfg(test)]\nmod tests", "\n#[cfg(test)]\npub(super) mod tests"]
        .iter()
        .fold(text, |code, tests| code.split(tests).next().unwrap_or(code))
}

/// The rooms that `crate::room` names, outside of tests.
fn imported_rooms(text: &str) -> BTreeSet<String> {
    let code = without_tests(text);
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        let name: String = code[at + 7..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
        if before != Some('$') && !name.is_empty() {
            rooms.insert(name);
        }
    }
    rooms
}
