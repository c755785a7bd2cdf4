//! EN 319 102-1 §4.3 — What was signed and still lacks its level: a list that a later run goes on with

use serde::{Deserialize, Serialize};

use crate::error::Malformed;
use crate::report::json::Level;
use crate::time::Time;

/// Documents that wait for their level, each once, in the order in which they came.
///
/// A timestamping authority takes seconds where a key takes milliseconds: whoever signs many documents signs them now at B-B and brings them to
/// their level later. As a file this is one JSON object a line; whoever stores it writes it beside, and renames it when it is on the disk.
/// It is made for one process at a time.
///
/// ```
/// use kyso::creation::Queue;
/// use kyso::{Time, report::json::Level};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut queue = Queue::default();
/// queue.add("signed.pdf", Level::BLT, Time::from_rfc3339("2026-11-22T09:40:00+07:00")?);
/// queue.failed("signed.pdf", "status 503");
/// let mut queue = Queue::from_json_lines(queue.to_json_lines().as_bytes())?;
/// assert_eq!(queue.iter().map(|waiting| waiting.attempts).collect::<Vec<_>>(), [1]);
/// queue.done("signed.pdf");
/// assert!(queue.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue(Vec<Waiting>);

/// A document that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Its name, to whoever keeps the list.
    pub document: String,
    /// The level that it shall reach.
    pub level: Level,
    /// Since when it waits.
    pub since: Time,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub cause: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    document: String,
    level: String,
    since: String,
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

const FORMAT: &str = "queue";
const LEVELS: [(&str, Level); 4] = [("B-B", Level::BB), ("B-T", Level::BT), ("B-LT", Level::BLT), ("B-LTA", Level::BLTA)];

impl Queue {
    /// Reads the list from its lines.
    ///
    /// # Errors
    /// [`Malformed`] with the offset of the line that is none, or names a document again.
    pub fn from_json_lines(octets: &[u8]) -> Result<Self, Malformed> {
        let mut queue = Self::default();
        let mut at = 0_usize;
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            if !line.trim_ascii().is_empty() {
                let waiting = read(line).map_err(|what| Malformed::new(FORMAT, what, at))?;
                if queue.position(&waiting.document).is_some() {
                    return Err(Malformed::new(FORMAT, "a document that waits twice", at));
                }
                queue.0.push(waiting);
            }
            at = at.saturating_add(line.len());
        }
        Ok(queue)
    }

    /// The list, a line a document.
    pub fn to_json_lines(&self) -> String {
        self.0.iter().map(written).collect()
    }

    /// Puts a document on the list; one that is there gets this level and keeps its place.
    pub fn add(&mut self, document: impl Into<String>, level: Level, since: Time) {
        let document = document.into();
        match self.find(&document) {
            Some(waiting) => waiting.level = level,
            None => self.0.push(Waiting { document, level, since, attempts: 0, cause: None }),
        }
    }

    /// Takes a document off the list.
    pub fn done(&mut self, document: &str) {
        self.0.retain(|waiting| waiting.document != document);
    }

    /// Notes that a document was tried in vain.
    pub fn failed(&mut self, document: &str, cause: impl Into<String>) {
        if let Some(waiting) = self.find(document) {
            waiting.attempts = waiting.attempts.saturating_add(1);
            waiting.cause = Some(cause.into());
        }
    }

    /// What waits.
    pub fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.0.iter()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn position(&self, document: &str) -> Option<usize> {
        self.0.iter().position(|waiting| waiting.document == document)
    }

    fn find(&mut self, document: &str) -> Option<&mut Waiting> {
        self.0.iter_mut().find(|waiting| waiting.document == document)
    }
}

fn read(line: &[u8]) -> Result<Waiting, String> {
    let Line { document, level, since, attempts, cause } = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let found = LEVELS.into_iter().find(|(name, _)| *name == level).map(|(_, level)| level);
    let level = found.ok_or_else(|| format!("{level} is no level"))?;
    let since = Time::from_rfc3339(&since).map_err(|malformed| malformed.to_string())?;
    Ok(Waiting { document, level, since, attempts, cause })
}

fn written(waiting: &Waiting) -> String {
    let level = LEVELS.into_iter().find(|(_, level)| *level == waiting.level).map_or("B-B", |(name, _)| name);
    let Waiting { document, since, attempts, cause, .. } = waiting.clone();
    let line = Line { document, level: level.into(), since: since.to_string(), attempts, cause };
    // Writing to memory cannot fail.
    serde_json::to_string(&line).map(|line| line + "\n").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Queue {
        let mut queue = Queue::default();
        for (number, level) in [(1, Level::BT), (2, Level::BLTA)] {
            queue.add(format!("tài liệu {number}\n.pdf"), level, Time::from_unix(number));
        }
        queue.failed("tài liệu 2\n.pdf", "two\nlines");
        queue
    }

    #[test]
    fn a_list_survives_its_lines() {
        let lines = queue().to_json_lines();
        assert_eq!(lines.lines().count(), 2);
        assert_eq!(Queue::from_json_lines(lines.as_bytes()).unwrap(), queue());
        assert_eq!(Queue::from_json_lines(b"\n\n").unwrap(), Queue::default());
    }

    #[test]
    fn a_line_that_was_cut_or_says_something_else_is_malformed_where_it_begins() {
        let lines = queue().to_json_lines();
        let first = lines.lines().next().unwrap().len() + 1;
        let at = |octets: &[u8]| Queue::from_json_lines(octets).unwrap_err().at;
        assert_eq!(at(&lines.as_bytes()[..lines.len() - 3]), u64::try_from(first).unwrap());
        assert_eq!(at(lines.replace("B-T", "B-X").as_bytes()), 0);
        assert_eq!(at(lines.replace("attempts", "tries").as_bytes()), 0);
        assert_eq!(at([lines.as_str(), &lines].concat().as_bytes()), u64::try_from(lines.len()).unwrap(), "twice");
    }

    #[test]
    fn a_document_waits_once_and_keeps_its_place() {
        let mut queue = queue();
        queue.add("tài liệu 1\n.pdf", Level::BLT, Time::from_unix(9));
        let first = queue.iter().next().unwrap();
        assert_eq!((first.level, first.since, queue.iter().count()), (Level::BLT, Time::from_unix(1), 2));
        queue.done("tài liệu 1\n.pdf");
        assert_eq!(queue.iter().map(|waiting| waiting.attempts).collect::<Vec<_>>(), [1]);
    }
}
