//! One open phone: opening and closing it, who it speaks for, and the one way every call gets at its store.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use yuandian_device::ports::DatabaseKey;
use yuandian_device::{CaseId, Driver, Phone, TrustRoots, platform};

use crate::drafts::Position;
use crate::error::CoreError;
use crate::events::{EventKind, Events};
use crate::handles::Counted;
use crate::on_core::{Answer, on_core, on_core_blocking};
use crate::root_key::{InHardware, RootKey};
use crate::sync::StopSignal;

/// Which core an app has loaded.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CoreVersion {
    /// The crate that the library was built from.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// Whether it can keep a home encrypted: [`YuandianCore::open_encrypted`].
    pub encrypts: bool,
}

/// The loaded core. It never fails and does no input or output.
#[uniffi::export]
pub fn core_version() -> CoreVersion {
    CoreVersion {
        name: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        encrypts: yuandian_device::ports::ENCRYPTS,
    }
}

/// A right: a role in a division and everything below it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Grant {
    /// Role id.
    pub role: String,
    /// Division code.
    pub grid: String,
    /// What people read of the division; the code where nothing of it is known.
    pub grid_name: String,
    /// The unit or provider that it is held for; none for every case there.
    pub unit: Option<String>,
    /// How closely the person was looked at, `l0` to `l3`; none where nothing is said, which is as `l1`.
    pub level: Option<String>,
    /// From when, server's clock, ms since 1970; none where it has no beginning.
    pub from_ms: Option<i64>,
    /// When it ends; none where it does not.
    pub until_ms: Option<i64>,
}

/// Who the phone speaks for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PersonRecord {
    /// Id of the person.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Rights as the server gave them last.
    pub grants: Vec<Grant>,
}

impl PersonRecord {
    fn of(phone: &Phone) -> Result<Self, CoreError> {
        let person = phone.person()?;
        let grant = |grant: yuandian_model::Grant| Grant {
            role: grant.role.to_string(),
            grid: grant.grid.to_string(),
            grid_name: phone.division_title(&grant.grid),
            unit: grant.of.as_ref().map(ToString::to_string),
            level: grant.vetting.as_ref().map(ToString::to_string),
            from_ms: grant.from_ms,
            until_ms: grant.until_ms,
        };
        Ok(Self {
            user: person.user.to_string(),
            name: person.name,
            grants: person.grants.into_iter().map(grant).collect(),
        })
    }
}

/// A language that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Language {
    /// Simplified Chinese.
    ZhHans,
    /// English.
    En,
}

impl From<Language> for yuandian_model::catalogue::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::ZhHans => Self::ZhHans,
            Language::En => Self::En,
        }
    }
}

/// How a home is opened.
#[derive(Clone, Default, uniffi::Record)]
pub struct Opening {
    /// Certificates (DER) trusted beside the public authorities: cities run their own.
    #[uniffi(default = [])]
    pub roots: Vec<Vec<u8>>,
    /// What an encrypted home opens with: 32 bytes that were drawn by chance, which the platform's key store keeps. Nothing of such a home lies open on
    /// the disk, and its files have no path. None for a home that is not encrypted.
    #[uniffi(default = None)]
    pub key: Option<Vec<u8>>,
    /// The device's root key where the platform keeps it in hardware; else it lies in the home.
    #[uniffi(default = None)]
    pub root_key: Option<Arc<dyn RootKey>>,
}

/// The store while it is open. Whoever uses it holds a read lease; shutting down waits for every lease to come back.
pub(crate) type Store = Option<Arc<Mutex<Phone>>>;

/// A phone: keep one for the life of the process, and call [`YuandianCore::shutdown`] before another opens the same home.
///
/// A call that was cancelled may still have happened: once a command has begun, it is finished and durable.
#[derive(uniffi::Object)]
pub struct YuandianCore {
    pub(crate) store: Arc<RwLock<Store>>,
    /// One run at a time; kept between runs for its connections and its token.
    pub(crate) driver: Arc<tokio::sync::Mutex<Option<Driver>>>,
    pub(crate) roots: TrustRoots,
    pub(crate) events: Arc<Events>,
    pub(crate) stop: Arc<StopSignal>,
    _counted: Counted,
}

#[uniffi::export]
impl YuandianCore {
    /// Opens the phone that lives in the folder `home`, making it where needed. Trusts the public certificate authorities.
    ///
    /// # Errors
    /// [`CoreError::InUse`], [`CoreError::AppTooOld`], [`CoreError::StorageFull`], [`CoreError::Damaged`].
    #[uniffi::constructor]
    pub async fn open(home: String) -> Result<Arc<Self>, CoreError> {
        Self::open_trusting(home, Vec::new()).await
    }

    /// [`YuandianCore::open`], trusting these certificates (DER) beside the public authorities: cities run their own.
    ///
    /// # Errors
    /// Those of [`YuandianCore::open`]. A root that is no certificate is refused when the network is first used.
    #[uniffi::constructor]
    pub async fn open_trusting(home: String, roots: Vec<Vec<u8>>) -> Result<Arc<Self>, CoreError> {
        Self::open_with(home, Opening { roots, ..Opening::default() }).await
    }

    /// [`YuandianCore::open`] in the way that is given.
    ///
    /// # Errors
    /// Those of [`YuandianCore::open`]; [`CoreError::WrongKey`], and nothing is changed then; [`CoreError::KeyStoreLocked`];
    /// [`CoreError::InvalidInput`] for a key of another length, and where this library does not encrypt ([`CoreVersion::encrypts`]).
    #[uniffi::constructor]
    pub async fn open_with(home: String, opening: Opening) -> Result<Arc<Self>, CoreError> {
        let key = opening.key.map(|key| key.try_into().map(DatabaseKey)).transpose();
        let key = key.map_err(|_| CoreError::InvalidInput {
            field: "database_key".to_owned(),
            reason: "32 bytes are needed".to_owned(),
        })?;
        let (roots, root_key) = (opening.roots, opening.root_key);
        let phone = on_core_blocking(move || match root_key {
            Some(root) => {
                platform::open_home_with(&PathBuf::from(home), key.as_ref(), Box::new(InHardware(root)))
            }
            None => platform::open_home(&PathBuf::from(home), key.as_ref()),
        })
        .await?;
        Ok(Arc::new(Self {
            store: Arc::new(RwLock::new(Some(Arc::new(Mutex::new(phone))))),
            driver: Arc::default(),
            roots: TrustRoots(roots),
            events: Arc::default(),
            stop: Arc::default(),
            _counted: Counted::core(),
        }))
    }

    /// Stops a run of sync and every stream of events, waits for calls under way, and closes the store: another open of the same home
    /// then succeeds. Every later call is [`CoreError::ShutDown`]; shutting down twice is no error.
    ///
    /// # Errors
    /// None today; the type leaves room for one.
    pub async fn shutdown(&self) -> Result<(), CoreError> {
        let (store, events, stop) =
            (Arc::clone(&self.store), Arc::clone(&self.events), Arc::clone(&self.stop));
        on_core(async move {
            stop.stop_for_ever();
            events.stop_all();
            let taken = store.write().await.take();
            if let Some(phone) = taken {
                close(phone).await;
            }
            Ok(())
        })
        .await
    }

    /// The language in which words of views are read from now on: chosen anew each time the core is opened, zh-Hans until then.
    ///
    /// # Errors
    /// [`CoreError::ShutDown`].
    pub async fn set_language(&self, language: Language) -> Result<(), CoreError> {
        self.with_phone(move |phone| {
            phone.set_language(language.into());
            Ok(())
        })
        .await
    }

    /// Who the phone speaks for.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`].
    pub async fn person(&self) -> Result<PersonRecord, CoreError> {
        self.with_phone(|phone| PersonRecord::of(phone)).await
    }

    /// Enrols the phone at a server with an invitation code, under a name that others see (1 to 40 characters).
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`], [`CoreError::Unreachable`], [`CoreError::ServerRefused`] (the code is unknown, used or expired).
    pub async fn enroll(
        &self,
        server: String,
        code: String,
        name: String,
    ) -> Result<PersonRecord, CoreError> {
        let (store, roots) = (self.lease(), self.roots.clone());
        let (driver, stop) = (Arc::clone(&self.driver), Arc::clone(&self.stop));
        on_core(async move {
            let store = store.await?;
            let fresh = Driver::new(&server, &roots)?;
            let mut kept = driver.lock().await;
            stop.or_stopped(fresh.enroll(store.phone(), &code, &name)).await.ok_or(CoreError::ShutDown)??;
            *kept = Some(fresh);
            PersonRecord::of(&lock(store.phone()))
        })
        .await
    }

    /// Calls for help: kept when it returns and sent with the next sync; grid worker and centre are told at once. `request`: the request for
    /// help in which it happened. Gives the case. If life is in danger call 110, 120 or 119 first.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`], [`CoreError::StorageFull`], [`CoreError::InvalidInput`].
    pub async fn sos(
        &self,
        request: Option<String>,
        position: Option<Position>,
        text: String,
    ) -> Result<String, CoreError> {
        self.with_phone(move |phone| {
            let request = request.map(|case| phone.find(&case)).transpose()?;
            Ok(phone.sos(request, position.map(yuandian_device::Position::from), &text)?.to_string())
        })
        .await
    }

    /// Where the person is at home (the platform learns its 500 m cell; none takes it back) and between which minutes of the day, on the clock
    /// of Asia/Shanghai, they are not woken: so that requests nearby reach them early.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for no place on Earth or no minutes of a day.
    pub async fn set_reach(
        &self,
        home: Option<Position>,
        quiet_from_minute: u16,
        quiet_to_minute: u16,
    ) -> Result<(), CoreError> {
        let quiet = yuandian_device::Quiet { from_minute: quiet_from_minute, to_minute: quiet_to_minute };
        self.with_phone(move |phone| {
            phone.set_reach(home.map(yuandian_device::Position::from).as_ref(), quiet)?;
            Ok(())
        })
        .await
    }

    /// When the person is not woken, as with [`YuandianCore::set_reach`]; their home stays as it was said.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for no minutes of a day.
    pub async fn set_quiet(&self, from_minute: u16, to_minute: u16) -> Result<(), CoreError> {
        let quiet = yuandian_device::Quiet { from_minute, to_minute };
        self.with_phone(move |phone| {
            phone.set_quiet(quiet)?;
            Ok(())
        })
        .await
    }

    /// The person wants to be forgotten: what is private goes from this phone now, and the account closes with the next sync. It cannot be
    /// taken back: ask twice.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`], [`CoreError::StorageFull`].
    pub async fn forget_me(&self) -> Result<(), CoreError> {
        self.with_phone(|phone| Ok(phone.forget_me()?)).await
    }

    /// Whether the person waits to be forgotten by the platform.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn wants_to_be_forgotten(&self) -> Result<bool, CoreError> {
        self.with_phone(|phone| Ok(phone.wants_to_be_forgotten()?)).await
    }
}

impl YuandianCore {
    /// A lease on the open store.
    pub(crate) fn lease(&self) -> impl Future<Output = Result<Lease, CoreError>> + Send + 'static {
        let store = Arc::clone(&self.store);
        async move {
            let guard = store.read_owned().await;
            if guard.is_some() { Ok(Lease(guard)) } else { Err(CoreError::ShutDown) }
        }
    }

    /// Does something with the phone on a thread for blocking work, alone with it.
    pub(crate) async fn with_phone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Phone) -> Result<T, CoreError> + Send + 'static,
    ) -> Result<T, CoreError> {
        let answer = Answer::default();
        let filled = answer.clone();
        self.alone_with_phone(Box::new(move |phone| filled.fill(work(phone)))).await?;
        answer.taken()
    }

    async fn alone_with_phone(&self, work: Box<dyn FnOnce(&mut Phone) + Send>) -> Result<(), CoreError> {
        let lease = self.lease();
        on_core(async move {
            let lease = lease.await?;
            on_core_blocking(move || {
                work(&mut lock(lease.phone()));
                Ok::<(), CoreError>(())
            })
            .await
        })
        .await
    }

    /// Does something that changes a case, then tells whoever listens.
    pub(crate) async fn change_case<T: Send + 'static>(
        &self,
        case: String,
        work: impl FnOnce(&mut Phone, &CaseId) -> Result<T, CoreError> + Send + 'static,
    ) -> Result<T, CoreError> {
        let events = Arc::clone(&self.events);
        self.with_phone(move |phone| {
            let id = phone.find(&case)?;
            let done = work(phone, &id)?;
            // Here and not after the call: a caller that has gone away has changed the case all the same.
            events.tell(&EventKind::CaseChanged { case_id: id.to_string() });
            Ok(done)
        })
        .await
    }
}

/// Proof that the store is open, and stays so until this is dropped.
pub(crate) struct Lease(OwnedRwLockReadGuard<Store>);

impl Lease {
    pub(crate) fn phone(&self) -> &Arc<Mutex<Phone>> {
        self.0.as_ref().expect("a lease is only given on an open store, and closing waits for it")
    }
}

/// The phone, alone. A panic while it was locked has rolled its transaction back: what is stored is whole.
pub(crate) fn lock(phone: &Mutex<Phone>) -> MutexGuard<'_, Phone> {
    phone.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Drops the phone, which closes its store. A run of sync that was stopped may have left one step on a blocking thread, which holds
/// the phone until that step is durable: a few milliseconds, waited for here.
async fn close(mut phone: Arc<Mutex<Phone>>) {
    loop {
        match Arc::try_unwrap(phone) {
            Ok(last) => {
                drop(last);
                return;
            }
            Err(shared) => phone = shared,
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
