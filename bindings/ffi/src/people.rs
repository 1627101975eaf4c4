//! At the door, and what is kept of this person: code words, hours, what was given in private, whom they do not want to meet.

use yuandian_device::{Leaving, UserId};

use crate::attached::{self, AttachmentInput};
use crate::cases::ActOutcome;
use crate::core::YuandianCore;
use crate::drafts::Position;
use crate::error::CoreError;
use crate::files;

/// What goes along with leaving.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LeaveInput {
    /// The second code word, where it was said.
    #[uniffi(default = None)]
    pub code: Option<String>,
    /// A word to whoever asked, at most 2,000 characters.
    #[uniffi(default = None)]
    pub text: Option<String>,
    /// Paths of photos, at most 9.
    #[uniffi(default = [])]
    pub photos: Vec<String>,
    /// What is attached to the word, at most 9 files.
    #[uniffi(default = [])]
    pub files: Vec<AttachmentInput>,
}

/// A stay of this person that counts. Times in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HoursLine {
    /// The case.
    pub case_id: String,
    /// Its service.
    pub service: String,
    /// The service in words.
    pub service_text: String,
    /// The division where it lay.
    pub grid: String,
    /// When this person came.
    pub from_ms: i64,
    /// When they left.
    pub to_ms: i64,
    /// Minutes that count.
    pub minutes: u32,
    /// When it was confirmed.
    pub confirmed_ms: i64,
}

/// Something private that was given, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ConsentLine {
    /// The case.
    pub case_id: String,
    /// Its service.
    pub service: String,
    /// The question's key.
    pub key: String,
    /// The question in words.
    pub label: String,
    /// What it was given for; empty for the exact place.
    pub purpose: String,
    /// Days for which it is kept after the case has ended.
    pub retention_days: u32,
    /// Whether it was given.
    pub given: bool,
    /// When, this phone's clock, ms since 1970.
    pub at_ms: i64,
}

/// Somebody whom this person has named.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PersonView {
    /// Their id.
    pub user: String,
    /// The name by which they were known then; empty where it was not.
    pub name: String,
}

/// Something to tell a person whose phone slept.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewsLine {
    /// The case.
    pub case_id: String,
    /// `asked`: somebody nearby asks for help; `family`: somebody who named this person has raised an alarm; `moved`: a case of this person's has come to another stage by somebody else.
    pub why: String,
    /// In words.
    pub text: String,
    /// Whether it cannot wait.
    pub urgent: bool,
}

impl From<yuandian_device::Apart> for PersonView {
    fn from(apart: yuandian_device::Apart) -> Self {
        Self { user: apart.user.to_string(), name: apart.name }
    }
}

fn person_of(user: &str) -> Result<UserId, CoreError> {
    let unknown =
        || yuandian_device::DeviceError::NotFound { what: "user", id: user.chars().take(80).collect() };
    Ok(user.parse().map_err(|_| unknown())?)
}

#[uniffi::export]
impl YuandianCore {
    /// This person has come: kept with the time of this phone. `code`: the word that was said at the door; said later, it is added, five wrong ones
    /// at most. `position`: whether that is near the door goes along, and never where.
    ///
    /// # Errors
    /// As [`YuandianCore::act`].
    pub async fn arrive(
        &self,
        case_id: String,
        code: Option<String>,
        position: Option<Position>,
    ) -> Result<ActOutcome, CoreError> {
        let position = position.map(yuandian_device::Position::from);
        self.change_case(case_id, move |phone, id| {
            Ok(phone.arrive(id, code.as_deref(), position.as_ref())?.into())
        })
        .await
    }

    /// This person leaves, and the work is done.
    ///
    /// # Errors
    /// As [`YuandianCore::act`].
    pub async fn leave(&self, case_id: String, leaving: LeaveInput) -> Result<ActOutcome, CoreError> {
        self.change_case(case_id, move |phone, id| {
            let (photos, files) = (files::read_photos(&leaving.photos)?, attached::read(&leaving.files)?);
            let leaving = Leaving {
                code: leaving.code.as_deref(),
                text: leaving.text.as_deref(),
                photos: &photos,
                files: &files,
                ..Leaving::default()
            };
            Ok(phone.leave(id, &leaving)?.into())
        })
        .await
    }

    /// What is new for this person since the last time, the latest first: asked after a sync that the platform let run in the background, every
    /// quarter of an hour. What it gives counts as told; at night it gives what cannot wait alone.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`].
    pub async fn news(&self) -> Result<Vec<NewsLine>, CoreError> {
        self.with_phone(|phone| {
            let line = |line: yuandian_device::NewsLine| NewsLine {
                case_id: line.case,
                why: line.why,
                text: line.text,
                urgent: line.urgent,
            };
            Ok(phone.news()?.into_iter().map(line).collect())
        })
        .await
    }

    /// This person's hours as a volunteer: stays that were confirmed, the first first.
    ///
    /// # Errors
    /// Those of every call that reads the store.
    pub async fn hours(&self) -> Result<Vec<HoursLine>, CoreError> {
        self.with_phone(|phone| {
            let line = |line: yuandian_device::HoursLine| HoursLine {
                case_id: line.case,
                service: line.service,
                service_text: line.service_text,
                grid: line.grid,
                from_ms: line.from_ms,
                to_ms: line.to_ms,
                minutes: line.minutes,
                confirmed_ms: line.confirmed_ms,
            };
            Ok(phone.hours()?.into_iter().map(line).collect())
        })
        .await
    }

    /// What this person gave in private on this phone and took back, the first first.
    ///
    /// # Errors
    /// Those of every call that reads the store.
    pub async fn consents(&self) -> Result<Vec<ConsentLine>, CoreError> {
        self.with_phone(|phone| {
            let line = |line: yuandian_device::ConsentLine| ConsentLine {
                case_id: line.case,
                service: line.service,
                key: line.key,
                label: line.label,
                purpose: line.purpose,
                retention_days: line.retention_days,
                given: line.given,
                at_ms: line.at_ms,
            };
            Ok(phone.consents()?.into_iter().map(line).collect())
        })
        .await
    }

    /// Everything that this phone keeps of this person, as JSON.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`].
    pub async fn own_data(&self) -> Result<String, CoreError> {
        self.with_phone(|phone| Ok(phone.own_data()?.to_string())).await
    }

    /// Whom this person has named as family: they hear first of an alarm. Give `user` to name somebody, or with `is_family` false to take it back.
    ///
    /// # Errors
    /// [`CoreError::NotFound`] for no person's id, [`CoreError::InvalidInput`] for oneself and for more than five.
    pub async fn family(
        &self,
        user: Option<String>,
        name: String,
        is_family: bool,
    ) -> Result<Vec<PersonView>, CoreError> {
        self.with_phone(move |phone| {
            let all = match user {
                None => phone.family()?,
                Some(user) => phone.name_family(&person_of(&user)?, &name, is_family)?,
            };
            let view = |relative: yuandian_device::Relative| PersonView {
                user: relative.user.to_string(),
                name: relative.name,
            };
            Ok(all.into_iter().map(view).collect())
        })
        .await
    }

    /// Whom this person does not want to meet.
    ///
    /// # Errors
    /// Those of every call that reads the store.
    pub async fn apart(&self) -> Result<Vec<PersonView>, CoreError> {
        self.with_phone(|phone| Ok(phone.apart()?.into_iter().map(PersonView::from).collect())).await
    }

    /// Says that this person does not want to meet somebody, or takes it back: neither is sent to the other's door, from the next sync on.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for no person's id, for oneself, and for too many.
    pub async fn keep_apart(
        &self,
        user: String,
        name: String,
        apart: bool,
    ) -> Result<Vec<PersonView>, CoreError> {
        self.with_phone(move |phone| {
            let user = person_of(&user)?;
            Ok(phone.keep_apart(&user, &name, apart)?.into_iter().map(PersonView::from).collect())
        })
        .await
    }

    /// The same of those whom one met in a case: whoever asked, or whoever came.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`] where nobody else is in it.
    pub async fn keep_apart_from(&self, case_id: String, apart: bool) -> Result<Vec<PersonView>, CoreError> {
        self.with_phone(move |phone| {
            let id = phone.find(&case_id)?;
            Ok(phone.keep_apart_from(&id, apart)?.into_iter().map(PersonView::from).collect())
        })
        .await
    }

    /// Tells a moderator in private about a problem with somebody: what (an option of the form `case.conduct`), how it went, and the request in which
    /// it happened. Gives the case.
    ///
    /// # Errors
    /// [`CoreError::NotFound`], [`CoreError::InvalidInput`], [`CoreError::NotEnrolled`].
    pub async fn complain(
        &self,
        request: Option<String>,
        what: String,
        told: String,
    ) -> Result<String, CoreError> {
        self.with_phone(move |phone| {
            let request = request.map(|case| phone.find(&case)).transpose()?;
            Ok(phone.complain(request.as_ref(), &what, &told)?.to_string())
        })
        .await
    }
}
