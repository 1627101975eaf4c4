//! The hub: every rule of the server, without HTTP, SQL, clock or randomness of its own.
//!
//! `handle(request, principal, now)` answers one request; the same hub is used by many threads at a time. What it promised is durable before
//! it answers. It must not look at a foreign change but through the gate, nor decide anything about a case but by `yuandian_model::judge`.

mod appeals;
mod catalogues;
mod documents;
mod enroll;
mod evidence;
mod hello;
mod looks;
mod named;
mod notify;
mod offers;
mod pace;
mod prepare;
mod private;
mod pull;
mod push;
mod reading;
mod release;
mod rules;
mod uploads;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{BlobHash, CaseId, Catalogue, Divisions};
use yuandian_sync::message::{
    Appeal, AppealReply, CatalogueAsk, CatalogueReply, Docs, DocsReply, Enrolled, EvidenceAsk, EvidenceReply,
    Fetch, FetchReply, HelloReply, Manifest, ManifestReply, Nonce, NonceRequest, PartitionHead, Pull,
    PullReply, Push, PushReply, ServerKey, SignedMessage, WIRE_VERSION,
};

use crate::blobs::{BlobError, Blobs};
use crate::keys::SubjectKeys;
use crate::planted_places;
use crate::problem::Problem;
use crate::randomness::{Randomness, draw};
use crate::store::{Account, CaseLine, Judge, Store, Swept, Upload};

pub use appeals::Answered;
pub(crate) use catalogues::known;
pub use notify::{Message, Notifier, NotifyError};
pub use reading::Reading;
pub use rules::Rules;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody that we know yet.
    Stranger,
    /// A device whose token is good, with its person's rights as they are now.
    Device(Account),
}

impl Principal {
    /// A device that was not shut out: the other is told so at its next HELLO.
    fn welcome(&self) -> Result<&Account, Problem> {
        self.account()
            .and_then(|account| if account.shut_out { Err(Problem::Unauthorized) } else { Ok(account) })
    }

    fn account(&self) -> Result<&Account, Problem> {
        match self {
            Principal::Device(account) => Ok(account),
            Principal::Stranger => Err(Problem::Unauthorized),
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// An invitation becomes a right. For strangers.
    Enroll(SignedMessage),
    /// A number to sign. For strangers.
    Nonce(NonceRequest),
    /// A signed number becomes a token. For strangers.
    Hello(SignedMessage),
    /// Commits.
    Push(Push),
    /// What is new.
    Pull(Pull),
    /// Documents whose lines the device has.
    Docs(Docs),
    /// What is in a stream.
    Manifest(Manifest),
    /// A version of the catalogue.
    Catalogue(CatalogueAsk),
    /// A refused commit is shown to a person; also by a device that was shut out.
    Appeal(Appeal),
    /// Whole envelopes.
    Fetch(Fetch),
    /// What is known of a case's photos.
    Evidence(EvidenceAsk),
    /// A blob's bytes.
    Blob(BlobHash),
    /// A blob is to be sent.
    OpenUpload {
        /// Its hash.
        hash: BlobHash,
        /// Its size, bytes.
        size: u64,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, moved once: a box would cost more than it saves"
)]
pub enum Response {
    /// To [`Request::Enroll`].
    Enrolled(Enrolled),
    /// To [`Request::Nonce`].
    Nonce(Nonce),
    /// To [`Request::Hello`].
    Hello(HelloReply),
    /// To [`Request::Push`].
    Push(PushReply),
    /// To [`Request::Pull`].
    Pull(PullReply),
    /// To [`Request::Docs`].
    Docs(DocsReply),
    /// To [`Request::Manifest`].
    Manifest(ManifestReply),
    /// To [`Request::Catalogue`].
    Catalogue(CatalogueReply),
    /// To [`Request::Appeal`].
    Appeal(AppealReply),
    /// To [`Request::Fetch`].
    Fetch(FetchReply),
    /// To [`Request::Evidence`].
    Evidence(EvidenceReply),
    /// To [`Request::Blob`].
    Blob {
        /// Media type, one of a closed list.
        mime: String,
        /// The bytes.
        bytes: Bytes,
    },
    /// To [`Request::OpenUpload`].
    Upload(Upload),
}

/// The hub.
pub struct Hub {
    store: Arc<dyn Store>,
    blobs: Arc<dyn Blobs>,
    keys: Arc<dyn SubjectKeys>,
    rules: RwLock<Arc<Rules>>,
    /// The catalogue that ships with this version, and what the store said of others.
    shipped: Catalogue,
    asked: Mutex<catalogues::Asked>,
    randomness: Mutex<Box<dyn Randomness + Send>>,
    pace: Mutex<pace::Pace>,
    documents: documents::Documents,
    has_key: AtomicBool,
    /// Who carries notifications to phones that sleep; none where phones find out for themselves.
    notifier: Option<Arc<dyn Notifier>>,
    /// Held by who stores bytes together, by who removes them alone.
    going: RwLock<()>,
    /// Held by who makes and uses a person's key together, by who forgets somebody alone.
    forgetting: RwLock<()>,
}

impl Hub {
    /// A hub over a store, blobs and keys. `catalogue` ships with this version; those that the store keeps are learnt with the first request.
    pub fn new(
        store: Arc<dyn Store>,
        blobs: Arc<dyn Blobs>,
        keys: Arc<dyn SubjectKeys>,
        catalogue: Catalogue,
        divisions: Divisions,
        randomness: Box<dyn Randomness + Send>,
    ) -> Self {
        let rules = Rules::new(catalogue.clone(), divisions)
            .partitioned(store.partition_digits())
            .telling_words(Arc::clone(&keys));
        Self {
            store,
            blobs,
            keys,
            rules: RwLock::new(Arc::new(rules)),
            shipped: catalogue,
            asked: Mutex::default(),
            randomness: Mutex::new(randomness),
            pace: Mutex::default(),
            documents: documents::Documents::default(),
            has_key: AtomicBool::new(false),
            notifier: None,
            going: RwLock::default(),
            forgetting: RwLock::default(),
        }
    }

    /// The same with somebody who carries notifications to phones that sleep.
    #[must_use]
    pub fn notifying(self, notifier: Arc<dyn Notifier>) -> Self {
        Self { notifier: Some(notifier), ..self }
    }

    /// The catalogues and divisions as they are known now.
    #[must_use]
    pub fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who holds a bearer token. `now_ms`: server's clock, ms since 1970.
    ///
    /// # Errors
    /// [`Problem::Unauthorized`] for a token that is unknown or has ended.
    pub fn authenticate(&self, token: &str, now_ms: i64) -> Result<Principal, Problem> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(token, &mut bytes).map_err(|_| Problem::Unauthorized)?;
        let account = self.store.bearer(&Sha256::digest(bytes).into(), now_ms)?;
        account.map(Principal::Device).ok_or(Problem::Unauthorized)
    }

    /// Answers one request. `now_ms`: server's clock, ms since 1970.
    ///
    /// # Errors
    /// A [`Problem`] about the request as a whole; what is wrong with one commit of a PUSH stands in its receipt.
    pub fn handle(&self, request: Request, principal: &Principal, now_ms: i64) -> Result<Response, Problem> {
        self.learn_catalogues(now_ms)?;
        match request {
            Request::Enroll(message) => self.enroll(&message, now_ms).map(Response::Enrolled),
            Request::Nonce(ask) => self.nonce(&ask, now_ms).map(Response::Nonce),
            Request::Hello(message) => self.hello(&message, now_ms).map(Response::Hello),
            Request::Push(push) => self.push(push, principal.account()?, now_ms).map(Response::Push),
            Request::Pull(pull) => self.pull(&pull, principal.welcome()?, now_ms).map(Response::Pull),
            Request::Docs(docs) => self.docs(&docs, principal.welcome()?, now_ms).map(Response::Docs),
            Request::Manifest(ask) => {
                self.manifest(&ask, principal.welcome()?, now_ms).map(Response::Manifest)
            }
            Request::Catalogue(ask) => {
                principal.welcome()?;
                self.catalogue(&ask, now_ms).map(Response::Catalogue)
            }
            Request::Fetch(fetch) => self.fetch(&fetch, principal.welcome()?, now_ms).map(Response::Fetch),
            Request::Evidence(ask) => {
                self.evidence(&ask, principal.welcome()?, now_ms).map(Response::Evidence)
            }
            Request::Blob(hash) => self.blob(&hash, principal.welcome()?, now_ms),
            Request::Appeal(appeal) => {
                self.appeal(appeal, principal.account()?, now_ms).map(Response::Appeal)
            }
            Request::OpenUpload { hash, size } => {
                self.open_upload(hash, size, principal.welcome()?, now_ms).map(Response::Upload)
            }
        }
    }

    /// Where the only partition stands.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn head(&self) -> Result<PartitionHead, Problem> {
        Ok(self.store.head()?)
    }

    /// Where every partition stands: what `WAIT` tells.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn heads(&self) -> Result<Vec<PartitionHead>, Problem> {
        let heads = self.store.heads()?;
        Ok(if planted::is(Bug::PokeByDistance) { planted_places::late(heads) } else { heads })
    }

    /// Runs the timers that are due and says when to come again. `now_ms`: server's clock, ms since 1970.
    ///
    /// # Errors
    /// A [`Problem`] of the store; the timers stay due.
    pub fn tick(&self, now_ms: i64) -> Result<Swept, Problem> {
        if planted::is(Bug::PokeByDistance) {
            planted_places::clock(now_ms);
        }
        self.learn_catalogues(now_ms)?;
        self.judge_ripe(now_ms)?;
        let acted = self.act_on_time(now_ms)?;
        self.notify(now_ms)?;
        let swept = self.store.sweep(now_ms)?;
        self.remove_going(&swept.going)?;
        self.look_after_private(now_ms)?;
        Ok(Swept { acted, ..swept })
    }

    /// Does what the server does of itself, in every case whose time has come.
    fn act_on_time(&self, now_ms: i64) -> Result<Vec<(CaseId, String)>, Problem> {
        let mut acted = Vec::new();
        let due = self.store.own_due(now_ms)?;
        if !due.is_empty() {
            self.ready(now_ms)?;
        }
        for case in due {
            acted.extend(self.store.act_own(&case, &*self.rules(), now_ms)?);
        }
        Ok(acted)
    }

    /// Has a key to sign with.
    fn ready(&self, now_ms: i64) -> Result<(), Problem> {
        if !self.has_key.load(Ordering::Acquire) {
            self.keys(now_ms)?;
            self.has_key.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// The server's keys, the one in force first; the first is made when it is first asked for.
    fn keys(&self, now_ms: i64) -> Result<Vec<ServerKey>, Problem> {
        Ok(self.store.keys(&self.draw(), now_ms)?)
    }

    /// Proves that a transaction and a blob can be written and read.
    ///
    /// # Errors
    /// [`Problem::NotReady`] or [`Problem::StorageFull`].
    pub fn probe(&self, now_ms: i64) -> Result<(), Problem> {
        self.store.probe(now_ms)?;
        let bytes = Bytes::from(self.draw::<32>().to_vec());
        let hash = BlobHash(Sha256::digest(&bytes).into());
        self.blobs.put(&hash, bytes.clone())?;
        let read = self.blobs.get(&hash)?;
        self.blobs.remove(&hash)?;
        if read == Some(bytes) { Ok(()) } else { Err(Problem::NotReady) }
    }

    /// The cases that moved last, for the plain page.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn newest_cases(&self, limit: u32) -> Result<Vec<CaseLine>, Problem> {
        Ok(self.store.cases(Some(limit))?)
    }

    /// The description that people wrote, of a case whose service is public; nothing for any other.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn public_description(&self, case: &CaseLine) -> Result<Option<String>, Problem> {
        if !self.rules().is_public(&case.record.state) || case.record.version == 0 {
            return Ok(None);
        }
        let content = self.content(&case.record.id, None)?;
        Ok(Some(content.0.view().description))
    }

    /// Writes everything into the main file, before a stop.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn checkpoint(&self) -> Result<(), Problem> {
        Ok(self.store.checkpoint()?)
    }

    /// The rules for the store.
    fn judge(&self) -> Arc<dyn Judge> {
        self.rules()
    }

    fn draw<const N: usize>(&self) -> [u8; N] {
        draw(&mut **self.randomness.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full => Problem::StorageFull,
            BlobError::Unreachable(reason) => {
                tracing::error!(%reason, "the blobs failed");
                Problem::NotReady
            }
        }
    }
}

/// Every message of this protocol says its version first.
fn spoken(version: u8) -> Result<(), Problem> {
    if version == WIRE_VERSION { Ok(()) } else { Err(Problem::Version) }
}
