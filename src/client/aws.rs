//! The SDK's client for AWS (or anything that speaks its protocol), from a [`ConnectionConfig`](crate::config::ConnectionConfig).
