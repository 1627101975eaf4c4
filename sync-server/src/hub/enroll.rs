//! An invitation becomes a device's right: once.

use yuandian_document::{Purpose, cbor};
use yuandian_model::{UserId, limits::NAME_CHARS_MAX};
use yuandian_sync::message::{Enroll, Enrolled, SignedMessage, WIRE_VERSION};

use super::{Hub, spoken};
use crate::invitation::InvitationCode;
use crate::limits::{APP_BYTES_MAX, BODY_BYTES_MAX};
use crate::problem::Problem;
use crate::store::{EnrollOutcome, Enrollment};

impl Hub {
    pub(super) fn enroll(&self, signed: &SignedMessage, now_ms: i64) -> Result<Enrolled, Problem> {
        let wish: Enroll =
            cbor::decode("enroll", &signed.message, BODY_BYTES_MAX).map_err(|_| Problem::Malformed)?;
        spoken(wish.version)?;
        let key = wish.certificate.verify().map_err(|_| Problem::SignatureInvalid)?;
        key.verify(Purpose::Enroll, &signed.message, &signed.signature)
            .map_err(|_| Problem::SignatureInvalid)?;
        let name = wish.name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(Problem::NameInvalid);
        }
        if wish.app.len() > APP_BYTES_MAX {
            return Err(Problem::OverLimit);
        }
        let code: InvitationCode = wish.code.parse().map_err(|_| Problem::InvitationUnknown)?;
        let enrollment = Enrollment {
            invitation: code.hash(),
            signer: key.id.0,
            name: name.to_owned(),
            app: wish.app,
            new_user: UserId::v7(now_ms, self.draw()),
            certificate: wish.certificate,
        };
        match self.store.enroll(&enrollment, now_ms)? {
            EnrollOutcome::Enrolled(account) => {
                tracing::info!(device = %account.device, user = %account.user, "enrolled");
                Ok(Enrolled {
                    version: WIRE_VERSION,
                    user: account.user,
                    grants: account.at(now_ms).told(),
                    name: account.name,
                    server_ms: now_ms,
                })
            }
            EnrollOutcome::Unknown => Err(Problem::InvitationUnknown),
            EnrollOutcome::Used => Err(Problem::InvitationUsed),
            EnrollOutcome::Expired => Err(Problem::InvitationExpired),
            EnrollOutcome::ShutOut => Err(Problem::ShutOut),
            EnrollOutcome::TooManyGrants => Err(Problem::OverLimit),
        }
    }
}
