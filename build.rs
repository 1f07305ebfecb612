//! Node-API needs its linker settings; the core alone needs nothing.

fn main() {
    #[cfg(feature = "node")]
    napi_build::setup();
}
