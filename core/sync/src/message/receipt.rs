//! The server's word on one commit.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use yuandian_document::cbor;
use yuandian_document::keys::{DeviceKey, KeyId, Purpose, Signature};
use yuandian_model::{Code, CommitId, Epoch};

use super::ServerKey;

/// The server's stored, final answer to one commit; the same bytes for ever.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// The commit.
    #[n(0)]
    pub commit: CommitId,
    /// Its outcome.
    #[n(1)]
    pub code: Code,
    /// Its number, where it was taken or changed the case.
    #[n(2)]
    pub seq: Option<u64>,
    /// The epoch the number counts in.
    #[n(3)]
    pub epoch: Epoch,
    /// When it arrived, server's clock, ms since 1970.
    #[n(4)]
    pub received_ms: i64,
    /// Facts of the outcome: `first`, `position`, `stage` …; of a judged act `act_seq`, the number of acts after it.
    #[n(5)]
    pub facts: BTreeMap<String, String>,
    /// Which key of the server signed; none on answers that are not stored.
    #[n(6)]
    pub signer: Option<KeyId>,
    /// Its signature ([`yuandian_document::Purpose::Receipt`]) over this receipt without it.
    #[n(7)]
    pub signature: Option<Signature>,
    /// The version of the catalogue by whose rules it was judged; none where no rule was asked.
    #[n(8)]
    pub rules: Option<u32>,
}

impl Receipt {
    /// What is signed.
    fn unsigned(&self) -> Vec<u8> {
        cbor::encode(&Self { signature: None, ..self.clone() })
    }

    /// Signs it.
    #[must_use]
    pub fn seal(mut self, key: &DeviceKey) -> Self {
        self.signer = Some(key.id());
        self.signature = Some(key.sign(Purpose::Receipt, &self.unsigned()));
        self
    }

    /// Whether one of these keys signed it.
    #[must_use]
    pub fn is_signed_by(&self, keys: &[ServerKey]) -> bool {
        let (Some(signer), Some(signature)) = (self.signer, self.signature) else {
            return false;
        };
        let key = keys.iter().find(|key| key.id() == signer);
        key.is_some_and(|key| key.verify(Purpose::Receipt, &self.unsigned(), &signature).is_ok())
    }
}
