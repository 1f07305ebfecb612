//! Each kind of knowledge has its room: what a module may name is checked here, so that it stays so.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The files, outside of some places, that name a thing in their code.
fn naming(thing: &str, allowed: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 30, "the sources are found");
    let place = |file: &Path| file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
    let names_it = |file: &Path| {
        let text = fs::read_to_string(file).unwrap();
        text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| line.contains(thing))
    };
    let outside = |file: &Path| !allowed.iter().any(|allowed| place(file).starts_with(allowed));
    files.iter().filter(|file| outside(file) && names_it(file)).map(|file| place(file)).collect()
}

#[test]
fn only_the_boundary_knows_node() {
    assert_eq!(naming("napi", &["node/"]), [""; 0]);
    assert_eq!(naming("mod node;", &["lib.rs"]), [""; 0]);
    assert_eq!(naming("crate::node", &["node/"]), [""; 0]);
}

#[test]
fn only_the_boundary_is_unsafe() {
    // And the tests' allocator, which counts.
    assert_eq!(naming("allow(unsafe_code)", &["node/", "allocations.rs"]), [""; 0]);
}

#[test]
fn only_the_client_knows_where_requests_go() {
    assert_eq!(naming("dynoxide", &["client/embedded"]), [""; 0]);
    assert_eq!(naming("aws_config", &["client/"]), [""; 0]);
    assert_eq!(naming("send_with", &["client/", "tables.rs"]), [""; 0]);
}

#[test]
fn nothing_below_the_adapter_knows_it() {
    // What measures the core is above it, as the boundary is.
    let above = ["node/", "allocations.rs", "bench/"];
    let naming = |thing: &str, own: &[&str]| naming(thing, &[own, &above].concat());
    assert_eq!(naming("crate::authjs", &["authjs/"]), [""; 0]);
    assert_eq!(naming("crate::better_auth", &["better_auth/"]), [""; 0]);
    assert_eq!(naming("crate::secondary_storage", &[]), [""; 0]);
}
