//! A connection's settings: what of them the user gave, checked once. Made from JavaScript by `node`, used by
//! [`crate::client`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;

use crate::error::{Code, Error, Result};

/// The environment as JavaScript sees it: worker threads and Bun do not pass changes of `process.env` on to native
/// code, so it is read there and handed over.
pub type Environment = BTreeMap<String, String>;

/// Where DynamoDB is and how to speak to it. Whatever is `None` comes from the environment and AWS's defaults.
#[derive(Clone, Default)]
pub struct ConnectionConfig {
    /// The AWS region, such as `eu-central-1`.
    pub region: Option<String>,
    /// A URL, or `memory:`, or `file:` and a path.
    pub endpoint: Option<String>,
    /// Credentials given with the connection. `None`: `AUTH_DYNAMODB_ID` and `AUTH_DYNAMODB_SECRET`, then AWS's
    /// default chain.
    pub credentials: Option<GivenCredentials>,
    /// The profile of the shared configuration files.
    pub profile: Option<String>,
    /// How often a request is tried in all. Default: 3, as the AWS SDKs' standard mode has it.
    pub max_attempts: Option<u32>,
    /// How long one attempt may take until its answer is there. Default, also for zero: 5 seconds.
    pub request_timeout: Option<Duration>,
    /// How long connecting may take. Default, also for zero: 2 seconds.
    pub connection_timeout: Option<Duration>,
    /// `process.env` when the connection was made.
    pub environment: Arc<Environment>,
}

/// The endpoint of a connection, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// A URL, or `memory:`, or `file:` and a path.
    pub text: &'a str,
    /// For messages, such as `setting `endpoint``.
    pub source: &'static str,
    /// Whether it may name an embedded database: AWS's own variables may not, for they are other programs' too.
    may_be_embedded: bool,
}

impl Endpoint<'_> {
    /// Whether it is an embedded database.
    pub fn is_embedded(&self) -> bool {
        self.may_be_embedded && (self.text.starts_with("memory:") || self.text.starts_with("file:"))
    }
}

impl ConnectionConfig {
    /// The endpoint that counts: that of the connection, of `AUTH_DYNAMODB_ENDPOINT`, of AWS's variables. Where there is
    /// none, the shared configuration files may have one.
    pub fn endpoint(&self) -> Option<Endpoint<'_>> {
        if let Some(text) = &self.endpoint {
            return Some(Endpoint { text: text.trim(), source: "setting `endpoint`", may_be_embedded: true });
        }
        let variable = |name: &str| {
            self.environment.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
        };
        let are_ignored = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        [
            ("AUTH_DYNAMODB_ENDPOINT", "environment variable AUTH_DYNAMODB_ENDPOINT", true),
            ("AWS_ENDPOINT_URL_DYNAMODB", "environment variable AWS_ENDPOINT_URL_DYNAMODB", false),
            ("AWS_ENDPOINT_URL", "environment variable AWS_ENDPOINT_URL", false),
        ]
        .into_iter()
        .filter(|(_, _, is_ours)| *is_ours || !are_ignored)
        .find_map(|(name, source, may_be_embedded)| {
            Some(Endpoint { text: variable(name)?, source, may_be_embedded })
        })
    }

    /// `INVALID_CONFIG` for settings that cannot be used, before anything is made of them.
    pub fn check(&self) -> Result<()> {
        if self.max_attempts == Some(0) {
            return Err(Error::new(
                Code::InvalidConfig,
                "`maxAttempts` is 0",
                "Give at least 1, which tries once",
            ));
        }
        Ok(())
    }
}

/// Credentials that came with a connection.
#[derive(Clone)]
pub enum GivenCredentials {
    /// Fixed ones.
    Static {
        /// The access key's id; empty if none was given, which the first request says.
        access_key_id: String,
        /// The secret access key.
        secret_access_key: String,
        /// The session token of temporary credentials.
        session_token: Option<String>,
    },
    /// A function of the user's, asked again before what it gave expires. The SDK's identity cache sees to that.
    Provider {
        /// What asks it.
        provider: SharedCredentialsProvider,
        /// The region of the connection, known before it is asked for the first time.
        region: Arc<OnceLock<String>>,
    },
}

impl GivenCredentials {
    /// Those that a provider gives which does not ask for the region.
    pub fn by(provider: SharedCredentialsProvider) -> Self {
        GivenCredentials::Provider { provider, region: Arc::default() }
    }
}

impl fmt::Debug for GivenCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GivenCredentials::Static { .. } => "Static(***)",
            GivenCredentials::Provider { .. } => "Provider(***)",
        })
    }
}

impl fmt::Debug for ConnectionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionConfig")
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("credentials", &self.credentials)
            .field("profile", &self.profile)
            .field("max_attempts", &self.max_attempts)
            .field("request_timeout", &self.request_timeout)
            .field("connection_timeout", &self.connection_timeout)
            .finish_non_exhaustive()
    }
}
