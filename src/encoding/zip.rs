//! APPNOTE.TXT 6.3.10 §4 — ZIP files of which there is one reading: every entry told twice says the same both times, none overlaps another, and
//! what no entry accounts for is counted

use std::collections::BTreeSet;
use std::ops::Range;

use crc32fast::hash as crc32;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use crate::error::Malformed;
use crate::limits::{Budget, Limits};

/// A file of entries.
#[derive(Clone, Debug)]
pub struct Archive<'a> {
    octets: &'a [u8],
    /// In the order in which they stand in the file.
    pub entries: Vec<Entry>,
    /// The comment at its end.
    pub comment: &'a [u8],
    /// Octets that belong to no entry and not to the directory, and what entries say in comments and unknown fields.
    pub unaccounted: usize,
}

/// One entry: a file, or a folder where its name ends with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name: a path from the root of the container, of plain steps.
    pub name: String,
    /// Whether it is stored as it is.
    pub is_stored: bool,
    /// Octets.
    pub size: usize,
    /// Octets of a comment and of extra fields that say something of no file.
    beside: usize,
    crc: u32,
    /// Its local header.
    at: usize,
    data: Range<usize>,
}

/// More octets than that come from one octet of a bomb only.
const HIGHEST_RATIO: usize = 500;
/// Below that a ratio says nothing.
const SMALL: usize = 1 << 20;

const END: [u8; 4] = *b"PK\x05\x06";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// Flags (§4.4.4) that change nothing of the content: how hard it was compressed, sizes behind the data, names in UTF-8.
const HARMLESS_FLAGS: u16 = 0b0000_1000_0000_1110;
const SIZES_BEHIND: u16 = 0b1000;

/// Whether `octets` begin like a ZIP file.
pub fn is_announced(octets: &[u8]) -> bool {
    octets.starts_with(&LOCAL)
}

/// Reads the directory and every local header; no content.
///
/// # Errors
/// [`Malformed`] with the offset: two ends, an entry encrypted or by a method other than stored and deflated, a link, a name that leads out of the
/// container, stands twice or has another one beside it, a local header that says something else, entries that overlap, sizes beyond `limits`, ZIP64.
pub fn read<'a>(octets: &'a [u8], limits: &Limits) -> Result<Archive<'a>, Malformed> {
    let end = End::find(octets)?;
    let mut entries = Vec::new();
    let (mut names, mut at) = (BTreeSet::new(), end.directory.start);
    let budget = Budget::new("inflated_document", limits.inflated_document);
    for _ in 0..end.count {
        let (entry, next) = central(octets, at)?;
        within_limits(&entry, limits, &budget)?;
        if !names.insert(entry.name.clone()) {
            return Err(malformed(format!("two entries are called {:?}", entry.name), at));
        }
        entries.push(entry);
        at = next;
    }
    if at != end.directory.end {
        return Err(malformed("a directory that is not as long as it says", at));
    }
    entries.sort_by_key(|entry| entry.at);
    let unaccounted = gaps(octets, &entries, end.directory.start)?;
    Ok(Archive { octets, entries, comment: end.comment, unaccounted })
}

impl<'a> Archive<'a> {
    /// The entry of this name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The content of an entry, with the size and checksum that it has to have.
    ///
    /// # Errors
    /// [`Malformed`] at the entry when it has not.
    pub fn content(&self, entry: &Entry) -> Result<Vec<u8>, Malformed> {
        let data = self.octets.get(entry.data.clone()).unwrap_or_default();
        let content = if entry.is_stored { data.to_vec() } else { inflated(data, entry)? };
        if content.len() != entry.size || crc32(&content) != entry.crc {
            return Err(malformed(format!("the content of {:?} has another size or checksum", entry.name), entry.at));
        }
        Ok(content)
    }
}

/// The end of the directory (§4.3.16).
struct End<'a> {
    directory: Range<usize>,
    count: u16,
    comment: &'a [u8],
}

impl<'a> End<'a> {
    /// There is one, and its comment is the end of the file.
    fn find(octets: &'a [u8]) -> Result<Self, Malformed> {
        const FIXED: usize = 22;
        let earliest = octets.len().saturating_sub(FIXED + usize::from(u16::MAX));
        let is_end = |at: &usize| {
            octets.get(*at..).is_some_and(|rest| rest.starts_with(&END))
                && number(octets, at.saturating_add(20), 2)
                    .is_some_and(|length| at.saturating_add(FIXED).saturating_add(length) == octets.len())
        };
        let mut ends = memchr::memmem::find_iter(octets.get(earliest..).unwrap_or_default(), &END)
            .map(|at| at.saturating_add(earliest))
            .filter(is_end);
        let at = ends.next().ok_or_else(|| malformed("no end of the directory", octets.len()))?;
        if let Some(second) = ends.next() {
            return Err(malformed("two ends of the directory", second));
        }
        let field = |offset: usize, length| number(octets, at.saturating_add(offset), length).unwrap_or(0);
        if octets.get(at.saturating_sub(20)..at).is_some_and(|before| before.starts_with(b"PK\x06\x07")) || field(12, 4) == 0xffff_ffff {
            return Err(malformed("ZIP64, which no container of signed files needs", at));
        }
        let start = field(16, 4);
        let directory = start..start.saturating_add(field(12, 4));
        if field(4, 2) != 0 || field(6, 2) != 0 || field(8, 2) != field(10, 2) || directory.end != at {
            return Err(malformed("a directory that does not end where its end is told", at));
        }
        let count = u16::try_from(field(10, 2)).unwrap_or(u16::MAX);
        Ok(Self { directory, count, comment: octets.get(at.saturating_add(FIXED)..).unwrap_or_default() })
    }
}

/// A central header (§4.3.12) with its local one (§4.3.7), and where the next one stands.
fn central(octets: &[u8], at: usize) -> Result<(Entry, usize), Malformed> {
    const FIXED: usize = 46;
    if !octets.get(at..).is_some_and(|rest| rest.starts_with(&CENTRAL)) {
        return Err(malformed("no header of an entry", at));
    }
    let field =
        |offset: usize, length| number(octets, at.saturating_add(offset), length).ok_or_else(|| malformed("cut short", octets.len()));
    let (flags, method, crc, stored, size) = (field(8, 2)?, field(10, 2)?, field(16, 4)?, field(20, 4)?, field(24, 4)?);
    let (name, extra, comment, local) = (field(28, 2)?, field(30, 2)?, field(32, 2)?, field(42, 4)?);
    let name_at = at.saturating_add(FIXED);
    let (mut stored, mut size) = (stored, size);
    if [stored, size] == [0xffff_ffff; 2] {
        let extra_at = name_at.saturating_add(name);
        let long = octets.get(extra_at..extra_at.saturating_add(extra)).and_then(long_sizes);
        (size, stored) = long.ok_or_else(|| malformed("an entry without size", at))?;
    }
    let name = name_of(octets.get(name_at..name_at.saturating_add(name)), at)?;
    let told = Told { flags: u16::try_from(flags).unwrap_or(u16::MAX), method, crc, stored, size };
    if told.flags & !HARMLESS_FLAGS != 0 {
        return Err(malformed(format!("{name:?} is encrypted, or patched"), at));
    }
    if method != 0 && method != 8 || (method == 0 && stored != size) {
        return Err(malformed(format!("{name:?} is neither stored nor deflated"), at));
    }
    if name.ends_with('/') && size != 0 {
        return Err(malformed(format!("the folder {name:?} has a content"), at));
    }
    if is_link(octets, at) {
        return Err(malformed(format!("{name:?} is a link, whose content stands elsewhere"), at));
    }
    let extra_at = name_at.saturating_add(name.len());
    if has_other_name(octets.get(extra_at..extra_at.saturating_add(extra)).unwrap_or_default()) {
        return Err(malformed(format!("{name:?} has another name beside it"), at));
    }
    let (data, beside) = local_data(octets, local, &told, &name)?;
    let own = comment.saturating_add(strange(octets.get(extra_at..extra_at.saturating_add(extra)).unwrap_or_default()));
    let beside = beside.saturating_add(own);
    let entry = Entry { name, is_stored: method == 0, size, beside, crc: u32::try_from(crc).unwrap_or(0), at: local, data };
    let next = [FIXED, entry.name.len(), extra, comment].iter().fold(at, |sum, length| sum.saturating_add(*length));
    Ok((entry, next))
}

/// Whether the attributes of an entry (§4.4.15), written by a Unix system or macOS, make it a symbolic link: what unpacks it shows another file.
fn is_link(octets: &[u8], at: usize) -> bool {
    let field = |offset: usize, length| number(octets, at.saturating_add(offset), length).unwrap_or(0);
    matches!(field(5, 1), 3 | 19) && field(40, 2) & 0xf000 == 0xa000
}

/// What both headers tell.
struct Told {
    flags: u16,
    method: usize,
    crc: usize,
    stored: usize,
    size: usize,
}

/// The octets of an entry, whose local header says the same as the directory; and how many octets of that are beside it.
fn local_data(octets: &[u8], at: usize, told: &Told, name: &str) -> Result<(Range<usize>, usize), Malformed> {
    const FIXED: usize = 30;
    let other = || malformed(format!("the local header of {name:?} says something else than the directory"), at);
    if !octets.get(at..).is_some_and(|rest| rest.starts_with(&LOCAL)) {
        return Err(other());
    }
    let field = |offset: usize, length| number(octets, at.saturating_add(offset), length).ok_or_else(other);
    let expected = [told.crc, told.stored, told.size];
    // Written before anything was known: zeros, and the sizes behind the data.
    let is_behind = told.flags & SIZES_BEHIND != 0;
    let name_at = at.saturating_add(FIXED);
    let name_end = name_at.saturating_add(field(26, 2)?);
    let extra = field(28, 2)?;
    let mut sizes = [field(14, 4)?, field(18, 4)?, field(22, 4)?];
    if sizes[1..] == [0xffff_ffff; 2] {
        // Written before the size was known to be small (§4.5.3): uncompressed size and compressed size of eight octets each.
        let long = octets.get(name_end..name_end.saturating_add(extra)).and_then(long_sizes).ok_or_else(other)?;
        sizes = [sizes[0], long.1, long.0];
    }
    if field(6, 2)? != usize::from(told.flags)
        || field(8, 2)? != told.method
        || !(sizes == expected || is_behind && sizes == [0; 3])
        || octets.get(name_at..name_end) != Some(name.as_bytes())
    {
        return Err(other());
    }
    let start = name_end.saturating_add(extra);
    if has_other_name(octets.get(name_end..start).unwrap_or_default()) {
        return Err(malformed(format!("{name:?} has another name beside it"), at));
    }
    let end = start.saturating_add(told.stored);
    if end > octets.len() || is_behind && descriptor(octets, end, expected).is_none() {
        return Err(other());
    }
    Ok((start..end, strange(octets.get(name_end..start).unwrap_or_default())))
}

/// Octets of extra fields (§4.5) that are none of those that archivers write of sizes, times, owners and alignment.
fn strange(mut extra: &[u8]) -> usize {
    const KNOWN: [usize; 12] = [0x0001, 0x0007, 0x0009, 0x000a, 0x000d, 0x5455, 0x5855, 0x7855, 0x7875, 0xa220, 0xcafe, 0xd935];
    // None of them needs more, and whatever would be hidden in one does.
    const LONGEST: usize = 64;
    let mut strange = 0_usize;
    while let (Some(kind), Some(length)) = (number(extra, 0, 2), number(extra, 2, 2)) {
        let whole = length.saturating_add(4);
        if !KNOWN.contains(&kind) || length > LONGEST {
            strange = strange.saturating_add(whole.min(extra.len()));
        }
        extra = extra.get(whole..).unwrap_or_default();
    }
    // Fewer octets than a field has, all of them zero, fill a gap.
    if extra.iter().all(|octet| *octet == 0) { strange } else { strange.saturating_add(extra.len()) }
}

/// Whether the extra fields have one with a name (§4.6.9), which some readers take and others do not.
fn has_other_name(mut extra: &[u8]) -> bool {
    const UNICODE_PATH: usize = 0x7075;
    while let (Some(kind), Some(length)) = (number(extra, 0, 2), number(extra, 2, 2)) {
        if kind == UNICODE_PATH {
            return true;
        }
        extra = extra.get(length.saturating_add(4)..).unwrap_or_default();
    }
    false
}

/// The two sizes of a ZIP64 extra field, the first of the extra fields.
fn long_sizes(extra: &[u8]) -> Option<(usize, usize)> {
    let size = |at: usize| usize::try_from(u64::from_le_bytes(extra.get(at..)?.first_chunk::<8>().copied()?)).ok();
    extra.starts_with(&[1, 0, 16, 0]).then(|| Some((size(4)?, size(12)?)))?
}

/// The octets of a data descriptor (§4.3.9) that says what the directory says.
fn descriptor(octets: &[u8], at: usize, expected: [usize; 3]) -> Option<usize> {
    let signature = if octets.get(at..)?.starts_with(&DESCRIPTOR) { 4 } else { 0 };
    let start = at.checked_add(signature)?;
    let told = [number(octets, start, 4)?, number(octets, start.checked_add(4)?, 4)?, number(octets, start.checked_add(8)?, 4)?];
    (told == expected).then_some(signature.saturating_add(12))
}

/// A name in UTF-8 that leads nowhere else.
fn name_of(octets: Option<&[u8]>, at: usize) -> Result<String, Malformed> {
    let octets = octets.ok_or_else(|| malformed("cut short", at))?;
    let name = std::str::from_utf8(octets).map_err(|_| malformed("the name of an entry is not UTF-8", at))?;
    let mut steps = name.strip_suffix('/').unwrap_or(name).split('/');
    let leads_elsewhere = steps.any(|step| step.is_empty() || step == "." || step == "..");
    if leads_elsewhere || name.contains(['\\', '\0']) || name.get(1..2) == Some(":") {
        return Err(malformed(format!("the name {name:?} leads out of the container"), at));
    }
    Ok(name.to_owned())
}

fn within_limits(entry: &Entry, limits: &Limits, budget: &Budget) -> Result<(), Malformed> {
    let too_large = |what: &str| malformed(format!("{:?} {what}", entry.name), entry.at);
    let size = u64::try_from(entry.size).unwrap_or(u64::MAX);
    if size > limits.inflated_stream || budget.spend(size).is_err() {
        return Err(too_large("is larger than the limits"));
    }
    if entry.size > SMALL && entry.size / HIGHEST_RATIO > entry.data.len() {
        return Err(too_large("is a bomb: its octets are more than five hundred times as many as those it is made from"));
    }
    Ok(())
}

/// Octets between entries that are none's.
fn gaps(octets: &[u8], entries: &[Entry], directory: usize) -> Result<usize, Malformed> {
    let (mut unaccounted, mut at) = (0_usize, 0_usize);
    for entry in entries {
        if entry.at < at || entry.data.end > directory {
            return Err(malformed(format!("{:?} overlaps another entry", entry.name), entry.at));
        }
        unaccounted = unaccounted.saturating_add(entry.at.saturating_sub(at)).saturating_add(entry.beside);
        let expected = [usize::try_from(entry.crc).unwrap_or(0), entry.data.len(), entry.size];
        let is_behind = number(octets, entry.at.saturating_add(6), 2).is_some_and(|flags| flags & usize::from(SIZES_BEHIND) != 0);
        let behind = if is_behind { descriptor(octets, entry.data.end, expected).unwrap_or(0) } else { 0 };
        at = entry.data.end.saturating_add(behind);
    }
    Ok(unaccounted.saturating_add(directory.saturating_sub(at)))
}

fn inflated(data: &[u8], entry: &Entry) -> Result<Vec<u8>, Malformed> {
    let mut content = vec![0; entry.size];
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut DecompressorOxide::new(), data, &mut content, 0, flags);
    if status != TINFLStatus::Done || read != data.len() || written != entry.size {
        return Err(malformed(format!("the content of {:?} is not deflated as its header says", entry.name), entry.at));
    }
    Ok(content)
}

/// A little-endian number of up to four octets.
fn number(octets: &[u8], at: usize, length: usize) -> Option<usize> {
    let field = octets.get(at..at.checked_add(length)?)?;
    let value = field.iter().rev().fold(0_u64, |value, octet| value << 8 | u64::from(*octet));
    usize::try_from(value).ok()
}

fn malformed(what: impl Into<std::borrow::Cow<'static, str>>, at: usize) -> Malformed {
    Malformed::new("ZIP", what, at)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    fn archive(files: &[(&str, &[u8], CompressionMethod)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, octets, method) in files {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(*method)).unwrap();
            writer.write_all(octets).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn two() -> Vec<u8> {
        archive(&[("mimetype", b"application/x", CompressionMethod::Stored), ("a/tệp.txt", &[b'a'; 5000], CompressionMethod::Stored)])
    }

    /// A file with one deflated entry `x` that claims this size.
    fn deflated(content: &[u8], claimed: u32, behind: &[u8]) -> Vec<u8> {
        let data = [&miniz_oxide::deflate::compress_to_vec(content, 9)[..], behind].concat();
        let length = u32::try_from(data.len()).unwrap();
        let told = [crc32(content).to_le_bytes(), length.to_le_bytes(), claimed.to_le_bytes()].concat();
        let local = [&LOCAL[..], &[20, 0, 0, 0, 8, 0, 0, 0, 0, 0], &told, &[1, 0, 0, 0], b"x", &data].concat();
        let central = [&CENTRAL[..], &[20, 0, 20, 0, 0, 0, 8, 0, 0, 0, 0, 0], &told, &[1, 0], &[0; 16], b"x"].concat();
        let sizes = [central.len(), local.len()].map(|size| u32::try_from(size).unwrap().to_le_bytes()).concat();
        [&local[..], &central, &END, &[0, 0, 0, 0, 1, 0, 1, 0], &sizes, &[0, 0]].concat()
    }

    #[test]
    fn what_is_deflated_has_exactly_its_size_and_is_no_bomb() {
        assert_eq!(fault(&deflated(b"abcabcabc", 9, b"")), "none");
        assert!(fault(&deflated(b"abcabcabc", 8, b"")).contains("not deflated as"));
        assert!(fault(&deflated(b"abcabcabc", 10, b"")).contains("not deflated as"));
        assert!(fault(&deflated(b"abcabcabc", 9, b"!")).contains("not deflated as"));
        assert!(fault(&deflated(&vec![0; 2 << 20], 2 << 20, b"")).contains("bomb"));
    }

    fn fault(octets: &[u8]) -> String {
        let limits = Limits::default();
        match read(octets, &limits).and_then(|archive| archive.entries.iter().try_for_each(|entry| archive.content(entry).map(drop))) {
            Ok(()) => "none".into(),
            Err(malformed) => malformed.what.into_owned(),
        }
    }

    /// `octets` with every `from` replaced by as many octets.
    fn replaced(octets: &[u8], from: &[u8], to: &[u8], which: std::ops::Range<usize>) -> Vec<u8> {
        let mut other = octets.to_vec();
        let places: Vec<usize> = memchr::memmem::find_iter(octets, from).collect();
        for at in &places[which] {
            other[*at..at + to.len()].copy_from_slice(to);
        }
        other
    }

    #[test]
    fn entries_are_read_in_their_order_with_their_content() {
        let octets = two();
        let archive = read(&octets, &Limits::default()).unwrap();
        let names: Vec<_> = archive.entries.iter().map(|entry| (entry.name.as_str(), entry.size)).collect();
        assert_eq!(names, [("mimetype", 13), ("a/tệp.txt", 5000)]);
        assert_eq!(archive.content(archive.entry("mimetype").unwrap()).unwrap(), b"application/x");
        assert_eq!(archive.unaccounted, 0);
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let good = two();
        assert_eq!(fault(&good), "none");
        assert!(fault(&replaced(&good, b"mimetype", b"mimetypo", 0..1)).contains("something else"), "local name");
        assert!(fault(&replaced(&good, b"mimetype", b"mimetypo", 1..2)).contains("something else"), "name in the directory");
        assert!(fault(&replaced(&good, b"mimetype", b"a/../../", 0..2)).contains("leads out"));
        assert!(fault(&replaced(&good, b"mimetype", b"/imetype", 0..2)).contains("leads out"));
        assert!(fault(&replaced(&good, b"mimetype", b"a\\..\\ype", 0..2)).contains("leads out"));
        assert!(fault(&replaced(&good, b"application/x", b"application/y", 0..1)).contains("checksum"));
        assert!(fault(&[&good[..], b"PK"].concat()).contains("no end"));
        assert!(fault(&good[..good.len() - 1]).contains("no end"));
        let twice = archive(&[("aa", b"1", CompressionMethod::Stored), ("ab", b"2", CompressionMethod::Stored)]);
        let twice = replaced(&twice, b"ab", b"aa", 0..2);
        assert!(fault(&twice).contains("two entries"));
    }

    #[test]
    fn an_end_in_the_comment_of_another_is_refused() {
        let good = two();
        let at = good.len() - 22;
        let mut other = good.clone();
        other[at + 20] = 22;
        other.extend_from_slice(&good[at..]);
        assert!(fault(&other).contains("two ends"));
    }

    #[test]
    fn octets_between_entries_are_counted() {
        let good = two();
        let at = memchr::memmem::find(&good, &CENTRAL).unwrap();
        let mut other = [&good[..at], b"hidden", &good[at..]].concat();
        let end = other.len() - 22;
        let start = u32::from_le_bytes(other[end + 16..end + 20].try_into().unwrap()) + 6;
        other[end + 16..end + 20].copy_from_slice(&start.to_le_bytes());
        assert_eq!(read(&other, &Limits::default()).unwrap().unaccounted, 6);
    }

    #[test]
    fn entries_that_share_octets_are_refused() {
        let inner = archive(&[("y", b"11", CompressionMethod::Stored)]);
        let central = memchr::memmem::find(&inner, &CENTRAL).unwrap();
        let outer = archive(&[("x", &inner[..central], CompressionMethod::Stored)]);
        assert_eq!(fault(&outer), "none");
        // The directory names the entry within the content of the other too.
        let mut second = inner[central..inner.len() - 22].to_vec();
        let at = u32::try_from(memchr::memmem::find(&outer[1..], &LOCAL).unwrap() + 1).unwrap();
        second[42..46].copy_from_slice(&at.to_le_bytes());
        let end = outer.len() - 22;
        let mut both = [&outer[..end], &second, &outer[end..]].concat();
        let end = both.len() - 22;
        (both[end + 8], both[end + 10]) = (2, 2);
        let size = u32::from_le_bytes(both[end + 12..end + 16].try_into().unwrap()) + u32::try_from(second.len()).unwrap();
        both[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
        assert!(fault(&both).contains("overlaps"), "{}", fault(&both));
    }

    #[test]
    fn sizes_are_bounded_before_anything_is_inflated() {
        let good = two();
        let limits = Limits { inflated_stream: 4_999, ..Limits::default() };
        assert!(read(&good, &limits).unwrap_err().what.contains("larger than the limits"));
        let limits = Limits { inflated_document: 5_000, ..Limits::default() };
        assert!(read(&good, &limits).unwrap_err().what.contains("larger than the limits"));
    }
}
