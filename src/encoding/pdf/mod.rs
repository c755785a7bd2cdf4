//! ISO 32000-2 §7 — Syntax: a strict, revision-aware, lazy reader and the incremental update.

pub mod object;
