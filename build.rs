//! Node-API needs its linker settings; the core alone needs nothing.

fn main() {
    #[cfg(feature = "node")]
    napi_build::setup();
    order_functions();
}

/// Has the linker put the functions first that a process calls to load the addon and to answer its first call, so that
/// no others come to memory with them. `npm run build` asks for it where the linker is known to be able to.
fn order_functions() {
    println!("cargo:rerun-if-env-changed=DYNAUTH_FUNCTION_ORDER");
    println!("cargo:rerun-if-env-changed=DYNAUTH_KEEP_SYMBOLS");
    if let Ok(file) = std::env::var("DYNAUTH_FUNCTION_ORDER") {
        println!("cargo:rerun-if-changed={file}");
        println!("cargo:rustc-link-arg-cdylib=-Wl,--symbol-ordering-file={file}");
        println!("cargo:rustc-link-arg-cdylib=-Wl,--no-warn-symbol-ordering");
        if std::env::var_os("DYNAUTH_KEEP_SYMBOLS").is_none() {
            println!("cargo:rustc-link-arg-cdylib=-Wl,--strip-all");
        }
    }
}
