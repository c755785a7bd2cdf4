//! The network over a loopback authority: what is fetched, what is refused, and how long, how much and how often.
#![cfg(feature = "net")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use kyso::creation::{AugmentError, Goal};
use kyso::crypto::DigestAlgorithm;
use kyso::net::{Cache, Credentials, Fetcher, PrivateAddresses, Settings};
use kyso::pki::{OcspRequest, TimestampRequest};
use kyso::report::Indication;
use kyso::report::json::{Kind, Level, WantKind};
use kyso::testkit::authority::HOSTS;
use kyso::testkit::{Authority, AuthorityFault, DemoPki, Service, Serving, blank_page};
use kyso::{Call, Context, Document, Evidence, Fetch, Policy, Profile, SoftwareSigner, Time, TrustAnchors, augment, sign, verify_fetching};

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn serving() -> Serving {
    let authority = Authority::new(DemoPki::new([43; 32], time()).unwrap(), time());
    Serving::start(authority, 0, None).unwrap()
}

/// Names of the certificates lead to the authority.
fn settings(serving: &Serving) -> Settings {
    let hosts = HOSTS.map(|host| (host.to_owned(), serving.address().to_string())).into();
    Settings {
        hosts,
        timeout: Duration::from_secs(5),
        timestamp_timeout: Duration::from_secs(5),
        time: Some(time()),
        ..Settings::default()
    }
}

fn anchors_and_signer(serving: &Serving) -> (TrustAnchors, SoftwareSigner) {
    let authority = serving.authority();
    (authority.pki.trust_anchors().unwrap(), authority.pki.leader_signer().unwrap())
}

fn fetcher(settings: Settings) -> Fetcher {
    Fetcher::new(settings).unwrap()
}

fn get(kind: WantKind, url: impl Into<String>) -> Call {
    Call { kind, url: url.into(), octets: None }
}

fn timestamp(serving: &Serving) -> Call {
    let request = TimestampRequest::new(DigestAlgorithm::Sha256, &[7; 32], Some(&[9; 16])).unwrap();
    Call { kind: WantKind::Timestamp, url: serving.url("/tsa"), octets: Some(request.octets().to_vec()) }
}

fn error(fetcher: &mut Fetcher, call: &Call) -> String {
    fetcher.fetch(call).unwrap_err().to_string()
}

#[test]
fn a_document_is_signed_stamped_and_kept_over_http() {
    let serving = serving();
    let (anchors, signer) = anchors_and_signer(&serving);
    let (policy, evidence, page) = (Policy::etsi_basic(), Evidence::none(), blank_page());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let signed = sign(&Document::pdf(&page).unwrap(), &Profile::pades_b_b(time()), &signer).unwrap();
    let mut fetcher = fetcher(settings(&serving));
    let fetched = verify_fetching(&Document::pdf(&signed).unwrap(), &context, &mut fetcher);
    assert_eq!(fetched.report.conclusion.indication, Indication::TotalPassed, "{}", fetched.report.to_json());
    let augmented = augment(&signed, &Goal::level(Level::BLTA), &serving.url("/tsa"), &context, &mut fetcher).unwrap();
    let entry = augmented.report.signatures.iter().find(|entry| entry.kind == Kind::Signature).unwrap();
    assert_eq!((entry.level, augmented.report.conclusion.indication), (Level::BLTA, Indication::TotalPassed));
}

#[test]
fn addresses_of_this_machine_are_refused_by_name_and_number_unless_allowed() {
    let serving = serving();
    let port = serving.address().port();
    let mut guarded = fetcher(Settings { hosts: BTreeMap::new(), ..settings(&serving) });
    for host in ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"] {
        let told = error(&mut guarded, &get(WantKind::Crl, format!("http://{host}:{port}/issuing.crl")));
        assert!(told.contains("no public address"), "{host}: {told}");
    }
    assert_eq!(serving.authority().asked(Service::Crl), 0);
    let mut allowed = fetcher(Settings { hosts: BTreeMap::new(), private_addresses: PrivateAddresses::Allowed, ..settings(&serving) });
    assert!(allowed.fetch(&get(WantKind::Crl, serving.url("/issuing.crl"))).is_ok());
    // The caller's own authority may be anywhere; where it redirects to may not.
    assert!(guarded.fetch(&timestamp(&serving)).is_ok());
    serving.authority().set_fault(Service::Timestamp, AuthorityFault::Redirect(serving.url("/issuing.crl")));
    let told = error(&mut guarded, &timestamp(&serving));
    assert!(told.contains("no public address"), "{told}");
    assert_eq!(serving.authority().asked(Service::Crl), 1);
}

#[test]
fn only_addresses_of_the_web_are_fetched_from() {
    let serving = serving();
    let mut fetcher = fetcher(settings(&serving));
    for url in ["ldap://pki.kyso.example/cn=x", "file:///etc/passwd", "gopher://pki.kyso.example/", "/issuing.crl", "", "http://"] {
        let told = error(&mut fetcher, &get(WantKind::Crl, url));
        assert!(told.contains("not fetched from") || told.contains("no address"), "{url}: {told}");
    }
}

#[test]
fn an_answer_has_a_time_and_a_size_and_comes_whole() {
    use AuthorityFault as F;
    let serving = serving();
    let limits = Settings { timeout: Duration::from_millis(700), largest: 64 << 10, ..settings(&serving) };
    let mut fetcher = fetcher(limits);
    let call = get(WantKind::Crl, "http://pki.kyso.example/issuing.crl");
    assert!(fetcher.fetch(&call).is_ok());
    for (fault, cause) in [
        (F::Slow(Duration::from_secs(30)), "no answer within"),
        (F::Endless(1 << 30), "more than 65536 octets"),
        (F::Status(503), "status 503"),
        (F::Half, "http://pki.kyso.example/issuing.crl"),
    ] {
        serving.authority().set_fault(Service::Crl, fault.clone());
        let begun = Instant::now();
        let told = error(&mut fetcher, &call);
        assert!(told.contains(cause) && told.contains(&call.url), "{fault:?}: {told}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{fault:?}");
    }
}

#[test]
fn redirections_are_followed_a_few_times_and_never_to_something_else() {
    let serving = serving();
    let mut fetcher = fetcher(Settings { redirections: 2, ..settings(&serving) });
    let call = get(WantKind::Certificate, "http://pki.kyso.example/issuing.cer");
    for (location, cause) in [
        ("http://pki.kyso.example/issuing.cer", "more than 2 redirections"),
        ("/issuing.cer", "more than 2 redirections"),
        ("ldap://pki.kyso.example/", "not fetched from"),
        ("http://127.0.0.1:1/", "no public address"),
    ] {
        serving.authority().set_fault(Service::Issuer, AuthorityFault::Redirect(location.into()));
        let told = error(&mut fetcher, &call);
        assert!(told.contains(cause), "{location}: {told}");
    }
    serving.authority().set_fault(Service::Issuer, AuthorityFault::Redirect("http://pki.kyso.example/issuing.crl".into()));
    assert!(fetcher.fetch(&call).is_ok(), "one redirection is followed");
}

#[test]
fn a_password_goes_to_the_authority_that_it_is_for_and_to_no_other() {
    let serving = serving();
    serving.require("Basic a3lzbzpz4buRIG3hu5l0");
    assert!(error(&mut fetcher(settings(&serving)), &timestamp(&serving)).contains("status 401"));
    let with = |url: String, password| {
        let credentials = BTreeMap::from([(url, Credentials::new("kyso", password).unwrap())]);
        fetcher(Settings { credentials, ..settings(&serving) }).fetch(&timestamp(&serving))
    };
    assert!(with(serving.url("/tsa"), "số một").is_ok());
    assert!(with(serving.url("/tsa"), "số hai").is_err());
    assert!(with("http://tsa.kyso.example/tsa".into(), "số một").is_err());
    assert!(Credentials::new("a:b", "").is_err());
    assert!(!format!("{:?}", Credentials::new("kyso", "số một").unwrap()).contains("một"));
}

#[test]
fn timestamps_wait_for_their_turn() {
    let serving = serving();
    serving.authority().set_fault(Service::Timestamp, AuthorityFault::Slow(Duration::from_millis(50)));
    let fetcher = fetcher(Settings { timestamps_at_once: 2, ..settings(&serving) });
    std::thread::scope(|scope| {
        for _ in 0..6 {
            let (mut fetcher, call) = (fetcher.clone(), timestamp(&serving));
            scope.spawn(move || fetcher.fetch(&call).unwrap());
        }
    });
    assert_eq!((serving.most_at_once(), serving.authority().asked(Service::Timestamp)), (2, 6));
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let refused = |settings: Settings| Fetcher::new(settings).is_err();
    assert!(refused(Settings { timestamp_timeout: Duration::from_secs(181), ..Settings::default() }));
    assert!(refused(Settings { timeout: Duration::ZERO, ..Settings::default() }));
    assert!(refused(Settings { timestamps_at_once: 0, ..Settings::default() }));
    assert!(!refused(Settings { timestamp_timeout: Settings::LONGEST, ..Settings::default() }));
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("net").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// A call for the status of the leader's certificate, without nonce.
fn ocsp(serving: &Serving) -> Call {
    let authority = serving.authority();
    let read = |der: &[u8]| kyso::pki::Certificate::from_der(der).unwrap();
    let (leader, issuing) = (read(&authority.pki.leader.certificate), read(&authority.pki.issuing.certificate));
    let request = OcspRequest::new(&leader, &issuing, DigestAlgorithm::Sha1, None).unwrap();
    Call { kind: WantKind::Ocsp, url: "http://ocsp.kyso.example/".into(), octets: Some(request.octets().to_vec()) }
}

#[test]
fn what_was_fetched_is_kept_until_its_successor_comes() {
    let serving = serving();
    let kept = Settings { cache: Some(folder("kept")), ..settings(&serving) };
    let calls = [get(WantKind::Crl, "http://pki.kyso.example/issuing.crl"), ocsp(&serving)];
    let asked = |settings: &Settings| {
        let mut fetcher = fetcher(settings.clone());
        calls.iter().for_each(|call| assert!(fetcher.fetch(call).is_ok()));
        [Service::Crl, Service::Ocsp].map(|service| serving.authority().asked(service))
    };
    assert_eq!(asked(&kept), [1, 1]);
    assert_eq!(asked(&kept), [1, 1], "from the disk, by another fetcher");
    // The responder's word is good for a day, the list for a week.
    assert_eq!(asked(&Settings { time: Some(time().plus_seconds(2 * 86_400)), ..kept.clone() }), [1, 2]);
    assert_eq!(asked(&Settings { time: Some(time().plus_seconds(8 * 86_400)), ..kept.clone() }), [2, 3]);
    // Timestamps are made for one question, and so is what has a nonce.
    let mut fetcher = fetcher(kept);
    assert!((0..2).all(|_| fetcher.fetch(&timestamp(&serving)).is_ok()));
    assert_eq!(serving.authority().asked(Service::Timestamp), 2);
    assert!(fetcher.nonce(WantKind::Ocsp).is_none() && fetcher.nonce(WantKind::Timestamp).is_some());
}

#[test]
fn a_cache_that_was_damaged_or_cut_short_is_asked_in_vain() {
    let serving = serving();
    let folder = folder("damaged");
    let kept = Settings { cache: Some(folder.clone()), ..settings(&serving) };
    let call = get(WantKind::Crl, "http://pki.kyso.example/issuing.crl");
    let fetch = || fetcher(kept.clone()).fetch(&call).unwrap();
    let files = |part: &str| -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join(part)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    };
    let right = fetch();
    let mut asked = 1;
    for part in ["answers", "calls"] {
        let octets = std::fs::read(&files(part)[0]).unwrap();
        let altered = [&octets[..octets.len() - 1], &[octets[octets.len() - 1] ^ 1]].concat();
        for damaged in [&octets[..octets.len() / 2], &altered, b""] {
            std::fs::write(&files(part)[0], damaged).unwrap();
            assert!(fetch() == right, "{part}");
            asked += 1;
            assert_eq!(serving.authority().asked(Service::Crl), asked, "{part}: asked again");
            assert!(std::fs::read(&files("answers")[0]).unwrap() == right && files("answers").len() == 1, "{part}: mended");
        }
    }
    // What a writer left that was killed is nobody's answer.
    std::fs::write(folder.join("answers/left.1-1.part"), b"half").unwrap();
    std::fs::write(folder.join("calls/left.1-1.part"), b"half").unwrap();
    assert!(fetch() == right);
    assert_eq!(serving.authority().asked(Service::Crl), asked);
}

#[test]
fn what_is_no_answer_is_not_kept() {
    let serving = serving();
    let cache = Cache::at(folder("none")).unwrap();
    let call = get(WantKind::Crl, "http://pki.kyso.example/issuing.crl");
    cache.keep(&call, b"<html>try again later</html>").unwrap();
    assert_eq!(cache.answer(&call, time()), None);
    let certificate = serving.authority().pki.issuing.certificate.clone();
    cache.keep(&call, &certificate).unwrap();
    assert_eq!(cache.answer(&call, time()), None);
}

/// Many writers of one cache, threads here and each with names of its own: what is read is always whole.
#[test]
fn several_writers_never_show_a_half_written_file() {
    let serving = serving();
    let cache = Cache::at(folder("several")).unwrap();
    let call = get(WantKind::Crl, "http://pki.kyso.example/issuing.crl");
    let answers: Vec<Vec<u8>> = (0..4)
        .map(|second| {
            let mut authority = serving.authority();
            authority.time = time().plus_seconds(second);
            authority.answer("pki.kyso.example", "/issuing.crl", &[]).unwrap().octets
        })
        .collect();
    std::thread::scope(|scope| {
        for answer in &answers {
            scope.spawn(|| (0..25).for_each(|_| cache.keep(&call, answer).unwrap()));
        }
        scope.spawn(|| {
            let mut read = 0;
            while read < 200 {
                if let Some(kept) = cache.answer(&call, time()) {
                    assert!(answers.contains(&kept));
                }
                read += 1;
            }
        });
    });
    assert!(answers.contains(&cache.answer(&call, time()).unwrap()));
}

/// Over the wire as without it: the error names the address and the cause, and what was there stays.
#[test]
fn a_failing_authority_is_named_with_its_address() {
    use AuthorityFault as F;
    let serving = serving();
    let (anchors, signer) = anchors_and_signer(&serving);
    let (policy, evidence, page) = (Policy::etsi_basic(), Evidence::none(), blank_page());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let signed = sign(&Document::pdf(&page).unwrap(), &Profile::pades_b_b(time()), &signer).unwrap();
    let short = Settings { timeout: Duration::from_millis(700), timestamp_timeout: Duration::from_millis(700), ..settings(&serving) };
    let mut fetcher = fetcher(short);
    for service in [Service::Timestamp, Service::Crl] {
        for (fault, cause) in [
            (F::Slow(Duration::from_secs(30)), "no answer within"),
            (F::Status(503), "status 503"),
            (F::Half, ""),
            (F::Garbage, "at byte 0"),
            (F::Endless(1 << 32), "more than"),
            (F::Redirect("http://10.0.0.1/".into()), "no public address"),
        ] {
            serving.authority().clear_faults();
            serving.authority().set_fault(service, fault.clone());
            if service == Service::Crl {
                serving.authority().set_fault(Service::Ocsp, F::Status(404));
            }
            let told = augment(&signed, &Goal::level(Level::BLT), &serving.url("/tsa"), &context, &mut fetcher).unwrap_err();
            let address = if service == Service::Timestamp { serving.url("/tsa") } else { "http://pki.kyso.example/root.crl".into() };
            let text = told.to_string();
            assert!(text.contains(&address) && text.contains(cause), "{service:?} {fault:?}: {text}");
            assert!(matches!(told, AugmentError::Authority { .. }), "{text}");
        }
    }
    drop(serving);
    let mut gone = Fetcher::new(Settings::default()).unwrap();
    let told = augment(&signed, &Goal::level(Level::BT), "http://127.0.0.1:1/tsa", &context, &mut gone).unwrap_err().to_string();
    assert!(told.contains("http://127.0.0.1:1/tsa"), "{told}");
}

/// HTTPS against a server of the test, whose authority is the demonstration's root.
#[cfg(feature = "https")]
mod https {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Arc;

    use kyso::crypto::Curve;
    use kyso::pki::Certificate;
    use kyso::testkit::extension::{GeneralName, Purpose, extended_key_usage, subject_alternative_name};
    use kyso::testkit::{Key, KeyParameters, Name, Random, Template, name};
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};

    use super::*;

    /// Answers each connection with the issuing authority's list, or a redirection. It ends with the process.
    fn server(authority: &Authority, host: &str, location: Option<&'static str>) -> SocketAddr {
        let key = Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(b"server")).unwrap();
        let usage = extended_key_usage(&[Purpose::Other("1.3.6.1.5.5.7.3.1".parse().unwrap())]);
        // The clock's time: that is what certificates of servers are judged by.
        let now = Time::from_unix(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs().try_into().unwrap());
        let template = Template::signatory(Name::of([(name::COMMON_NAME, host)]), now.plus_seconds(-3600), now.plus_seconds(3600))
            .with(usage)
            .with(subject_alternative_name(&[GeneralName::Dns(host.into())]));
        let certificate = authority.pki.issuing.issue(&template, key).unwrap();
        let chain = [&certificate.certificate, &authority.pki.issuing.certificate].map(|der| CertificateDer::from(der.clone())).to_vec();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certificate.key.pkcs8().to_vec()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls_graviola::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let (config, list) = (Arc::new(config), authority.pki.issuing_list.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream.unwrap()));
                let mut line = String::new();
                while stream.read_line(&mut line).is_ok_and(|octets| octets > 2) {
                    line.clear();
                }
                let (status, location) = location.map_or((200, String::new()), |location| (302, format!("Location: {location}\r\n")));
                let head = format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\n{location}Connection: close\r\n\r\n", list.len());
                // A client that does not believe us has gone.
                let _ = stream.get_mut().write_all(&[head.as_bytes(), &list].concat());
                stream.get_mut().conn.send_close_notify();
                let _ = stream.get_mut().flush();
            }
        });
        address
    }

    fn call() -> Call {
        get(WantKind::Crl, "https://pki.kyso.example/issuing.crl")
    }

    fn settings(address: SocketAddr, authority: &Authority) -> Settings {
        let roots = vec![Certificate::from_der(&authority.pki.root.certificate).unwrap()];
        let hosts = [("pki.kyso.example".to_owned(), address.to_string())].into();
        Settings { hosts, tls_roots: Some(roots), timeout: Duration::from_secs(5), ..Settings::default() }
    }

    #[test]
    fn a_list_comes_over_https_from_a_server_that_is_certified_for_its_name() {
        let authority = Authority::new(DemoPki::new([43; 32], time()).unwrap(), time());
        let right = settings(server(&authority, "pki.kyso.example", None), &authority);
        assert!(fetcher(right.clone()).fetch(&call()).unwrap() == authority.pki.issuing_list);
        // Nobody whom the world trusts certified it; and another name is another server.
        let told = error(&mut fetcher(Settings { tls_roots: None, ..right }), &call());
        assert!(told.contains("UnknownIssuer"), "{told}");
        let told = error(&mut fetcher(settings(server(&authority, "tsa.kyso.example", None), &authority)), &call());
        assert!(told.contains("not valid for name"), "{told}");
    }

    #[test]
    fn what_was_asked_over_https_is_not_asked_in_the_clear() {
        let serving = serving();
        let authority = Authority::new(DemoPki::new([43; 32], time()).unwrap(), time());
        let address = server(&authority, "pki.kyso.example", Some("http://ocsp.kyso.example/issuing.crl"));
        let mut settings = settings(address, &authority);
        settings.hosts.insert("ocsp.kyso.example".into(), serving.address().to_string());
        let told = error(&mut fetcher(settings), &call());
        assert!(told.contains("away from https"), "{told}");
        assert_eq!(serving.authority().asked(Service::Crl), 0);
    }

    #[test]
    fn https_does_not_fall_back() {
        let serving = serving();
        let told = error(&mut fetcher(super::settings(&serving)), &call());
        assert!(told.contains("https://pki.kyso.example/issuing.crl"), "{told}");
        assert_eq!(serving.authority().asked(Service::Crl), 0);
    }
}
