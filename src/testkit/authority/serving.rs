//! An authority over loopback HTTP (RFC 9112, as far as it takes), which stops by itself when nobody holds it any more

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Answer, Authority};
use crate::{Misuse, Time};

/// A running authority. It ends when this is dropped.
pub struct Serving {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

struct Shared {
    authority: Mutex<Authority>,
    clock: Option<fn() -> Time>,
    /// `Authorization` without which timestamps are refused.
    authorization: Mutex<Option<String>>,
    ends: AtomicBool,
    open: AtomicU32,
    most: AtomicU32,
}

/// A request may not be larger, nor take longer.
const LARGEST: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

impl Serving {
    /// Serves `authority` at a port of this machine; 0 lets the system choose. With a clock, each answer is of its time.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub fn start(authority: Authority, port: u16, clock: Option<fn() -> Time>) -> io::Result<Self> {
        Self::start_at(port, clock, |_| Ok(authority))
    }

    /// As [`Self::start`], with an authority that is made when its address is known: `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// As [`Self::start`], and when it cannot be made.
    pub fn start_at(port: u16, clock: Option<fn() -> Time>, authority: impl FnOnce(&str) -> Result<Authority, Misuse>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let authority = authority(&format!("http://{address}")).map_err(io::Error::other)?;
        let (authority, authorization) = (Mutex::new(authority), Mutex::new(None));
        let (ends, open, most) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
        let shared = Arc::new(Shared { authority, clock, authorization, ends, open, most });
        let listening = Arc::clone(&shared);
        let listener = std::thread::spawn(move || listen(&listener, &listening));
        Ok(Self { address, shared, listener: Some(listener) })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of one of its services.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The authority, which waits until this is dropped.
    pub fn authority(&self) -> MutexGuard<'_, Authority> {
        self.shared.authority.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, timestamps are for whoever sends this `Authorization`.
    pub fn require(&self, authorization: impl Into<String>) {
        *self.shared.authorization.lock().unwrap_or_else(PoisonError::into_inner) = Some(authorization.into());
    }

    /// The most requests that were open at the same time.
    pub fn most_at_once(&self) -> u32 {
        self.shared.most.load(Ordering::SeqCst)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::SeqCst);
        // Whoever waits for a connection gets one, and sees that it is over.
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ends.load(Ordering::SeqCst) {
            break;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            let open = shared.open.fetch_add(1, Ordering::SeqCst).saturating_add(1);
            shared.most.fetch_max(open, Ordering::SeqCst);
            let answer = serve(&stream, &shared);
            // Before it is written: whoever has it may ask the next.
            shared.open.fetch_sub(1, Ordering::SeqCst);
            // A caller that goes away gets no answer.
            let _ = answer.and_then(|answer| write(&stream, &answer));
            let _ = stream.shutdown(Shutdown::Both);
        });
    }
}

/// What is answered to the request on `stream`, when it is time.
fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<Answer> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.take(LARGEST));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
    let (mut length, mut host, mut authorization) = (0_usize, String::new(), None);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "host" => host = value.trim().split(':').next().unwrap_or_default().to_owned(),
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = Vec::new();
    reader.take(u64::try_from(length).unwrap_or(LARGEST)).read_to_end(&mut body)?;
    let required = shared.authorization.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if path == "/tsa" && required.is_some() && required != authorization {
        return Ok(Answer::status(401));
    }
    let answer = {
        let mut authority = shared.authority.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(clock) = shared.clock {
            authority.time = clock();
        }
        authority.answer(&host, &path, &body)
    };
    let answer = answer.unwrap_or_else(|_| Answer::status(500));
    let mut left = answer.delay;
    while !left.is_zero() && !shared.ends.load(Ordering::SeqCst) {
        let some = left.min(Duration::from_millis(20));
        std::thread::sleep(some);
        left = left.saturating_sub(some);
    }
    Ok(answer)
}

fn write(mut stream: &TcpStream, answer: &Answer) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} -\r\nContent-Type: {}\r\nConnection: close\r\n", answer.status, answer.media_type);
    if answer.more == 0 {
        head.push_str(&format!("Content-Length: {}\r\n", answer.octets.len()));
    }
    if let Some(location) = &answer.location {
        head.push_str(&format!("Location: {location}\r\n"));
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    stream.write_all(answer.octets.get(..answer.sent).unwrap_or(&answer.octets))?;
    let mut more = answer.more;
    while more > 0 {
        stream.write_all(&[0; 1024])?;
        more = more.saturating_sub(1024);
    }
    stream.flush()
}
