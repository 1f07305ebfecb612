//! Stories of the Better Auth adapter.
