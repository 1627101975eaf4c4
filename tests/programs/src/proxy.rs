//! The link between phones and server: bytes pass through here, and it can be made bad.
//!
//! A good link passes everything. A bad one cuts each connection when the phone has sent as many bytes over it as allowed and wants to
//! send more: both sides see the connection end, what was passed before arrives.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::Played;

/// Bytes that are moved at a time.
const PIECE: usize = 16 * 1024;

/// A link with an address of its own, leading to a server that may move.
pub struct Proxy {
    address: SocketAddr,
    link: Arc<Link>,
}

struct Link {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Clone, Copy)]
struct State {
    upstream: SocketAddr,
    cut_after: Option<u64>,
    cuts: u32,
    sent: u64,
    open: bool,
}

/// What has gone over the link so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Connections cut.
    pub cuts: u32,
    /// Bytes from phones to the server.
    pub sent: u64,
}

impl Proxy {
    /// A good link to a server.
    pub fn to(upstream: SocketAddr) -> Played<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let state = State { upstream, cut_after: None, cuts: 0, sent: 0, open: true };
        let link = Arc::new(Link { state: Mutex::new(state), moved: Condvar::new() });
        let accepting = Arc::clone(&link);
        thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                if !accepting.read().open {
                    return;
                }
                let link = Arc::clone(&accepting);
                thread::spawn(move || link.carry(&phone));
            }
        });
        Ok(Self { address, link })
    }

    /// Where phones reach it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Leads new connections to another server.
    pub fn lead_to(&self, upstream: SocketAddr) {
        self.link.read().upstream = upstream;
    }

    /// Cuts each connection that wants to send more than this many bytes; `None` makes the link good again.
    pub fn cut_after(&self, bytes: Option<u64>) {
        self.link.read().cut_after = bytes;
    }

    /// What has gone over it so far.
    pub fn traffic(&self) -> Traffic {
        let state = self.link.read();
        Traffic { cuts: state.cuts, sent: state.sent }
    }

    /// Waits until this many bytes in all went from phones to the server. Whether they did in time.
    pub fn wait_for(&self, sent: u64, patience: Duration) -> bool {
        let waited = self.link.moved.wait_timeout_while(self.link.read(), patience, |s| s.sent < sent);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.link.read().open = false;
        // Wakes the thread that accepts, so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}

impl Link {
    fn read(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry(&self, phone: &TcpStream) {
        let upstream = self.read().upstream;
        let Ok(server) = TcpStream::connect(upstream) else {
            // Nobody there: the phone sees what it would see without a link.
            let _ = phone.shutdown(Shutdown::Both);
            return;
        };
        thread::scope(|both| {
            both.spawn(|| {
                down(&server, phone);
                let _ = phone.shutdown(Shutdown::Both);
            });
            self.up(phone, &server);
        });
    }

    fn up(&self, mut phone: &TcpStream, mut server: &TcpStream) {
        let mut piece = vec![0; PIECE];
        let mut passed = 0;
        loop {
            let read = match phone.read(&mut piece) {
                Ok(read) if read > 0 => read,
                _ => {
                    let _ = server.shutdown(Shutdown::Write);
                    return;
                }
            };
            let (pass, cut) = share(read, passed, self.read().cut_after);
            let written = server.write_all(&piece[..pass]).is_ok();
            passed += pass as u64;
            {
                let mut state = self.read();
                state.sent += if written { pass as u64 } else { 0 };
                state.cuts += u32::from(cut);
            }
            self.moved.notify_all();
            if cut || !written {
                let _ = server.shutdown(Shutdown::Both);
                let _ = phone.shutdown(Shutdown::Both);
                return;
            }
        }
    }
}

/// How much of a piece passes, and whether that is the end of the connection.
fn share(read: usize, passed: u64, cut_after: Option<u64>) -> (usize, bool) {
    let Some(limit) = cut_after else {
        return (read, false);
    };
    match usize::try_from(limit.saturating_sub(passed)) {
        Ok(left) if left < read => (left, true),
        _ => (read, false),
    }
}

fn down(mut server: &TcpStream, mut phone: &TcpStream) {
    let _ = std::io::copy(&mut server, &mut phone);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// A server that takes one connection to its end and gives what it got.
    fn taker() -> (SocketAddr, thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let taking = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut got = vec![];
            let _ = stream.read_to_end(&mut got);
            got
        });
        (address, taking)
    }

    fn send(proxy: &Proxy, bytes: &[u8]) {
        let mut phone = TcpStream::connect(proxy.address()).unwrap();
        // A cut may come while this is still writing: how much arrived is asked at the other end.
        let _ = phone.write_all(bytes);
        let _ = phone.shutdown(Shutdown::Write);
        let _ = phone.read(&mut [0]);
    }

    #[test]
    fn a_connection_is_cut_only_above_the_limit() {
        for (length, arrives, cuts) in [(49_999, 49_999, 0), (50_000, 50_000, 0), (50_001, 50_000, 1)] {
            let (address, taking) = taker();
            let proxy = Proxy::to(address).unwrap();
            proxy.cut_after(Some(50_000));
            send(&proxy, &vec![7; length]);
            assert_eq!(taking.join().unwrap(), vec![7; arrives]);
            assert_eq!(proxy.traffic(), Traffic { cuts, sent: arrives as u64 }, "{length}");
        }
    }

    #[test]
    fn a_good_link_passes_both_ways_and_follows_a_server_that_moves() {
        let echo = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (gone, _) = taker();
        let proxy = Proxy::to(gone).unwrap();
        proxy.lead_to(echo.local_addr().unwrap());
        let answering = thread::spawn(move || {
            let (mut stream, _) = echo.accept().unwrap();
            let mut got = [0; 4];
            stream.read_exact(&mut got).unwrap();
            stream.write_all(&got).unwrap();
        });
        let mut phone = TcpStream::connect(proxy.address()).unwrap();
        phone.write_all(b"ping").unwrap();
        let mut answer = vec![];
        phone.read_to_end(&mut answer).unwrap();
        answering.join().unwrap();
        assert_eq!(answer, b"ping");
        assert!(proxy.wait_for(4, LONG));
        assert!(!proxy.wait_for(5, Duration::from_millis(5)));
    }

    #[test]
    fn a_server_that_is_not_there_is_a_closed_connection() {
        let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let proxy = Proxy::to(nobody).unwrap();
        let mut phone = TcpStream::connect(proxy.address()).unwrap();
        assert!(matches!(phone.read(&mut [0]), Ok(0) | Err(_)));
    }
}
