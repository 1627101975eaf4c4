//! Our own server in a process of its own, with an enrolled phone whose accepted commits name files: it takes an upload of nothing else.

use std::path::Path;

use sha2::{Digest, Sha256};
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::{
    Act, Captured, Content, DeviceCertificate, DeviceKey, Edit, Envelope, Kind, PhotoEntry, Place, Purpose,
    RenditionRef, Report, SignedCommit, SoftwareRoot, actor, cbor,
};
use yuandian_model::{BlobHash, CaseId, Code, CommitId, EntryId, GroupId, Incarnation, PartitionId, Wgs84};
use yuandian_programs::seed::Seed;
use yuandian_programs::server::Server;
use yuandian_programs::{Played, Stop};
use yuandian_sync::message::{
    Enroll, Enrolled, Hello, HelloReply, Nonce, NonceRequest, Push, PushItem, PushReply, Receipt,
    SignedMessage, WIRE_VERSION,
};
use yuandian_sync::transfer::UPLOADS_PATH;
use yuandian_sync::wire::{CONTENT_TYPE, pack, unpack};

use crate::http::{Request, Url};

/// The grid that the phone works in.
const GRID: &str = "410102001";
/// What the phone's wall clock says, ms since 1970.
const WALL_MS: i64 = 1_790_000_000_000;
/// One receipt, bytes, far below this.
const RECEIPT_BYTES_MAX: usize = 64 * 1024;

/// Our server and what is needed to upload to it.
pub struct Ours {
    /// The server.
    pub server: Server,
    /// The phone's token: good for a quarter of an hour.
    pub token: String,
    /// Files that it may upload.
    pub files: Vec<Vec<u8>>,
}

impl Ours {
    /// Starts a server on an empty data folder, with a phone that may upload files of these sizes, bytes.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub fn start(program: &Path, data: &Path, sizes: &[usize]) -> Played<Self> {
        let server = Server::start(program, data)?;
        let mut seed = Seed::new(0x6f75_7273);
        let files: Vec<Vec<u8>> =
            sizes.iter().map(|size| (0..*size).map(|_| seed.draw().to_le_bytes()[0]).collect()).collect();
        let code =
            server.invite("grid_worker", GRID, 1)?.pop().ok_or_else(|| Stop("no invitation".into()))?;
        let mut phone = Phone::new(format!("{}", server.address()))?;
        phone.enroll(&code)?;
        let token = phone.hello()?;
        for file in &files {
            phone.report(&token, file)?;
        }
        Ok(Self { server, token, files })
    }

    /// Where uploads are made.
    pub fn uploads(&self) -> String {
        format!("http://{}{UPLOADS_PATH}", self.server.address())
    }
}

struct Phone {
    authority: String,
    key: DeviceKey,
    certificate: DeviceCertificate,
    chain: (u64, Option<CommitId>),
    made: u8,
}

impl Phone {
    fn new(authority: String) -> Played<Self> {
        let key = DeviceKey::from_seed(&[7; 32]);
        let root = SoftwareRoot::from_seed(&[8; 32]).map_err(|e| Stop(e.to_string()))?;
        let certificate = DeviceCertificate::issue(&root, &key).map_err(|e| Stop(e.to_string()))?;
        Ok(Self { authority, key, certificate, chain: (0, None), made: 0 })
    }

    fn ask<Q, A>(&self, path: &str, token: Option<&str>, message: &Q) -> Played<A>
    where
        Q: minicbor::Encode<()>,
        A: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
    {
        let url = Url { authority: self.authority.clone(), path: path.to_owned() };
        let mut request =
            Request::new("POST", &url).header("Content-Type", CONTENT_TYPE).body(&pack(message));
        if let Some(token) = token {
            request = request.header("Authorization", &format!("Bearer {token}"));
        }
        let answer = request.send()?;
        if answer.status != 200 {
            let words = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(Stop(format!("{path} was answered {}: {words}", answer.status)));
        }
        unpack("answer", &answer.body).map_err(|e| Stop(format!("{path}: {e}")))
    }

    fn signed(&self, purpose: Purpose, message: Vec<u8>) -> SignedMessage {
        let signature = self.key.sign(purpose, &message);
        SignedMessage { message, signature }
    }

    fn enroll(&self, code: &str) -> Played<()> {
        let message = cbor::encode(&Enroll {
            version: WIRE_VERSION,
            code: code.to_owned(),
            name: "tus".to_owned(),
            certificate: self.certificate.clone(),
            app: "tus 0".to_owned(),
        });
        let _: Enrolled = self.ask("/v1/enroll", None, &self.signed(Purpose::Enroll, message))?;
        Ok(())
    }

    /// A token.
    fn hello(&self) -> Played<String> {
        let device = self.certificate.device;
        let nonce: Nonce = self.ask("/v1/nonce", None, &NonceRequest { version: WIRE_VERSION, device })?;
        let message = cbor::encode(&Hello {
            version: WIRE_VERSION,
            device,
            nonce: nonce.nonce,
            app: "tus 0".to_owned(),
            catalogue: 1,
            streams: vec![],
            free_bytes: None,
            budget: 10,
            keys: vec![],
            forget: false,
            reach: None,
            apart: None,
        });
        let reply: HelloReply = self.ask("/v1/hello", None, &self.signed(Purpose::Hello, message))?;
        Ok(reply.token)
    }

    /// A case with a photo whose original is this file.
    fn report(&mut self, token: &str, file: &[u8]) -> Played<()> {
        self.made += 1;
        let case = CaseId::v7(1_790_000_000_000, [self.made; 10]);
        let position = Wgs84::new(113.613_25, 34.752_1).map_err(|e| Stop(format!("{e:?}")))?;
        let grid = GRID.parse().map_err(|e| Stop(format!("{GRID}: {e:?}")))?;
        let report =
            Report { service: "case.snap".into(), grid, place: Some(Place::exact(position, Some(12))) };
        let reported = self.commit(case, Kind::Act, Act::report(report).to_bytes());
        let entry = PhotoEntry {
            original: RenditionRef { hash: BlobHash(Sha256::digest(file).into()), size: file.len() as u64 },
            mime: "image/jpeg".into(),
            width: 4,
            height: 3,
            micro: None,
            thumb: None,
            medium: None,
            at_ms: WALL_MS,
        };
        let by = actor(&self.certificate.device, &case, &Incarnation([9; 16]), 0);
        let mut document = Content::default();
        let heads = document.heads();
        let edit = Edit::Photo(EntryId::v7(WALL_MS, [self.made; 10]), entry);
        let written = document.write(&heads, &by, &[edit], WALL_MS);
        let (_, body) = written
            .map_err(|e| Stop(e.to_string()))?
            .ok_or_else(|| Stop("a photo that writes nothing".into()))?;
        let named = self.commit(case, Kind::Content, body);
        let items = [reported, named].map(|commit| PushItem { commit, micros: vec![], adopt: None }).to_vec();
        let push = Push { version: WIRE_VERSION, items, private: vec![], links: vec![] };
        let reply: PushReply = self.ask("/v1/push", Some(token), &push)?;
        for bytes in &reply.receipts {
            let receipt: Receipt =
                cbor::decode("receipt", bytes, RECEIPT_BYTES_MAX).map_err(|e| Stop(e.to_string()))?;
            if receipt.code != Code::Ok {
                return Err(Stop(format!("the server says {} to a report", receipt.code.id())));
            }
        }
        Ok(())
    }

    fn commit(&mut self, document: CaseId, kind: Kind, body: Vec<u8>) -> SignedCommit {
        let group = Sha256::digest([&self.chain.0.to_be_bytes()[..], &body].concat());
        let mut command = [0; 16];
        command.copy_from_slice(&group[..16]);
        let envelope = Envelope {
            version: ENVELOPE_VERSION,
            kind,
            partition: PartitionId::ONLY,
            document,
            device: self.certificate.device,
            incarnation: Incarnation([9; 16]),
            branch: 0,
            generation: 0,
            group: GroupId(command),
            n: self.chain.0 + 1,
            prev: self.chain.1,
            captured: Captured { wall_ms: WALL_MS, seen_ms: None, since_ms: None, epoch: None, seq: None },
            schema: 1,
            body,
            micro: vec![],
            supersedes: None,
            alg: Algorithm::Ed25519,
            signer: self.key.id(),
        };
        let commit = envelope.sign(&self.key);
        self.chain = (envelope.n, Some(commit.id()));
        commit
    }
}
