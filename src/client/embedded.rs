//! The embedded engine, in place of HTTP below the SDK's client.
