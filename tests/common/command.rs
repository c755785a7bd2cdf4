//! The command line as others start it: a folder of a test's own, and what was said there.
#![allow(dead_code, reason = "each suite uses its part")]

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// When everything of these tests happens, unless they say otherwise.
pub const TIME: &str = "2026-11-22T09:40:00+07:00";

/// What a call came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn told(self) -> (i32, String, String) {
        (self.code, self.out, self.err)
    }

    /// Its answer.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    /// The first reason of the verdict.
    pub fn first_check(&self) -> String {
        self.json()["conclusion"]["reasons"][0]["check"].as_str().unwrap_or("none").to_owned()
    }
}

/// A call from wherever the tests run.
pub fn run(arguments: &[impl AsRef<OsStr>]) -> Run {
    run_with(arguments, |command| command)
}

/// The same, started in another way.
pub fn run_with(arguments: &[impl AsRef<OsStr>], set: impl FnOnce(&mut Command) -> &mut Command) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
    let Output { status, stdout, stderr } = set(command.args(arguments).stdin(Stdio::null())).output().unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    Run { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

/// A folder of a test's own, in which it calls.
pub struct Desk {
    pub folder: PathBuf,
}

impl Desk {
    /// With nothing in it.
    pub fn empty(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("command").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// With a demonstration PKI in `pki`.
    pub fn new(name: &str) -> Self {
        let desk = Self::empty(name);
        let made = desk.run(&["demo", "pki", "pki", "--at", TIME]);
        assert_eq!(made.code, 0, "{}", made.err);
        desk
    }

    /// With two texts beside that.
    pub fn with_texts(name: &str) -> Self {
        let desk = Self::new(name);
        for number in ["01", "02"] {
            desk.write(&format!("{number}.txt"), format!("Quyết định số {number}/QĐ-UBND\n").as_bytes());
        }
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, octets: &[u8]) {
        fs::write(self.path(name), octets).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        run_with(arguments, |command| command.current_dir(&self.folder))
    }

    /// Signs with the key of `who`, `leader` or `organisation` of `pki`, or of another folder as in `strangers/leader`.
    pub fn signing(&self, who: &str, file: &str, out: &str, more: &[&str]) -> Run {
        let (folder, who) = who.split_once('/').unwrap_or(("pki", who));
        let (key, password) = (format!("{folder}/{who}.p12"), format!("{folder}/password.txt"));
        let sign = ["sign", file, "-o", out, "--key", &key, "--password-file", &password, "--at", TIME];
        self.run(&[&sign[..], more].concat())
    }

    /// The same, and it is done.
    pub fn sign(&self, who: &str, file: &str, out: &str, more: &[&str]) {
        let signed = self.signing(who, file, out, more);
        assert_eq!(signed.code, 0, "{}", signed.err);
    }

    /// Judges a file by the demonstration PKI.
    pub fn verifying(&self, file: &str, more: &[&str]) -> Run {
        let verify = ["verify", file, "--anchor", "pki/anchors", "--evidence", "pki/evidence", "--at", TIME];
        self.run(&[&verify[..], more].concat())
    }

    /// The same: the exit status and the report.
    pub fn verify(&self, file: &str, more: &[&str]) -> (i32, Value) {
        let run = self.verifying(file, &[&["--format", "json"], more].concat());
        (run.code, run.json())
    }
}
