//! ISO 32000-2 §12.8.1 — a signed file of one revision, made by hand, so that every part of it can be another one

use std::ops::Range;

use kyso::Time;

use crate::pdf::{self, Objects};
use crate::shared::time;
use crate::{Error, Outcome};

/// A file with one signature dictionary, in whose place the text has `{range}` for the value of `/ByteRange` and `{contents}`
/// for that of `/Contents`.
pub struct HandMade<'a> {
    pub objects: Objects,
    /// Octets that `/Contents` has room for; else a few more than the signature value needs.
    pub room: Option<usize>,
    /// How the objects are made a file.
    pub layout: &'a dyn Fn(&Objects) -> Vec<u8>,
    /// What `/ByteRange` says.
    pub range: &'a dyn Fn(&Place) -> String,
    /// What is digested.
    pub signed: &'a dyn Fn(&Place) -> Vec<Range<usize>>,
    /// How the signature value is written into its place, whose length may not change.
    pub token: &'a dyn Fn(&[u8], usize) -> Vec<u8>,
}

/// Where the signature value stands.
#[derive(Clone, Copy)]
pub struct Place {
    /// The first octet of the hole: `<`.
    pub from: usize,
    /// Behind the hole.
    pub to: usize,
    /// Behind the file.
    pub end: usize,
}

/// The numbers of `/ByteRange` are known last: their place has this many characters.
const RANGE_WIDTH: usize = 48;

/// The number of the signature dictionary in [`objects`]; the field is the one before.
pub const DICTIONARY: u32 = 7;

/// The time that signatures claim where nothing else is said: ten minutes before the validation time.
pub fn claimed() -> Time {
    time().plus_seconds(-600)
}

/// `/M` of a time, Vietnam's zone.
pub fn date(at: Time) -> String {
    format!("(D:{}+07'00')", at.plus_seconds(7 * 3600).to_generalized_time().trim_end_matches('Z'))
}

/// The signature dictionary of a kind, with these further entries in front of the signature value.
pub fn dictionary(sub_filter: &str, more: &str) -> String {
    format!("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /{sub_filter} {more}/ByteRange {{range}} /Contents {{contents}} >>")
}

/// PAdES, claiming the usual time.
pub fn pades() -> String {
    dictionary("ETSI.CAdES.detached", &format!("/M {} ", date(claimed())))
}

/// The field whose value is the signature dictionary; `more` are further entries.
pub fn field(name: &str, more: &str) -> String {
    format!("<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /Rect [0 0 0 0] /F 132 /P 3 0 R /V {DICTIONARY} 0 R {more}>>")
}

/// The page, an invisible field and this signature dictionary.
pub fn objects(dictionary: &str) -> Objects {
    pdf::with(
        pdf::plain(),
        &[
            (1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> >>"),
            (3, &pdf::page("/Annots [6 0 R] ")),
            (6, &field("Signature1", "")),
            (DICTIONARY, dictionary),
        ],
    )
}

impl Place {
    /// Everything but the hole.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        vec![0..self.from, self.to..self.end]
    }

    /// `[0 b c d]`
    pub fn byte_range(&self) -> String {
        format!("[0 {} {} {}]", self.from, self.to, self.end - self.to)
    }
}

/// `<..>`, lower case, zeros behind.
pub fn hexadecimal(octets: &[u8], room: usize) -> Vec<u8> {
    let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("<{digits:0<width$}>", width = 2 * room).into_bytes()
}

impl<'a> HandMade<'a> {
    /// These objects, all else as it should be.
    pub fn new(objects: Objects) -> Self {
        Self {
            objects,
            room: None,
            layout: &|objects| pdf::table(objects, ""),
            range: &Place::byte_range,
            signed: &Place::ranges,
            token: &hexadecimal,
        }
    }

    /// The file: `sign` makes the signature value over the octets that it is given.
    pub fn sign(&self, sign: impl Fn(&[u8]) -> Outcome<Vec<u8>>) -> Outcome<Vec<u8>> {
        let room = self.room.map_or_else(|| sign(&[]).map(|value| value.len().next_multiple_of(64) + 64), Ok)?;
        let (mut file, place, ranges) = self.laid_out(room);
        if let Some(at) = ranges {
            let text = (self.range)(&place);
            file.get_mut(at..at + RANGE_WIDTH)
                .ok_or("no place for the ranges")?
                .copy_from_slice(format!("{text:<RANGE_WIDTH$}").as_bytes());
        }
        let signed: Vec<u8> = (self.signed)(&place).into_iter().flat_map(|range| file[range].to_vec()).collect();
        let value = sign(&signed)?;
        let token = (self.token)(&value, room);
        let hole = file.get_mut(place.from..place.to).filter(|hole| hole.len() == token.len());
        hole.ok_or_else(|| Error::from("the signature value has another length than its place"))?.copy_from_slice(&token);
        Ok(file)
    }

    /// The file with a signature value of zeros, where that is, and where the numbers are to be written.
    fn laid_out(&self, room: usize) -> (Vec<u8>, Place, Option<usize>) {
        let zeros = hexadecimal(&[], room);
        let mut objects = self.objects.clone();
        for (_, octets) in &mut objects {
            *octets = replaced(&replaced(octets, b"{contents}", &zeros), b"{range}", &[b'?'; RANGE_WIDTH]);
        }
        let file = (self.layout)(&objects);
        let from = find(&file, &zeros).unwrap_or(0);
        let to = if from == 0 { 0 } else { from + zeros.len() };
        let ranges = find(&file, &[b'?'; RANGE_WIDTH]);
        let end = file.len();
        (file, Place { from, to, end }, ranges)
    }
}

pub fn find(octets: &[u8], what: &[u8]) -> Option<usize> {
    octets.windows(what.len()).position(|window| window == what)
}

fn replaced(octets: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    match find(octets, what) {
        Some(at) => [&octets[..at], by, &octets[at + what.len()..]].concat(),
        None => octets.to_vec(),
    }
}

/// `octets` with one place changed, which must be there exactly once and keep its length.
pub fn patched(octets: &[u8], what: &str, by: &str) -> Outcome<Vec<u8>> {
    let at = find(octets, what.as_bytes()).ok_or_else(|| format!("`{what}` is not there"))?;
    if what.len() != by.len() || find(&octets[at + 1..], what.as_bytes()).is_some() {
        return Err(format!("`{what}` cannot be patched").into());
    }
    let mut patched = octets.to_vec();
    patched[at..at + by.len()].copy_from_slice(by.as_bytes());
    Ok(patched)
}

/// `octets` with the last bit of this signature value, in hexadecimal, the other one.
pub fn with_altered_value(octets: &[u8], value: &[u8]) -> Outcome<Vec<u8>> {
    let digits = |value: &[u8]| value.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let mut other = value.to_vec();
    other.last_mut().into_iter().for_each(|last| *last ^= 1);
    let (value, other) = (digits(value), digits(&other));
    patched(octets, &value, &other).or_else(|_| patched(octets, &value.to_uppercase(), &other.to_uppercase()))
}
