//! The SDK's client for AWS (or anything that speaks its protocol), from a [`ConnectionConfig`].
//!
//! Settings of the connection go first, then `AUTH_DYNAMODB_*`, then what AWS's own tools would use: environment,
//! shared configuration and credentials files, SSO, web identity, container and instance roles. The environment is the
//! one that was handed over, never that of the process.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderValue, Uri};
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{AppName, BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_types::SdkConfig;
use aws_types::os_shim_internal::Env;
use aws_types::service_config::ServiceConfigKey;

use super::connection::Connection;
use super::credentials::{OrPlaceholder, Source};
use super::direct::Direct;
use super::failure::Place;
use super::http::{self, Connects, Http};
use super::signing;
use super::url::read_url;
use crate::config::{ConnectionConfig, Endpoint, GivenCredentials};
use crate::error::{Code, Error, Result};

const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// Before the first repetition at most, doubled before each further one; with full jitter.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);
/// For a local endpoint that nobody gave a region for; DynamoDB Local takes any.
const LOCAL_REGION: &str = "us-east-1";

/// Whether a variable of the environment can change a connection.
pub(super) fn is_relevant(name: &str) -> bool {
    let by_prefix = ["AWS_", "AUTH_DYNAMODB_"].iter().any(|prefix| name.starts_with(prefix));
    // Where the shared configuration files are.
    let home = ["HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH"].contains(&name);
    by_prefix || home || http::is_relevant(name)
}

/// Makes the SDK's client.
pub(super) async fn connect(config: &ConnectionConfig) -> Result<Connection> {
    let settings = Settings::of(config)?;
    let http = Http::of(&config.environment)?;
    if http.needs_tls(&settings.likely_endpoint()) {
        let http = http.clone();
        // Milliseconds, which are not for the runtime's worker.
        tokio::task::spawn_blocking(move || http.prepare_tls()).await.map_err(|_| unreadable())??;
    }
    connect_through(http, config, settings).await
}

/// As [`connect`] does, but what is sent goes elsewhere.
#[cfg(any(test, feature = "bench"))]
pub(super) async fn connect_to(http: impl Connects, config: &ConnectionConfig) -> Result<Connection> {
    connect_through(http, config, Settings::of(config)?).await
}

async fn connect_through(
    http: impl Connects,
    config: &ConnectionConfig,
    settings: Settings,
) -> Result<Connection> {
    let timeouts = settings.timeouts(config.max_attempts.unwrap_or(3));
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .env(Env::from(settings.variables.clone()))
        .http_client(http.clone())
        .timeout_config(timeouts)
        .app_name(AppName::new("dynauth").map_err(|_| unreadable())?);
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &config.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(provider) = &settings.credentials.provider {
        loader = loader.credentials_provider(provider.clone());
    }
    // aws-config panics on some faults in the shared configuration files.
    let shared = tokio::spawn(loader.load()).await.map_err(|_| unreadable())?;
    finish(config, settings, &shared, &http)
}

/// What of a connection is known before AWS's own sources are asked.
struct Settings {
    /// The environment for `aws-config`: without empty variables, and without those that a setting overrules.
    variables: HashMap<String, String>,
    endpoint: Option<Uri>,
    region: Option<String>,
    credentials: Source,
    request_timeout: Duration,
    connection_timeout: Duration,
}

impl Settings {
    fn of(config: &ConnectionConfig) -> Result<Self> {
        config.check()?;
        let filled = config.environment.iter().filter(|(_, value)| !value.trim().is_empty());
        let mut variables: HashMap<String, String> =
            filled.map(|(name, value)| (name.clone(), value.trim().to_owned())).collect();
        check_retries(&mut variables, config)?;
        check_user_agent()?;
        let endpoint = endpoint(config)?;
        let region = region(config, &variables, endpoint.as_ref())?;
        let credentials = Source::of(config, &variables)?;
        if config.profile.is_some() {
            // A profile that was asked for goes before keys that happen to be in the environment.
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
                variables.remove(name);
            }
        }
        if endpoint.as_ref().is_some_and(is_local) {
            // Nobody waits for the metadata service of an instance in order to reach a local database.
            variables.entry("AWS_EC2_METADATA_DISABLED".to_owned()).or_insert_with(|| "true".to_owned());
        }
        let or_default =
            |given: Option<Duration>, default| given.filter(|given| !given.is_zero()).unwrap_or(default);
        Ok(Settings {
            variables,
            endpoint,
            region,
            credentials,
            request_timeout: or_default(config.request_timeout, DEFAULT_REQUEST_TIMEOUT),
            connection_timeout: or_default(config.connection_timeout, DEFAULT_CONNECTION_TIMEOUT),
        })
    }

    /// What requests will most likely go to, as far as the way there is concerned.
    fn likely_endpoint(&self) -> Uri {
        self.endpoint.clone().unwrap_or_else(|| Uri::from_static("https://dynamodb.amazonaws.com"))
    }

    /// One attempt, and all of them with the waiting in between, are bounded.
    fn timeouts(&self, attempts: u32) -> TimeoutConfig {
        let waiting = LONGEST_BACKOFF.saturating_mul(attempts.saturating_sub(1));
        TimeoutConfig::builder()
            .connect_timeout(self.connection_timeout)
            .operation_attempt_timeout(self.request_timeout)
            .operation_timeout(self.request_timeout.saturating_mul(attempts).saturating_add(waiting))
            .build()
    }
}

fn finish(
    config: &ConnectionConfig,
    settings: Settings,
    shared: &SdkConfig,
    http: &impl Connects,
) -> Result<Connection> {
    let retries = shared.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let attempts = config.max_attempts.unwrap_or(retries.max_attempts());
    let retries = retries
        .with_max_attempts(attempts)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(LONGEST_BACKOFF);
    let signing = signing::Scheme::default();
    let direct = Direct::new(
        Arc::clone(&signing.0),
        http.connector((Some(settings.connection_timeout), None)),
        settings.request_timeout,
        &retries,
        settings.timeouts(attempts.saturating_sub(1)),
    );
    let mut sdk = aws_sdk_dynamodb::config::Builder::from(shared)
        .push_auth_scheme(signing)
        .retry_config(retries)
        .timeout_config(settings.timeouts(attempts))
        // Each attempt is bounded as a whole, its answer's body included.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let endpoint = match settings.endpoint {
        Some(endpoint) => Some(endpoint),
        None => shared_endpoint(shared)?,
    };
    let endpoint = endpoint.as_ref();
    let region = match (shared.region(), endpoint) {
        (Some(region), _) => {
            check_region(region.as_ref(), "`region` of the shared configuration files")?;
            region.as_ref().to_owned()
        }
        (None, Some(_)) => LOCAL_REGION.to_owned(),
        (None, None) => return Err(no_region()),
    };
    sdk.set_region(Some(Region::new(region.clone())));
    if let Some(endpoint) = endpoint {
        sdk.set_endpoint_url(Some(endpoint.to_string()));
    }
    if let Some(provider) = shared.credentials_provider() {
        let source = &settings.credentials;
        sdk.set_credentials_provider(Some(
            match source.provider.is_none() && endpoint.is_some_and(is_local) {
                true => source.checked(OrPlaceholder(provider)),
                false => source.checked(provider),
            },
        ));
    }
    if let Some(GivenCredentials::Provider { region: slot, .. }) = &config.credentials {
        let _ = slot.set(region.clone());
    }
    let name = match endpoint {
        Some(endpoint) => format!("region \"{region}\" at {}", without_password(endpoint)),
        None => format!("region \"{region}\""),
    };
    let mut command_options = format!("--region {region}");
    if let Some(endpoint) = endpoint {
        command_options.push_str(&format!(" --endpoint-url {}", without_password(endpoint)));
    }
    // The SDK stops retrying where too much has failed, and by default counts that by region: what an endpoint that is
    // down costs is not to be paid by another one.
    sdk.set_retry_partition(Some(RetryPartition::new(name.clone())));
    let credentials = settings.credentials.description;
    let place = Place { name, command_options: Some(command_options), credentials };
    Ok(Connection::new(aws_sdk_dynamodb::Client::from_conf(sdk.build()), direct, place))
}

/// The endpoint of the connection or of the environment.
fn endpoint(config: &ConnectionConfig) -> Result<Option<Uri>> {
    config.endpoint().map(|Endpoint { text, source, .. }| read_endpoint(text, source)).transpose()
}

/// The endpoint of a profile or of the shared configuration's `services`; `INVALID_CONFIG` if it is none.
fn shared_endpoint(shared: &SdkConfig) -> Result<Option<Uri>> {
    let key = ServiceConfigKey::builder()
        .service_id("DynamoDB")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .map_err(|_| unreadable())?;
    let of_service = shared.service_config().and_then(|config| config.load_config(key));
    let text = of_service.or_else(|| shared.endpoint_url().map(str::to_owned));
    let source = "`endpoint_url` of the shared configuration files";
    text.map(|text| read_endpoint(&text, source)).transpose()
}

fn read_endpoint(text: &str, source: &str) -> Result<Uri> {
    read_url(text).map_err(|problem| {
        Error::new(
            Code::InvalidConfig,
            format!("The {source} {problem}"),
            "Give one such as http://localhost:8000; for the embedded engine, set `endpoint` or AUTH_DYNAMODB_ENDPOINT to \
             `memory:` or `file:path`",
        )
    })
}

fn region(
    config: &ConnectionConfig,
    variables: &HashMap<String, String>,
    endpoint: Option<&Uri>,
) -> Result<Option<String>> {
    let of_environment = ["AUTH_DYNAMODB_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"]
        .into_iter()
        .find_map(|name| Some((format!("environment variable {name}"), variables.get(name)?.clone())));
    let given = config.region.clone().map(|region| ("setting `region`".to_owned(), region));
    let of_endpoint = || {
        let host = endpoint?.host()?.strip_suffix(".amazonaws.com")?;
        let region = host.strip_prefix("dynamodb.").or_else(|| host.split(".dynamodb.").nth(1))?;
        Some(("endpoint".to_owned(), region.split('.').next()?.to_owned()))
    };
    let Some((source, region)) = given.or(of_environment).or_else(of_endpoint) else { return Ok(None) };
    check_region(region.trim(), &source)?;
    Ok(Some(region.trim().to_owned()))
}

/// It becomes a part of a host's name and of each signature.
fn check_region(region: &str, source: &str) -> Result<()> {
    if region.is_empty() || !region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(Error::new(
            Code::InvalidConfig,
            format!("The {source} is not an AWS region"),
            "Give one such as eu-central-1",
        ));
    }
    Ok(())
}

/// Takes out what does not count, and refuses what `aws-config` would panic on.
fn check_retries(variables: &mut HashMap<String, String>, config: &ConnectionConfig) -> Result<()> {
    if config.max_attempts.is_some() {
        variables.remove("AWS_MAX_ATTEMPTS");
    }
    // Other SDKs know this mode, this one does not.
    if variables.get("AWS_RETRY_MODE").is_some_and(|mode| mode.eq_ignore_ascii_case("legacy")) {
        variables.remove("AWS_RETRY_MODE");
    }
    let is_count = |value: &str| value.parse::<u32>().is_ok_and(|attempts| attempts > 0);
    let is_mode = |value: &str| ["standard", "adaptive"].iter().any(|mode| mode.eq_ignore_ascii_case(value));
    let wrong = |name: &str, wanted: &str| {
        Error::new(
            Code::InvalidConfig,
            format!("The environment variable {name} is not {wanted}"),
            "Correct it or unset it",
        )
    };
    match (variables.get("AWS_MAX_ATTEMPTS"), variables.get("AWS_RETRY_MODE")) {
        (Some(count), _) if !is_count(count) => Err(wrong("AWS_MAX_ATTEMPTS", "a number of at least 1")),
        (_, Some(mode)) if !is_mode(mode) => Err(wrong("AWS_RETRY_MODE", "`standard` or `adaptive`")),
        _ => Ok(()),
    }
}

/// The SDK puts this variable of the process into a header of each request as it is.
fn check_user_agent() -> Result<()> {
    const VARIABLE: &str = "AWS_EXECUTION_ENV";
    match std::env::var(VARIABLE) {
        Ok(value) if HeaderValue::from_str(&value).is_err() => Err(Error::new(
            Code::InvalidConfig,
            format!("The environment variable {VARIABLE} has a control character in it"),
            "Correct it or unset it",
        )),
        _ => Ok(()),
    }
}

/// Whether an endpoint is a DynamoDB of one's own, such as DynamoDB Local: on this machine, or without TLS and not AWS's.
fn is_local(endpoint: &Uri) -> bool {
    let host = endpoint.host().unwrap_or_default();
    let is_aws =
        [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|suffix| host.ends_with(suffix));
    http::is_loopback(host) || (endpoint.scheme_str() == Some("http") && !is_aws)
}

fn without_password(endpoint: &Uri) -> String {
    let authority = endpoint.authority().map_or("", |authority| authority.as_str());
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{}://{host}", endpoint.scheme_str().unwrap_or_default())
}

fn no_region() -> Error {
    Error::new(
        Code::InvalidConfig,
        "No AWS region is set",
        "Give the connection a `region`, or set AUTH_DYNAMODB_REGION or AWS_REGION",
    )
}

fn unreadable() -> Error {
    Error::new(
        Code::InvalidConfig,
        "The AWS configuration cannot be used",
        "Check the shared configuration files (~/.aws/config, ~/.aws/credentials) and the AWS_* environment variables",
    )
}
