//! The SDK's client for AWS (or anything that speaks its protocol), from a [`ConnectionConfig`](crate::config::ConnectionConfig).

use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_types::os_shim_internal::Env;

use super::connection::Connection;
use super::failure::Place;
use crate::config::ConnectionConfig;
use crate::error::Result;

/// Whether a variable of the environment can change a connection.
pub(super) fn is_relevant(name: &str) -> bool {
    ["AWS_", "AUTH_DYNAMODB_"].iter().any(|prefix| name.starts_with(prefix))
}

/// Makes the SDK's client.
pub(super) async fn connect(config: &ConnectionConfig) -> Result<Connection> {
    let environment = config.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
    let environment = environment.collect::<std::collections::HashMap<_, _>>();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).env(Env::from(environment));
    if let Some(region) = &config.region {
        loader = loader.region(Region::new(region.clone()));
    }
    let sdk = aws_sdk_dynamodb::Client::new(&loader.load().await);
    Ok(Connection::new(sdk, Place::default()))
}
