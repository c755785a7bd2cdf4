//! `kyso sign --format edXML --header FILE` — QCVN 102:2016: a message between agencies made of files, before it is signed

use std::path::Path;

use kyso::message::{Header, Message};

use crate::exit::Failure;
use crate::sign::Arguments;
use crate::{clock, files};

/// The unsigned message with this header and all files as its attachments.
pub fn made(arguments: &Arguments, header: &Path) -> Result<Vec<u8>, Failure> {
    let octets = files::read(header)?;
    let header = Header::from_json(&octets).map_err(|malformed| Failure::unreadable(header, malformed))?;
    let mut message = Message::new(header).sent_at(clock::time(arguments.at)?);
    for path in arguments.files() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        message.attach(name, media_type(path), files::read(path)?.to_vec());
    }
    message.to_xml().map_err(Failure::usage)
}

/// What a file is by its ending.
fn media_type(path: &Path) -> &'static str {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        "json" => "application/json",
        "txt" => "text/plain",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "zip" => "application/zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}
