//! The one tokio runtime of the process: adapters, worker threads and reloads of a module share it.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Has the runtime made while the caller goes on: it will be wanted soon.
pub fn prepare() {
    if RUNTIME.get().is_none() {
        // Where no thread can be had, the first call says so.
        let _ = std::thread::Builder::new().name("dynauth".to_owned()).spawn(runtime);
    }
}

/// The process-wide runtime, made on first use. One worker thread: what runs here waits for the network nearly all of
/// its time, and more workers were measured to gain nothing. What blocks (the embedded engine, DNS, reading files) goes
/// to the runtime's blocking threads. None of its threads keeps the process alive.
///
/// # Panics
/// If the operating system refuses to start a thread.
pub fn runtime() -> &'static Runtime {
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(16)
            .thread_name("dynauth")
            .enable_all()
            .build()
            .expect("the operating system starts a thread")
    })
}
