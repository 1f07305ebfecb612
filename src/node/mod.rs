//! Node-API: JavaScript values in and out, and nothing decided.
