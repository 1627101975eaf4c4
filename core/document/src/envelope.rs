//! The envelope around every commit: who, in which life of which device, in which place of its chain; and the signature over it.
//!
//! The commit's id is SHA-256 over the canonical envelope. `n` and `prev` are assigned when it is first sent, so the id is final from then on.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use yuandian_model::{BlobHash, CaseId, CommitId, DeviceId, Epoch, GroupId, Incarnation, PartitionId};

use crate::act::{Act, ActError};
use crate::actor::actor;
use crate::cbor::{self, CborError};
use crate::keys::{CertifiedKey, DeviceKey, KeyError, KeyId, Purpose, Signature};
use crate::limits::{COMMIT_BYTES_MAX, MICROS_PER_COMMIT_MAX};

/// Version of the envelope's form.
pub const ENVELOPE_VERSION: u8 = 0;

/// What a commit's body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Kind {
    /// One Automerge change of the content document.
    #[n(0)]
    Content,
    /// One act.
    #[n(1)]
    Act,
}

/// Signature algorithm, so that others (SM2) can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Algorithm {
    /// Ed25519.
    #[n(1)]
    Ed25519,
}

/// When it was written, as far as a phone can say: evidence, never order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Captured {
    /// The device's wall clock, ms since 1970.
    #[n(0)]
    pub wall_ms: i64,
    /// The last server time the device had seen, ms since 1970.
    #[n(1)]
    pub seen_ms: Option<i64>,
    /// Monotonic time since then, ms: with `seen_ms` the earliest true time.
    #[n(2)]
    pub since_ms: Option<u64>,
    /// The server's epoch seen.
    #[n(3)]
    pub epoch: Option<Epoch>,
    /// The last sequence number seen in it.
    #[n(4)]
    pub seq: Option<u64>,
}

impl Captured {
    /// When it was written: the last server time that its device had seen and the monotonic time since, or else the device's wall clock, ms since
    /// 1970.
    #[must_use]
    pub fn at_ms(&self) -> i64 {
        let seen = self.seen_ms.zip(self.since_ms);
        let bracket = seen.map(|(seen, since)| seen.saturating_add(i64::try_from(since).unwrap_or(i64::MAX)));
        bracket.unwrap_or(self.wall_ms)
    }
}

/// All that is signed of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Envelope {
    /// [`ENVELOPE_VERSION`].
    #[n(0)]
    pub version: u8,
    /// What the body is.
    #[n(1)]
    pub kind: Kind,
    /// Unit of ordering.
    #[n(2)]
    pub partition: PartitionId,
    /// The case.
    #[n(3)]
    pub document: CaseId,
    /// The author's device.
    #[n(4)]
    pub device: DeviceId,
    /// The life of its database.
    #[n(5)]
    pub incarnation: Incarnation,
    /// Rises at every re-encoding and at every form saved from older heads.
    #[n(6)]
    pub branch: u32,
    /// Zero as a device writes it; in the server's log, the generation of the document that it was made again for, without words that had to go.
    #[n(7)]
    pub generation: u32,
    /// What one command wrote shares this.
    #[n(8)]
    pub group: GroupId,
    /// Number in this incarnation's chain, from 1 without gap.
    #[n(9)]
    pub n: u64,
    /// The commit before in this chain.
    #[n(10)]
    pub prev: Option<CommitId>,
    /// When.
    #[n(11)]
    pub captured: Captured,
    /// Catalogue version it was written under.
    #[n(12)]
    pub schema: u32,
    /// A change chunk or an act.
    #[cbor(n(13), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// Hashes of the micro pictures that travel beside it, one for each photo it adds.
    #[n(14)]
    pub micro: Vec<BlobHash>,
    /// The refused commit that this one replaces.
    #[n(15)]
    pub supersedes: Option<CommitId>,
    /// How it is signed.
    #[n(16)]
    pub alg: Algorithm,
    /// By which key.
    #[n(17)]
    pub signer: KeyId,
}

/// An envelope's canonical bytes and the signature over them, as they travel and are stored.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedCommit {
    /// Canonical [`Envelope`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub envelope: Vec<u8>,
    /// Over it, with [`Purpose::Commit`].
    #[n(1)]
    pub signature: Signature,
}

/// A commit that cannot be taken, before any rule is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Its bytes.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// Of another version than this code speaks.
    #[error("envelope version {0} is not spoken here")]
    Version(u8),
    /// Too many micro pictures.
    #[error("{0} micro pictures, at most {MICROS_PER_COMMIT_MAX} allowed")]
    Micros(usize),
    /// Signed by a key that is not the device's, or wrongly.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Its act.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl Envelope {
    /// Signs the envelope. The id is that of the bytes signed.
    #[must_use]
    pub fn sign(&self, key: &DeviceKey) -> SignedCommit {
        let envelope = cbor::encode(self);
        let signature = key.sign(Purpose::Commit, &envelope);
        SignedCommit { envelope, signature }
    }

    /// The actor its change must be by.
    #[must_use]
    pub fn actor(&self) -> automerge::ActorId {
        actor(&self.device, &self.document, &self.incarnation, self.branch)
    }
}

impl SignedCommit {
    /// The commit's name.
    #[must_use]
    pub fn id(&self) -> CommitId {
        CommitId(Sha256::digest(&self.envelope).into())
    }

    /// Reads the envelope; says nothing of the signature.
    ///
    /// # Errors
    /// [`CommitError`] for form, version and limits.
    pub fn open(&self) -> Result<Envelope, CommitError> {
        let envelope: Envelope = cbor::decode("envelope", &self.envelope, COMMIT_BYTES_MAX)?;
        if envelope.version != ENVELOPE_VERSION {
            return Err(CommitError::Version(envelope.version));
        }
        if envelope.micro.len() > MICROS_PER_COMMIT_MAX {
            return Err(CommitError::Micros(envelope.micro.len()));
        }
        Ok(envelope)
    }

    /// Checks that the envelope was signed by this device's key.
    ///
    /// # Errors
    /// [`KeyError::ForeignDevice`] or [`KeyError::BadSignature`].
    pub fn verify(&self, envelope: &Envelope, key: &CertifiedKey) -> Result<(), KeyError> {
        if envelope.device != key.device || envelope.signer != key.id {
            return Err(KeyError::ForeignDevice);
        }
        key.verify(Purpose::Commit, &self.envelope, &self.signature)
    }
}

/// A commit's body, typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Foreign bytes of a change: only the gate may look at them.
    Content(Vec<u8>),
    /// An act.
    Act(Act),
}

impl Envelope {
    /// The body, an act being parsed, content left to the gate.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn typed_body(&self) -> Result<Body, ActError> {
        match self.kind {
            Kind::Content => Ok(Body::Content(self.body.clone())),
            Kind::Act => Act::from_bytes(&self.body).map(Body::Act),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{DeviceCertificate, SoftwareRoot};

    fn sample(key: &DeviceKey, device: DeviceId) -> Envelope {
        Envelope {
            version: ENVELOPE_VERSION,
            kind: Kind::Act,
            partition: PartitionId::ONLY,
            document: CaseId([1; 16]),
            device,
            incarnation: Incarnation([2; 16]),
            branch: 0,
            generation: 0,
            group: GroupId([3; 16]),
            n: 1,
            prev: None,
            captured: Captured { wall_ms: 5, seen_ms: None, since_ms: None, epoch: None, seq: None },
            schema: 1,
            body: Act::named("claim", None).to_bytes(),
            micro: vec![],
            supersedes: None,
            alg: Algorithm::Ed25519,
            signer: key.id(),
        }
    }

    fn certified() -> (DeviceKey, CertifiedKey) {
        let key = DeviceKey::from_seed(&[9; 32]);
        let root = SoftwareRoot::from_seed(&[7; 32]).unwrap();
        let certified = DeviceCertificate::issue(&root, &key).unwrap().verify().unwrap();
        (key, certified)
    }

    #[test]
    fn a_signed_commit_opens_and_verifies() {
        let (key, certified) = certified();
        let envelope = sample(&key, certified.device);
        let signed = envelope.sign(&key);
        assert_eq!(signed.open().unwrap(), envelope);
        signed.verify(&envelope, &certified).unwrap();
        assert!(matches!(envelope.typed_body().unwrap(), Body::Act(act) if act.name == "claim"));
    }

    #[test]
    fn any_changed_byte_breaks_form_or_signature() {
        let (key, certified) = certified();
        let signed = sample(&key, certified.device).sign(&key);
        for index in 0..signed.envelope.len() {
            let mut forged = signed.clone();
            forged.envelope[index] ^= 1;
            let broken =
                forged.open().is_err() || forged.verify(&forged.open().unwrap(), &certified).is_err();
            assert!(broken, "byte {index}");
            assert_ne!(forged.id(), signed.id());
        }
    }

    #[test]
    fn another_devices_name_is_refused() {
        let (key, certified) = certified();
        let foreign = sample(&key, DeviceId([0; 16]));
        assert_eq!(foreign.sign(&key).verify(&foreign, &certified), Err(KeyError::ForeignDevice));
    }

    #[test]
    fn versions_and_counts_are_checked() {
        let (key, certified) = certified();
        let newer = Envelope { version: 1, ..sample(&key, certified.device) };
        assert_eq!(newer.sign(&key).open(), Err(CommitError::Version(1)));
        let micros = |count: usize| {
            let envelope =
                Envelope { micro: vec![BlobHash([0; 32]); count], ..sample(&key, certified.device) };
            envelope.sign(&key).open().map(|_| ())
        };
        assert_eq!(micros(MICROS_PER_COMMIT_MAX), Ok(()));
        assert_eq!(micros(MICROS_PER_COMMIT_MAX + 1), Err(CommitError::Micros(MICROS_PER_COMMIT_MAX + 1)));
    }
}
