//! The server's machine: the real hub over the real store on a faulty disk, and a small shell around it that speaks like the real one.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use yuandian_model::{BlobHash, Catalogue, DivisionCode, Divisions, Epoch, Grant, Role, Vetting};
use yuandian_server::hub::{Hub, Principal, Request, Response};
use yuandian_server::invitation::InvitationCode;
use yuandian_server::keys::{MemoryKeys, SubjectKey, mirror};
use yuandian_server::limits::{BODY_BYTES_MAX, RETRY_AFTER_S};
use yuandian_server::problem::Problem;
use yuandian_server::store::{
    Authority as _, NewInvitation, SqliteStore, Store, StoreError, Upload, UploadId,
};
use yuandian_sync::transfer::UPLOADS_PATH;
use yuandian_sync::wire::{self, WireError};
use yuandian_vfs::{Disk, FaultBlobs};

use crate::http::{HttpReply, HttpRequest, PROBLEM};
use crate::machine::Drawn;

/// The database on the server's disk.
pub const DATABASE: &str = "server.db";

/// The server's machine.
pub struct Server {
    /// Its disk.
    pub disk: Disk,
    /// The keys of private answers, which no disk of the world holds.
    keys: Arc<MemoryKeys>,
    /// The keys in the place of its copies.
    keys_kept: MemoryKeys,
    /// The running process.
    process: Option<Process>,
    /// Digits of a division's code that name its partition.
    digits: Option<u8>,
    /// Counts starts: each draws its own randomness.
    life: u64,
    invitations: u64,
    catalogue: Catalogue,
    divisions: Divisions,
}

struct Process {
    hub: Hub,
    store: Arc<SqliteStore>,
}

impl Server {
    /// A server that has never run; `digits` of a division's code name its partition.
    #[must_use]
    pub fn new(seed: u64, digits: Option<u8>) -> Self {
        Self {
            disk: Disk::new(seed),
            keys: Arc::default(),
            keys_kept: MemoryKeys::default(),
            process: None,
            digits,
            life: 0,
            invitations: 0,
            catalogue: Catalogue::embedded(),
            divisions: Divisions::zhengzhou(),
        }
    }

    /// The same by other tables than the embedded ones.
    #[must_use]
    pub fn judging_by(self, catalogue: Catalogue) -> Self {
        Self { catalogue, ..self }
    }

    /// The embedded tables, but that one person may take without end: who of a line is passed over because their hands are full hangs on acts
    /// that nobody has heard of yet, which is more than the world's reference knows. How much one may take has tests of the server's own.
    #[must_use]
    pub fn tables_without_load() -> Catalogue {
        let embedded = Catalogue::embedded();
        let counted = embedded.services().filter(|service| service.load.is_some());
        let ids: Vec<String> = counted.map(|service| service.id.0.clone()).collect();
        ids.iter().fold(embedded, |catalogue, id| catalogue.changed(id, |service| service.load = None))
    }

    /// Whether every street has a partition.
    #[must_use]
    pub fn is_partitioned(&self) -> bool {
        self.digits.is_some()
    }

    /// Starts the process where it is not running.
    ///
    /// # Errors
    /// What the disk says; it can be tried again.
    pub fn start(&mut self) -> Result<(), StoreError> {
        if self.disk.is_off() {
            self.disk.power_on();
        }
        if self.process.is_some() {
            return Ok(());
        }
        let store = SqliteStore::open_alone(Path::new(DATABASE), self.disk.vfs(), Epoch([1; 8]))?;
        let store = match self.digits {
            Some(digits) if store.partition_digits().is_none() => store.partitioned(digits)?,
            _ => store,
        };
        self.begin(Arc::new(store));
        Ok(())
    }

    /// A process on this store.
    pub(crate) fn begin(&mut self, store: Arc<SqliteStore>) {
        self.life += 1;
        let hub = Hub::new(
            store.clone(),
            Arc::new(FaultBlobs::new(&self.disk)),
            self.keys.clone(),
            self.catalogue.clone(),
            self.divisions.clone(),
            Box::new(Drawn::new("server", 0, self.life)),
        );
        self.process = Some(Process { hub, store });
    }

    /// Takes new keys into the place of its copies, and destroyed ones out of it, as the real shell does.
    pub(crate) fn keep_keys(&self, store: &SqliteStore) -> Option<()> {
        let erased = store.forgotten().ok()?.into_iter().map(|(user, _)| user).collect();
        mirror(&*self.keys, &self.keys_kept, &erased).ok()
    }

    /// Only what lies in the place of its copies is left of its keys.
    pub(crate) fn lose_keys(&mut self, store: &SqliteStore) -> Option<()> {
        self.keys = Arc::default();
        let erased = store.forgotten().ok()?.into_iter().map(|(user, _)| user).collect();
        mirror(&self.keys_kept, &*self.keys, &erased).ok()
    }

    /// Every key that is anywhere.
    #[must_use]
    pub fn keys_anywhere(&self) -> Vec<SubjectKey> {
        self.keys.all().into_values().chain(self.keys_kept.all().into_values()).collect()
    }

    /// The keys that the running server uses.
    #[must_use]
    pub fn keys_in_use(&self) -> std::collections::BTreeMap<yuandian_model::UserId, SubjectKey> {
        self.keys.all()
    }

    /// Puts keys where their people had them, as if they had not been destroyed.
    #[cfg(test)]
    pub(crate) fn unforget(&self, keys: &std::collections::BTreeMap<yuandian_model::UserId, SubjectKey>) {
        use yuandian_server::keys::SubjectKeys as _;
        keys.iter().for_each(|(user, key)| drop(self.keys.make(user, key.clone())));
    }

    /// Whether it takes requests.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.process.is_some() && !self.disk.is_off()
    }

    /// Ends the process without a word, after its disk has stopped.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// The store, for those who check it. None while the process is down.
    #[must_use]
    pub fn store(&self) -> Option<&Arc<SqliteStore>> {
        self.process.as_ref().map(|process| &process.store)
    }

    /// The hub, for the operator.
    #[must_use]
    pub fn hub(&self) -> Option<&Hub> {
        self.process.as_ref().map(|process| &process.hub)
    }

    /// An invitation's code.
    ///
    /// # Errors
    /// The store's.
    pub fn invite(&mut self, role: Role, grid: &DivisionCode, now_ms: i64) -> Result<String, StoreError> {
        self.invitations += 1;
        let code = InvitationCode::draw(&mut Drawn::new("invitation", self.invitations, 0));
        let invitation = NewInvitation {
            hash: code.hash(),
            // Trained, whoever it is: how closely people were looked at is the model's to test.
            grant: Grant::new(role, grid.clone()).vetted(Vetting::L3),
            evidence: None,
            until_ms: now_ms + 1_000_000,
        };
        if let Some(process) = &self.process {
            process.store.invite(&[invitation])?;
        }
        Ok(code.to_string())
    }

    /// Answers a request as the shell does. None where the process died over it, or is not there: the connection breaks.
    pub fn serve(&mut self, request: &HttpRequest, now_ms: i64) -> Option<HttpReply> {
        let process = self.process.as_ref()?;
        let answer = self.route(&process.hub, request, now_ms);
        if self.disk.is_off() {
            self.stop();
            return None;
        }
        let tus = request.path.starts_with(UPLOADS_PATH);
        Some(match answer {
            Ok(reply) => HttpReply { tus, ..reply },
            Err(problem) => HttpReply {
                kind: PROBLEM.to_owned(),
                body: format!("{}: {}", problem.id(), problem.title()).into_bytes(),
                retry_after_s: (problem.status() >= 500).then_some(i64::from(RETRY_AFTER_S)),
                tus,
                ..HttpReply::status(problem.status())
            },
        })
    }

    fn route(&self, hub: &Hub, request: &HttpRequest, now_ms: i64) -> Result<HttpReply, Problem> {
        if request.body.len() > BODY_BYTES_MAX {
            return Err(Problem::TooLarge);
        }
        let principal = || hub.authenticate(request.token.as_deref().unwrap_or_default(), now_ms);
        let asked = match request.path.as_str() {
            "/v1/enroll" => (Request::Enroll(parsed("enroll", request)?), Principal::Stranger),
            "/v1/nonce" => (Request::Nonce(parsed("nonce", request)?), Principal::Stranger),
            "/v1/hello" => (Request::Hello(parsed("hello", request)?), Principal::Stranger),
            "/v1/push" => {
                let principal = principal()?;
                (Request::Push(parsed("push", request)?), principal)
            }
            "/v1/pull" => {
                let principal = principal()?;
                (Request::Pull(parsed("pull", request)?), principal)
            }
            "/v1/commits" => {
                let principal = principal()?;
                (Request::Fetch(parsed("fetch", request)?), principal)
            }
            "/v1/docs" => {
                let principal = principal()?;
                (Request::Docs(parsed("docs", request)?), principal)
            }
            "/v1/catalogue" => {
                let principal = principal()?;
                (Request::Catalogue(parsed("catalogue", request)?), principal)
            }
            "/v1/manifest" => {
                let principal = principal()?;
                (Request::Manifest(parsed("manifest", request)?), principal)
            }
            "/v1/evidence" => {
                let principal = principal()?;
                (Request::Evidence(parsed("evidence", request)?), principal)
            }
            "/v1/appeals" => {
                let principal = principal()?;
                (Request::Appeal(parsed("appeal", request)?), principal)
            }
            UPLOADS_PATH => {
                let hash: BlobHash =
                    request.hash.as_deref().and_then(|h| h.parse().ok()).ok_or(Problem::Malformed)?;
                (Request::OpenUpload { hash, size: request.number }, principal()?)
            }
            path => {
                let id = path.strip_prefix(UPLOADS_PATH).and_then(|rest| rest.strip_prefix('/'));
                return self.step(hub, id.ok_or(Problem::NotFound)?, request, now_ms);
            }
        };
        Ok(match hub.handle(asked.0, &asked.1, now_ms)? {
            Response::Enrolled(m) => HttpReply::message(wire::pack(&m)),
            Response::Nonce(m) => HttpReply::message(wire::pack(&m)),
            Response::Hello(m) => HttpReply::message(wire::pack(&m)),
            Response::Push(m) => HttpReply::message(wire::pack(&m)),
            Response::Pull(m) => HttpReply::message(wire::pack(&m)),
            Response::Fetch(m) => HttpReply::message(wire::pack(&m)),
            Response::Docs(m) => HttpReply::message(wire::pack(&m)),
            Response::Catalogue(m) => HttpReply::message(wire::pack(&m)),
            Response::Manifest(m) => HttpReply::message(wire::pack(&m)),
            Response::Appeal(m) => HttpReply::message(wire::pack(&m)),
            Response::Evidence(m) => HttpReply::message(wire::pack(&m)),
            Response::Upload(upload) => {
                let offset = self.settle(hub, &upload, now_ms)?;
                HttpReply {
                    location: Some(format!("{UPLOADS_PATH}/{}", hex::encode(upload.id.0))),
                    offset: Some(offset),
                    ..HttpReply::status(201)
                }
            }
            Response::Blob { bytes, .. } => HttpReply { body: bytes.to_vec(), ..HttpReply::status(200) },
        })
    }

    /// HEAD and PATCH of an upload.
    fn step(&self, hub: &Hub, id: &str, request: &HttpRequest, now_ms: i64) -> Result<HttpReply, Problem> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(id, &mut bytes).map_err(|_| Problem::UploadUnknown)?;
        let upload = hub.upload(&UploadId(bytes), now_ms)?;
        let mut at = self.settle(hub, &upload, now_ms)?;
        if request.method == "HEAD" {
            return Ok(HttpReply { offset: Some(at), ..HttpReply::status(200) });
        }
        if at != request.number {
            return Err(Problem::UploadOffset);
        }
        if !request.body.is_empty() {
            let name = spool(&upload);
            let mut kept =
                if at == 0 { Vec::new() } else { self.disk.read(&name, 0, at).map_err(|e| disk(&e))? };
            kept.extend_from_slice(&request.body);
            if kept.len() as u64 > upload.size {
                return Err(Problem::TooLarge);
            }
            self.disk.write(&name, &kept).map_err(|e| disk(&e))?;
            at = self.settle(hub, &upload, now_ms)?;
        }
        if request.cut {
            return Err(Problem::Malformed);
        }
        Ok(HttpReply { offset: Some(at), ..HttpReply::status(204) })
    }

    /// Where an upload stands; the last byte brings the check and the durable put.
    fn settle(&self, hub: &Hub, upload: &Upload, now_ms: i64) -> Result<u64, Problem> {
        let name = spool(upload);
        if upload.stored {
            return Ok(upload.size);
        }
        let kept = if self.disk.has(&name) {
            self.disk.read(&name, 0, u64::MAX).map_err(|e| disk(&e))?
        } else {
            Vec::new()
        };
        if (kept.len() as u64) < upload.size {
            return Ok(kept.len() as u64);
        }
        match hub.finish_upload(upload, Bytes::from(kept), now_ms) {
            Ok(()) => {
                self.disk.lose(&name);
                Ok(upload.size)
            }
            Err(Problem::ChecksumMismatch) => {
                self.disk.lose(&name);
                Err(Problem::ChecksumMismatch)
            }
            Err(problem) => Err(problem),
        }
    }
}

fn spool(upload: &Upload) -> String {
    format!("spool/{}", hex::encode(upload.id.0))
}

fn disk(error: &std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Problem::StorageFull,
        _ => Problem::NotReady,
    }
}

fn parsed<T>(what: &'static str, request: &HttpRequest) -> Result<T, Problem>
where
    T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
{
    wire::unpack(what, &request.body).map_err(|e| match e {
        WireError::TooLarge => Problem::TooLarge,
        WireError::Zstd(_) | WireError::Cbor(_) => Problem::Malformed,
    })
}
