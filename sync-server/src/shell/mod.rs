//! The HTTP shell: sockets, clock, randomness, files and threads around the [`Hub`]. It decides nothing.
//!
//! # Routes
//!
//! Bodies of the device protocol are one canonical CBOR message in one zstd frame, `Content-Type:
//! application/vnd.yuandian.v0+cbor-zstd`, at most 2 MiB compressed. *Bearer* means `Authorization: Bearer <token of HELLO>`. What goes wrong is
//! told as `application/problem+json` (RFC 9457): `{"type":"urn:yuandian:problem:<id>","title","status","detail","next"}`, the ids being
//! those of [`crate::Problem`]. A token is looked at before the body is read; so many bodies are in memory at a time, of strangers and of
//! devices, the next is answered `busy` with `Retry-After`.
//!
//! | route | who | body -> answer |
//! |---|---|---|
//! | `POST /v1/enroll` | anybody | `SignedMessage(Enroll)` -> `Enrolled` |
//! | `POST /v1/nonce` | anybody | `NonceRequest` -> `Nonce` |
//! | `POST /v1/hello` | anybody | `SignedMessage(Hello)` -> `HelloReply` with the token |
//! | `POST /v1/push` | bearer | `Push` -> `PushReply` |
//! | `POST /v1/pull` | bearer | `Pull` -> `PullReply` |
//! | `POST /v1/docs` | bearer | `Docs` -> `DocsReply` |
//! | `POST /v1/manifest` | bearer | `Manifest` -> `ManifestReply` |
//! | `POST /v1/commits` | bearer | `Fetch` -> `FetchReply` |
//! | `POST /v1/appeals` | bearer | `Appeal` -> `AppealReply`; also for a device that was shut out |
//! | `GET`, `HEAD /v1/blobs/{sha256 hex}` | bearer | the bytes or one range of them, `Content-Disposition: attachment`, `ETag`; absent and forbidden are one 404 |
//! | `GET /v1/wait` | bearer | Server-Sent Events: `event: poke`, `data: {"partition","epoch","head"}` at once and when the head moves |
//! | `POST /v1/uploads` | bearer | tus creation: `Upload-Length`, `Upload-Metadata: sha256 <base64 of the hash in hex>` -> 201, `Location`, `Upload-Offset`; with a body, the beginning of the file |
//! | `HEAD`, `PATCH`, `DELETE /v1/uploads/{id}` | who knows the address | tus 1.0 core, checksum (`sha1`, `sha256`) and termination; `X-HTTP-Method-Override` is honoured |
//! | `OPTIONS /v1/uploads` | anybody | `Tus-Version`, `Tus-Extension`, `Tus-Checksum-Algorithm`, `Tus-Max-Size` |
//! | `GET /livez` | anybody | 200 while the process answers |
//! | `GET /readyz` | anybody | 200 while it can write a transaction and a blob, 503 while it starts or drains; a second line warns of a stale backup |
//! | `GET /` | anybody | a plain page of the cases, at most a second old |
#![allow(
    clippy::disallowed_methods,
    reason = "the shell is the room for clock, files, threads and randomness"
)]

mod accept;
pub mod backup;
mod body;
mod download;
mod kept;
mod page;
mod place;
mod pool;
mod reply;
mod routes;
mod sender;
mod spool;
mod tus;
mod wait;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use yuandian_model::division::Level;
use yuandian_model::words::Words;
use yuandian_model::{Catalogue, Divisions};

use crate::blobs::{BlobError, ObjectBlobs};
use crate::hub::Hub;
use crate::keys::{DirectoryKeys, KeyError, SubjectKeys as _};
use crate::limits::{
    BODIES_MAX, DRAIN_MS_MAX, FINISHING_UPLOADS_MAX, SPOOL_CLEARED_MS, TICK_MS_MAX, WAITERS_MAX,
};
use crate::problem::Problem;
use crate::randomness::Randomness;
use crate::store::{Authority as _, SqliteStore, Store, StoreError};
use crate::verify::VerifyError;

pub use place::Place;

/// Why the server does not start or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another one serves this directory.
    #[error("another server is using {0}: stop it first, or give another --data")]
    Locked(String),
    /// The directory cannot be used.
    #[error("cannot use {path}: {source}; check that it exists and may be written")]
    Place {
        /// Which path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The blobs.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// A backup cannot be made or used.
    #[error("{path}: {why}")]
    Backup {
        /// Which path.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Stored files were not verified.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The directory holds half of a restore.
    #[error("a restore into {0} was cut short: run the same `yuandian-server restore` again")]
    HalfRestored(String),
    /// The socket.
    #[error("cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// Requests were still running when the time for the drain was over.
    #[error("stopped with requests still running after {} s", DRAIN_MS_MAX / 1000)]
    Drain,
}

/// The system's randomness.
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("an operating system without randomness cannot run a server");
    }
}

/// Server's clock, ms since 1970.
#[must_use]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Where the server keeps backups of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Backups {
    /// In the data directory, which saves from a slip of the hand but not from a broken disk.
    #[default]
    Inside,
    /// Elsewhere.
    At(PathBuf),
    /// Nowhere: somebody else makes them.
    Off,
}

impl std::str::FromStr for Backups {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "off" { Self::Off } else { Self::At(text.into()) })
    }
}

/// How to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where backups go, once a day.
    pub backups: Backups,
    /// Where the keys of private answers are; none: inside the data directory.
    pub keys: Option<PathBuf>,
    /// Digits of a division's code that name its partition. Fixed with the first case; none leaves it as it is.
    pub partition_digits: Option<u8>,
    /// The file that notifications for phones that sleep are appended to; none where phones find out for themselves.
    pub notifications: Option<PathBuf>,
    /// Open `WAIT` connections; the next is sent away.
    pub waiters_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            backups: Backups::default(),
            keys: None,
            partition_digits: None,
            notifications: None,
            waiters_max: WAITERS_MAX,
        }
    }
}

/// What every request shares.
struct App {
    hub: Arc<Hub>,
    store: Arc<SqliteStore>,
    blobs: Arc<ObjectBlobs>,
    keys: Arc<DirectoryKeys>,
    backups: Option<PathBuf>,
    words: Words,
    pool: pool::Pool,
    spool: spool::Spool,
    finishing: Semaphore,
    waiters: Arc<Semaphore>,
    head: watch::Sender<Vec<wait::Poke>>,
    stop: watch::Sender<bool>,
    ready: AtomicBool,
    probed: kept::Kept<Result<Option<i64>, Problem>>,
    page: kept::Kept<Result<bytes::Bytes, Problem>>,
    /// Bodies of strangers and of devices in memory: apart, so that strangers cannot keep devices out.
    bodies: [Arc<Semaphore>; 2],
}

/// A server over a data directory that it has locked, not listening yet.
pub struct Server {
    app: Arc<App>,
    // Held until the server is gone.
    _place: Place,
}

impl Server {
    /// Locks and opens a data directory, making what is missing.
    ///
    /// # Errors
    /// [`ServeError`].
    pub fn open(data: &Path) -> Result<Self, ServeError> {
        Self::open_with(data, &Options::default())
    }

    /// The same, otherwise than by default.
    ///
    /// # Errors
    /// [`ServeError`].
    pub fn open_with(data: &Path, options: &Options) -> Result<Self, ServeError> {
        let place = Place::lock(data)?;
        let store = place.store(&mut SystemRandomness)?;
        let store = Arc::new(match options.partition_digits {
            Some(digits) => store.partitioned(digits)?,
            None => store,
        });
        let blobs = Arc::new(ObjectBlobs::directory(&place.blobs())?);
        let keys = Arc::new(place.keys(options.keys.as_deref()));
        if !store.subjects()?.is_empty() && keys.users()?.is_empty() {
            tracing::error!(
                "private answers are here and no key: give the directory of the keys with --keys, or restore a backup, which has them"
            );
        }
        let backups = match &options.backups {
            Backups::Inside => Some(place.backups()),
            Backups::At(place) => Some(place.clone()),
            Backups::Off => None,
        };
        store.remind_of_backups(backups.is_some(), now_ms())?;
        let hub = Hub::new(
            store.clone(),
            blobs.clone(),
            keys.clone(),
            Catalogue::embedded(),
            Divisions::zhengzhou(),
            Box::new(SystemRandomness),
        );
        let hub = match &options.notifications {
            Some(file) => hub.notifying(Arc::new(sender::FileSender::new(file.clone()))),
            None => hub,
        };
        if let Err(problem) = hub.keep_shipped(Catalogue::embedded_files(), now_ms()) {
            tracing::warn!(
                ?problem,
                "the catalogue that ships is not kept yet: it is when a phone asks for it"
            );
        }
        let app = App {
            hub: Arc::new(hub),
            store,
            blobs,
            keys,
            backups,
            words: Words::embedded(),
            pool: pool::Pool::new(),
            spool: spool::Spool::new(place.spool()),
            finishing: Semaphore::new(FINISHING_UPLOADS_MAX),
            waiters: Arc::new(Semaphore::new(options.waiters_max)),
            head: watch::Sender::new(Vec::new()),
            stop: watch::Sender::new(false),
            ready: AtomicBool::new(true),
            probed: kept::Kept::new(),
            page: kept::Kept::new(),
            bodies: [BODIES_MAX; 2].map(|max| Arc::new(Semaphore::new(max))),
        };
        Ok(Self { app: Arc::new(app), _place: place })
    }

    /// How many divisions of each level are loaded, from the city down.
    #[must_use]
    pub fn divisions(&self) -> [(Level, usize); 4] {
        [Level::City, Level::District, Level::Street, Level::Community]
            .map(|level| (level, self.app.hub.rules().divisions().count(level)))
    }

    /// Serves until `shutdown` is done, then drains: not ready, no new connections, running requests get 20 s, everything into the main file.
    ///
    /// # Errors
    /// [`ServeError::Listen`], [`ServeError::Drain`].
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let app = self.app.clone();
        let (first, ticked) = tokio::sync::oneshot::channel();
        let tasks = [tokio::spawn(tick(app.clone(), first)), tokio::spawn(wait::watch_head(app.clone()))];
        // What fell due while nobody served is done before anybody is answered. A sender that is gone has nothing left to do.
        let _ = ticked.await;
        let stopping = {
            let app = app.clone();
            async move {
                shutdown.await;
                tracing::info!("stopping: no new requests");
                app.ready.store(false, Ordering::SeqCst);
                app.stop.send_replace(true);
            }
        };
        let mut stopped = app.stop.subscribe();
        tokio::spawn(stopping);
        let serving =
            accept::serve_within_limits(listener, routes::router(app.clone()), app.stop.subscribe());
        let overdue = async {
            // The sender lives in `app`, so this cannot fail before the value comes.
            let _ = stopped.wait_for(|stop| *stop).await;
            tokio::time::sleep(Duration::from_millis(DRAIN_MS_MAX)).await;
        };
        let end = tokio::select! {
            () = serving => Ok(()),
            () = overdue => Err(ServeError::Drain),
        };
        for task in tasks {
            task.abort();
        }
        let hub = app.hub.clone();
        if let Ok(Err(problem)) = tokio::task::spawn_blocking(move || hub.checkpoint()).await {
            tracing::warn!(?problem, "no checkpoint at the stop; the log is read at the next start");
        }
        tracing::info!("stopped");
        end
    }
}

/// Serves a data directory on a listener until `shutdown` is done.
///
/// # Errors
/// [`ServeError`].
pub async fn serve_on(
    listener: TcpListener,
    data: &Path,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    Server::open(data)?.run(listener, shutdown).await
}

/// Spool files whose upload has ended, or was begun anew with another size, while nobody looked.
async fn clear_spool(app: &Arc<App>) {
    let held = app.spool.held().await.unwrap_or_else(|reason| {
        tracing::warn!(%reason, "the spool cannot be listed");
        Vec::new()
    });
    for id in held {
        // Not while it is written: its row is younger than this look.
        let Some(_writing) = app.spool.take(&id) else {
            continue;
        };
        let hub = app.hub.clone();
        if app.pool.run(move || hub.upload(&id, now_ms())).await == Err(Problem::UploadUnknown) {
            app.spool.remove(&id).await;
        }
    }
}

/// Makes the day's backup, beside the workers that answer requests.
async fn back_up(app: &Arc<App>) {
    let app = app.clone();
    let made = tokio::task::spawn_blocking(move || {
        let Some(root) = &app.backups else {
            return Ok(());
        };
        let folder = backup::back_up(&*app.store, &*app.blobs, &*app.keys, root, now_ms())?;
        tracing::info!(folder = %folder.display(), "a backup was made");
        Ok::<(), ServeError>(())
    });
    match made.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "no backup was made; the next try is in an hour"),
        Err(failure) => tracing::error!(%failure, "making a backup panicked"),
    }
}

/// Runs timers when they are due, and at least every few seconds: a request that came just now looks for its neighbours.
async fn tick(app: Arc<App>, first: tokio::sync::oneshot::Sender<()>) {
    let mut first = Some(first);
    let mut spool_cleared_ms = None;
    loop {
        let hub = app.hub.clone();
        let now = now_ms();
        if spool_cleared_ms.is_none_or(|at| now - at >= SPOOL_CLEARED_MS) {
            clear_spool(&app).await;
            spool_cleared_ms = Some(now);
        }
        let swept = app.pool.run(move || hub.tick(now)).await;
        if let Some(first) = first.take() {
            // Who does not wait for it any more is stopping.
            let _ = first.send(());
        }
        let pause = match swept {
            Ok(swept) => {
                for id in &swept.uploads {
                    app.spool.remove(id).await;
                }
                if swept.backup_due {
                    back_up(&app).await;
                }
                swept.next_due_ms.map_or(TICK_MS_MAX, |due| (due - now).clamp(1_000, TICK_MS_MAX))
            }
            Err(problem) => {
                tracing::warn!(?problem, "timers wait");
                TICK_MS_MAX
            }
        };
        tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())).await;
    }
}
