//! What connections of equal settings share in this process: one SDK client, made on first use.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use lru::LruCache;
use tokio::sync::OnceCell;

use super::direct::Direct;
use super::embedded::{Engine, Location};
use super::failure::Place;
use super::set_up::Declared;
use super::{Control, aws};
use crate::config::{ConnectionConfig, Endpoint, GivenCredentials};
use crate::error::Result;
use crate::tables;

/// What all [`Client`](super::Client)s of equal settings share.
pub(super) struct Shared {
    config: ConnectionConfig,
    connection: OnceCell<Connection>,
}

/// The SDK's client, and where it leads.
pub(super) struct Connection {
    pub(super) sdk: aws_sdk_dynamodb::Client,
    /// A shorter way than the SDK's, where there is one.
    pub(super) direct: Option<Direct>,
    pub(super) place: Place,
    pub(super) engine: Option<Arc<Engine>>,
}

impl Connection {
    /// Through the SDK's client to a place.
    pub(super) fn new(sdk: aws_sdk_dynamodb::Client, direct: Option<Direct>, place: Place) -> Self {
        Connection { sdk, direct, place, engine: None }
    }
}

/// Two hashes with keys of this process: equal settings have an equal one, and no secret can be read back from it.
pub(super) type Fingerprint = (u64, u64);

/// All that are in use, and, so that an adapter made for each request does not connect anew each time, the last few
/// used, also when nobody holds them at the moment.
struct Open {
    in_use: HashMap<Fingerprint, Weak<Shared>>,
    last_used: LruCache<Fingerprint, Arc<Shared>>,
}

const KEPT: NonZeroUsize = NonZeroUsize::new(16).unwrap();

static OPEN: LazyLock<Mutex<Open>> =
    LazyLock::new(|| Mutex::new(Open { in_use: HashMap::new(), last_used: LruCache::new(KEPT) }));
static HASHERS: LazyLock<(RandomState, RandomState)> = LazyLock::new(Default::default);

impl Shared {
    /// What connections with these settings share: that of others with equal settings, or a new one.
    pub(super) fn of(config: ConnectionConfig) -> Arc<Self> {
        let fingerprint = fingerprint(&Settings(&config));
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open.in_use.get(&fingerprint).and_then(Weak::upgrade);
        let shared = known.unwrap_or_else(|| {
            let by_value = !matches!(config.credentials, Some(GivenCredentials::Provider { .. }));
            let shared = Arc::new(Shared::unshared(config, OnceCell::new()));
            open.in_use.retain(|_, shared| shared.strong_count() > 0);
            open.in_use.insert(fingerprint, Arc::downgrade(&shared));
            // One with a function of the user's lives as long as the user holds the function.
            if by_value {
                open.last_used.put(fingerprint, Arc::clone(&shared));
            }
            shared
        });
        open.last_used.promote(&fingerprint);
        shared
    }

    /// One of its own, with a connection that is there already if the cell has one.
    pub(super) fn unshared(config: ConnectionConfig, connection: OnceCell<Connection>) -> Self {
        Shared { config, connection }
    }

    pub(super) fn is_embedded(&self) -> bool {
        self.config.endpoint().is_some_and(|endpoint| endpoint.is_embedded())
    }

    /// The connection, made now if it isn't there. A failure is not kept: the next call tries again.
    pub(super) async fn connection(&self) -> Result<&Connection> {
        self.connection.get_or_try_init(|| connect(&self.config)).await
    }

    #[cfg(test)]
    pub(super) fn opened(&self) -> Option<&Connection> {
        self.connection.get()
    }

    /// The connection, with the declared tables in the embedded engine.
    pub(super) async fn ready(&self, declared: Option<&Declared>) -> Result<&Connection> {
        // What is done once has futures of kilobytes: boxed, so that not every request has room for them.
        let connection = match self.connection.get() {
            Some(connection) => connection,
            None => Box::pin(self.connection()).await?,
        };
        if let Some(engine) = &connection.engine
            && let Some(declared) = declared
            && !engine.missing(declared.tables()).is_empty()
        {
            Box::pin(make_missing(connection, engine, declared)).await?;
        }
        Ok(connection)
    }
}

async fn make_missing(connection: &Connection, engine: &Engine, declared: &Declared) -> Result<()> {
    let control = Control::of(connection).await;
    // Perhaps made while the turn was waited for.
    let missing = engine.missing(declared.tables());
    tables::make(&control, &missing, declared.owner.as_ref()).await?;
    engine.known(missing);
    Ok(())
}

async fn connect(config: &ConnectionConfig) -> Result<Connection> {
    let embedded = config.endpoint().filter(Endpoint::is_embedded);
    if let Some(location) =
        embedded.map(|endpoint| Location::of_endpoint(endpoint.text)).transpose()?.flatten()
    {
        let engine = Engine::open(location).await?;
        let place = Place {
            name: format!("the embedded database {}", engine.name()),
            command_options: None,
            credentials: "nowhere (it asks for none)".to_owned(),
        };
        return Ok(Connection { sdk: engine.sdk_client(), direct: None, place, engine: Some(engine) });
    }
    aws::connect(config).await
}

/// The fingerprint of anything.
pub(super) fn fingerprint(settings: &impl Hash) -> Fingerprint {
    (HASHERS.0.hash_one(settings), HASHERS.1.hash_one(settings))
}

/// A connection's settings, as far as they make a difference.
struct Settings<'a>(&'a ConnectionConfig);

impl Hash for Settings<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hash_settings(self.0, hasher);
    }
}

fn hash_settings(config: &ConnectionConfig, hasher: &mut impl Hasher) {
    // Taken apart by name, so that a new setting cannot be forgotten here.
    let ConnectionConfig {
        region,
        endpoint,
        credentials,
        profile,
        max_attempts,
        request_timeout,
        connection_timeout,
        environment,
    } = config;
    (region, endpoint, profile, max_attempts, request_timeout, connection_timeout).hash(hasher);
    match credentials {
        None => 0_u8.hash(hasher),
        Some(GivenCredentials::Static { access_key_id, secret_access_key, session_token }) => {
            (1_u8, access_key_id, secret_access_key, session_token).hash(hasher);
        }
        // A function of the user's is equal to itself only.
        Some(GivenCredentials::Provider { provider, .. }) => {
            2_u8.hash(hasher);
            provider_identity(provider).hash(hasher);
        }
    }
    for variable in environment.iter().filter(|(name, _)| aws::is_relevant(name)) {
        variable.hash(hasher);
    }
}

/// The address of a user's credentials function, which stays its own as long as anything holds it.
fn provider_identity(provider: &SharedCredentialsProvider) -> usize {
    let provider: &dyn ProvideCredentials = provider.as_ref();
    std::ptr::from_ref(provider).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::Credentials;

    #[test]
    fn a_connection_outlives_its_adapter_unless_it_is_a_function_of_the_users() {
        let config =
            ConnectionConfig { endpoint: Some("http://kept.invalid".into()), ..ConnectionConfig::default() };
        let kept = Arc::downgrade(&Shared::of(config.clone()));
        assert!(kept.upgrade().is_some_and(|kept| Arc::ptr_eq(&kept, &Shared::of(config.clone()))));

        let credentials =
            SharedCredentialsProvider::new(Credentials::new("key", "secret", None, None, "test"));
        let config = ConnectionConfig { credentials: Some(GivenCredentials::by(credentials)), ..config };
        let lent = Arc::downgrade(&Shared::of(config));
        assert!(lent.upgrade().is_none());
    }
}
