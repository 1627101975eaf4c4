//! Whom a phone believes to be its server: certificates of the public authorities and of those that its city runs, and no others.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{ServerConfig, ServerConnection, Stream};
use yuandian_device::{DeviceError, Driver, Phone, TrustRoots};
use yuandian_model::Role;

use crate::home::Home;
use crate::people;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut of = CertificateParams::default();
    of.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(of, KeyPair::generate().unwrap()).unwrap()
}

/// A server that shows a certificate of this authority for this name and answers one request with a page of somebody's.
fn serve(authority: &Authority, name: &str, until: i32) -> (String, JoinHandle<()>) {
    let key = KeyPair::generate().unwrap();
    let mut of = CertificateParams::new(vec![name.to_owned()]).unwrap();
    of.not_before = date_time_ymd(2020, 1, 1);
    of.not_after = date_time_ymd(until, 1, 1);
    let certificate = of.signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let private = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let served = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = Stream::new(&mut connection, &mut socket);
        let mut some = [0; 512];
        // Whoever does not trust the certificate hangs up here.
        if stream.read(&mut some).is_ok() {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
        }
    });
    (address, served)
}

fn enrolled_at(address: &str, roots: &TrustRoots) -> DeviceError {
    let (runtime, home) = (tokio::runtime::Runtime::new().unwrap(), Home::new(9));
    let phone = Mutex::new(home.open());
    let driver = Driver::new(address, roots).unwrap();
    runtime.block_on(driver.enroll(&phone, "code", "王敏")).unwrap_err()
}

#[test]
fn only_a_certificate_of_a_known_authority_for_this_name_and_day_is_trusted() {
    let (city, other) = (authority(), authority());
    let roots = TrustRoots(vec![city.der().to_vec()]);
    let none = TrustRoots::default();
    for (by, name, until, roots, trusted) in [
        (&city, "localhost", 2200, &roots, true),
        (&city, "localhost", 2200, &none, false),
        (&other, "localhost", 2200, &roots, false),
        (&city, "localhost", 2021, &roots, false),
        (&city, "elsewhere.example", 2200, &roots, false),
    ] {
        let (address, served) = serve(by, name, until);
        let error = enrolled_at(&address, roots);
        served.join().unwrap();
        let case = format!("{name} until {until}: {error:?}");
        // What the trusted server answers is none of ours: it was spoken to.
        let spoken = matches!(&error, DeviceError::Unreachable(why) if why.contains("not our server's"));
        assert_eq!((spoken, matches!(error, DeviceError::Untrusted(_))), (trusted, !trusted), "{case}");
    }
}

#[test]
fn a_run_says_that_the_certificate_is_not_trusted_and_keeps_the_work() {
    let (_, [_home], [phone]) = people::<1>(Role::GridWorker);
    let (address, served) = serve(&authority(), "localhost", 2200);
    let waits = phone.outbox().unwrap();
    let phone: Arc<Mutex<Phone>> = Arc::new(Mutex::new(phone));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut driver = Driver::new(&address, &TrustRoots::default()).unwrap();
    let report = runtime.block_on(driver.sync(&phone)).unwrap();
    served.join().unwrap();
    assert!(report.untrusted && !report.reached && !report.complete, "{report:?}");
    assert_eq!(phone.lock().unwrap().outbox().unwrap(), waits);
}
