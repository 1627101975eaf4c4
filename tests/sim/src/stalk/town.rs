//! The hub with its accounts, a clock, and who sees what.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use yuandian_model::{Catalogue, Divisions, Epoch, Grant, Vetting};
use yuandian_server::hub::{Hub, Message, Notifier, NotifyError, Principal, Request, Response};
use yuandian_server::invitation::InvitationCode;
use yuandian_server::keys::MemoryKeys;
use yuandian_server::problem::Problem;
use yuandian_server::store::{Authority as _, NewInvitation, SqliteStore, Store as _};
use yuandian_sync::Cursor;
use yuandian_sync::message::{
    PartitionHead, PrivateRecord, PullReply, PulledCase, Push, PushItem, PushReply, WIRE_VERSION,
};
use yuandian_vfs::{Disk, FaultBlobs};

use super::account::{Account, Side, Who};
use super::transcript::Transcript;
use crate::machine::{Drawn, START_MS};
use crate::server::DATABASE;

/// One minute, ms.
pub const MINUTE_MS: i64 = 60_000;
/// Pages of one pull: more than any needs.
const PAGES_MAX: usize = 50;
/// How long an invitation is good, ms.
const INVITED_MS: i64 = 1_000_000;

/// Takes what would reach somebody's phone.
#[derive(Default)]
struct Post(Mutex<Vec<Message>>);

impl Notifier for Post {
    fn carry(&self, message: &Message) -> Result<(), NotifyError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        Ok(())
    }
}

/// The hub and everybody around it.
pub struct Town {
    /// Virtual time, ms since 1970.
    pub now_ms: i64,
    /// Everybody, by the number that the script calls them by.
    pub accounts: Vec<Account>,
    /// What each side has seen.
    pub outside: Transcript,
    /// Of the one who lives in the cell.
    pub inside: Transcript,
    /// Of the one who takes a request.
    pub taker: Transcript,
    /// Requests of anybody.
    pub calls: u64,
    /// Replies that told private answers of somebody else.
    pub looks: u64,
    /// Of these, those that no log says.
    pub unlogged: u64,
    seed: u64,
    hub: Hub,
    store: Arc<SqliteStore>,
    post: Arc<Post>,
    heads: Vec<PartitionHead>,
    /// Under the store as long as it is open.
    _disk: Disk,
}

impl Town {
    /// An empty one; the seed fixes all that is drawn in it.
    ///
    /// # Errors
    /// Words, where the store does not open.
    pub fn new(seed: u64) -> Result<Self, String> {
        let disk = Disk::new(seed);
        let store = SqliteStore::open_alone(Path::new(DATABASE), disk.vfs(), Epoch([1; 8]))
            .map_err(|e| format!("opening: {e}"))?;
        let (store, post) = (Arc::new(store), Arc::new(Post::default()));
        let hub = Hub::new(
            store.clone(),
            Arc::new(FaultBlobs::new(&disk)),
            Arc::new(MemoryKeys::default()),
            Catalogue::embedded(),
            Divisions::zhengzhou(),
            Box::new(Drawn::new("stalk", seed, 0)),
        );
        Ok(Self {
            now_ms: START_MS,
            accounts: Vec::new(),
            outside: Transcript::default(),
            inside: Transcript::default(),
            taker: Transcript::default(),
            calls: 0,
            looks: 0,
            unlogged: 0,
            seed,
            hub: hub.notifying(post.clone()),
            store,
            post,
            heads: Vec::new(),
            _disk: disk,
        })
    }

    fn side(&mut self, side: Side) -> Option<&mut Transcript> {
        match side {
            Side::Nobody => None,
            Side::Outside => Some(&mut self.outside),
            Side::Inside => Some(&mut self.inside),
            Side::Taker => Some(&mut self.taker),
        }
    }

    /// Somebody new, enrolled, and greeted.
    ///
    /// # Errors
    /// Words, where the server refuses.
    pub fn join(&mut self, who: Who) -> Result<usize, String> {
        let number = u16::try_from(self.accounts.len()).map_err(|e| e.to_string())?;
        let (role, grid) = who.right;
        let code = InvitationCode::draw(&mut Drawn::new("stalk invitation", self.seed, u64::from(number)));
        let grid = grid.parse().map_err(|_| format!("{grid} is no division"))?;
        let grant = Grant::new(role, grid).vetted(Vetting::L3);
        let invitation =
            NewInvitation { hash: code.hash(), grant, evidence: None, until_ms: self.now_ms + INVITED_MS };
        self.store.invite(&[invitation]).map_err(|e| e.to_string())?;
        self.accounts.push(Account::new(self.seed, number, who)?);
        let index = usize::from(number);
        let message = self.accounts[index].enroll(&code.to_string());
        match self.ask(index, &Principal::Stranger, Request::Enroll(message)) {
            Ok(Response::Enrolled(enrolled)) => self.accounts[index].user = Some(enrolled.user),
            other => return Err(format!("enrolling: {other:?}")),
        }
        self.hello(index)?;
        Ok(index)
    }

    /// One request of an account, which sees the reply.
    fn ask(&mut self, index: usize, principal: &Principal, request: Request) -> Result<Response, Problem> {
        self.calls += 1;
        let at_ms = self.now_ms;
        let reply = self.hub.handle(request, principal, at_ms);
        match &reply {
            Ok(Response::Pull(page)) => self.look(index, &page.cases),
            Ok(Response::Docs(page)) => self.look(index, &page.cases),
            _ => {}
        }
        if let Some(seen) = self.side(self.accounts[index].who.side) {
            seen.reply(at_ms, &reply);
        }
        reply
    }

    /// Private answers of somebody else that a reply tells stand in the log.
    fn look(&mut self, index: usize, cases: &[PulledCase]) {
        let Some(reader) = self.accounts[index].user else { return };
        for case in cases {
            let own = case.facts.as_ref().is_some_and(|facts| facts.author.user == reader);
            let told = case.private.as_deref().unwrap_or_default();
            if own || told.is_empty() {
                continue;
            }
            self.looks += 1;
            let keys: BTreeSet<&str> = told.iter().map(|answer| answer.key.as_str()).collect();
            let looks = self.store.looks(&case.document).unwrap_or_default();
            let says = |look: &yuandian_server::store::Look| {
                let logged: BTreeSet<&str> = look.keys.iter().map(String::as_str).collect();
                look.who == reader && keys.is_subset(&logged)
            };
            self.unlogged += u64::from(!looks.iter().any(says));
        }
    }

    /// One request with a token: the account's, or any other.
    ///
    /// # Errors
    /// What the server says.
    pub fn with_token(&mut self, index: usize, token: &str, request: Request) -> Result<Response, Problem> {
        match self.hub.authenticate(token, self.now_ms) {
            Ok(principal) => self.ask(index, &principal, request),
            Err(problem) => {
                self.calls += 1;
                let at_ms = self.now_ms;
                if let Some(seen) = self.side(self.accounts[index].who.side) {
                    seen.reply(at_ms, &Err(problem));
                }
                Err(problem)
            }
        }
    }

    /// One request with the account's own token.
    ///
    /// # Errors
    /// What the server says.
    pub fn call(&mut self, index: usize, request: Request) -> Result<Response, Problem> {
        let token = self.accounts[index].token.clone();
        self.with_token(index, &token, request)
    }

    /// One request as nobody.
    ///
    /// # Errors
    /// What the server says.
    pub fn strange(&mut self, index: usize, request: Request) -> Result<Response, Problem> {
        self.ask(index, &Principal::Stranger, request)
    }

    /// A new token, and the streams.
    ///
    /// # Errors
    /// Words, where the server refuses.
    pub fn hello(&mut self, index: usize) -> Result<(), String> {
        let nonce = self.accounts[index].nonce();
        let Ok(Response::Nonce(nonce)) = self.strange(index, Request::Nonce(nonce)) else {
            return Err("no number to sign".to_owned());
        };
        let hello = self.accounts[index].hello(nonce.nonce);
        match self.strange(index, Request::Hello(hello)) {
            Ok(Response::Hello(reply)) => {
                let account = &mut self.accounts[index];
                account.token.clone_from(&reply.token);
                for offer in &reply.streams {
                    let fresh = Cursor::new(offer.stream.clone(), None, 0);
                    account.cursors.entry(offer.stream.clone()).or_insert(fresh);
                }
                Ok(())
            }
            other => Err(format!("hello: {other:?}")),
        }
    }

    /// Every page that there is.
    ///
    /// # Errors
    /// Words, where the server refuses or does not come to an end.
    pub fn pull(&mut self, index: usize) -> Result<Vec<PulledCase>, String> {
        let mut cases = Vec::new();
        for _ in 0..PAGES_MAX {
            let pull = self.accounts[index].pull();
            match self.call(index, Request::Pull(pull)) {
                Ok(Response::Pull(page)) => {
                    let page: PullReply = page;
                    self.accounts[index].keep(&page);
                    let more = page.more;
                    cases.extend(page.cases);
                    if !more {
                        return Ok(cases);
                    }
                }
                other => return Err(format!("pull: {other:?}")),
            }
        }
        Err("a pull without an end".to_owned())
    }

    /// PUSH.
    ///
    /// # Errors
    /// Words, where the server refuses all of it.
    pub fn push(
        &mut self,
        index: usize,
        items: Vec<PushItem>,
        private: Vec<PrivateRecord>,
    ) -> Result<PushReply, String> {
        let push = Push { version: WIRE_VERSION, items, private, links: Vec::new() };
        match self.call(index, Request::Push(push)) {
            Ok(Response::Push(reply)) => Ok(reply),
            other => Err(format!("push: {other:?}")),
        }
    }

    /// Sends a file that an accepted commit of the account names.
    ///
    /// # Errors
    /// Words, where the server refuses.
    pub fn upload(&mut self, index: usize, bytes: &'static [u8]) -> Result<(), String> {
        use sha2::{Digest as _, Sha256};
        let hash = yuandian_model::BlobHash(Sha256::digest(bytes).into());
        let size = bytes.len() as u64;
        match self.call(index, Request::OpenUpload { hash, size }) {
            Ok(Response::Upload(upload)) => self
                .hub
                .finish_upload(&upload, Bytes::from_static(bytes), self.now_ms)
                .map_err(|e| format!("a file: {}", e.id())),
            other => Err(format!("an upload: {other:?}")),
        }
    }

    /// Time passes to here; the timers run, whoever waits sees the heads, and notifications reach their people.
    ///
    /// # Errors
    /// Words, where the timers fail.
    pub fn tick(&mut self, now_ms: i64) -> Result<(), String> {
        self.now_ms = now_ms.max(self.now_ms);
        let now_ms = self.now_ms;
        self.hub.tick(now_ms).map_err(|e| format!("a tick: {}", e.id()))?;
        let came = std::mem::take(&mut *self.post.0.lock().unwrap_or_else(PoisonError::into_inner));
        for message in came {
            let known = self.accounts.iter().find(|account| account.user == Some(message.user));
            let side = known.map_or(Side::Nobody, |account| account.who.side);
            if let Some(seen) = self.side(side) {
                seen.message(now_ms, &message);
            }
        }
        let heads = self.hub.heads().map_err(|e| format!("heads: {}", e.id()))?;
        if heads != self.heads {
            self.outside.heads(now_ms, &heads);
            self.heads = heads;
        }
        Ok(())
    }

    /// Everybody has heard of it who is to, a minute at a time.
    ///
    /// # Errors
    /// Those of [`Self::tick`].
    pub fn minutes(&mut self, minutes: i64) -> Result<(), String> {
        (0..minutes).try_for_each(|_| self.tick(self.now_ms + MINUTE_MS))
    }
}
