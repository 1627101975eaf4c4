//! ENROLL: an invitation becomes a device's right.

use minicbor::{Decode, Encode};
use yuandian_document::keys::DeviceCertificate;
use yuandian_model::{Grant, UserId};

/// `POST /v1/enroll`, signed ([`yuandian_document::Purpose::Enroll`]): a single-use invitation becomes a device's right.
/// The same device with the same code gets the same answer again, so a lost reply is no lost invitation.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enroll {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The invitation.
    #[n(1)]
    pub code: String,
    /// The person's display name.
    #[n(2)]
    pub name: String,
    /// The device's keys.
    #[n(3)]
    pub certificate: DeviceCertificate,
    /// Name and version of the app.
    #[n(4)]
    pub app: String,
}

/// Who the device now speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolled {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The person.
    #[n(1)]
    pub user: UserId,
    /// The person's display name.
    #[n(2)]
    pub name: String,
    /// The person's rights.
    #[n(3)]
    pub grants: Vec<Grant>,
    /// Server's clock, ms since 1970.
    #[n(4)]
    pub server_ms: i64,
}
