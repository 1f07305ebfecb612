//! The embedded engine's files: whose they are, how many databases, what stays.

use std::path::PathBuf;

use super::*;

const TABLE: &str = "auth";

/// A directory that goes when the test ends.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("dynauth-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(path.join("inner")).unwrap();
        Directory(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn file(path: &str) -> Client {
    bare(&format!("file:{path}")).for_tables_of(Arc::new(vec![table(TABLE)]))
}

/// A client that shares nothing with others but the database, and keeps nothing once it is dropped.
fn bare(endpoint: &str) -> Client {
    let config = ConnectionConfig { endpoint: Some(endpoint.to_owned()), ..Default::default() };
    let shared = Arc::new(Shared::unshared(config, Default::default()));
    Client { shared, declared: None, random: fastrand::f64 }
}

async fn put(client: &Client, pk: &str) {
    let put = PutItemInputBuilder::default().table_name(TABLE).set_item(Some(key(pk, pk)));
    client.put(put).await.unwrap();
}

async fn has(client: &Client, pk: &str) -> bool {
    let get = GetItemInputBuilder::default().table_name(TABLE).set_key(Some(key(pk, pk)));
    client.get(get).await.unwrap().is_some()
}

fn engine(client: &Client) -> *const crate::client::embedded::Engine {
    Arc::as_ptr(client.shared.opened().unwrap().engine.as_ref().unwrap())
}

#[tokio::test]
async fn one_file_is_one_database_however_it_is_spelled() {
    let directory = Directory::new();
    let path = directory.path("auth.db");
    let one = file(&path);
    put(&one, "a").await;
    #[cfg(unix)]
    std::os::unix::fs::symlink(&path, directory.path("link.db")).unwrap();
    let relative = pathdiff(&path);
    let mut spellings = vec![
        format!("//{}", path.replace("auth", "%61uth")),
        format!("//localhost{path}"),
        directory.path("inner/../auth.db"),
        relative,
    ];
    #[cfg(unix)]
    spellings.push(directory.path("link.db"));
    for spelling in spellings {
        let other = file(&spelling);
        assert!(has(&other, "a").await, "{spelling}");
        assert_eq!(engine(&one), engine(&other), "{spelling}");
    }
    let different = file(&directory.path("other.db"));
    assert!(!has(&different, "a").await);
    assert_ne!(engine(&one), engine(&different));
}

/// An absolute path as one relative to the working directory.
fn pathdiff(path: &str) -> String {
    let up = std::env::current_dir().unwrap().components().skip(1).map(|_| "..").collect::<Vec<_>>();
    format!("./{}{path}", up.join("/"))
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let directory = Directory::new();
    let path = directory.path("auth.db");
    let first = file(&path);
    put(&first, "a").await;
    let weak = Arc::downgrade(first.shared.opened().unwrap().engine.as_ref().unwrap());
    drop(first);
    assert_eq!(weak.strong_count(), 0, "nobody holds the database any longer");
    let again = file(&path);
    assert!(has(&again, "a").await);
    put(&again, "b").await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = Directory::new();
    let client = file(&directory.path("auth.db"));
    put(&client, "a").await;
    let entries = std::fs::read_dir(&directory.0).unwrap().map(Result::<_, std::io::Error>::unwrap);
    let files: Vec<_> = entries.filter(|entry| entry.file_type().unwrap().is_file()).collect();
    assert_eq!(files.len(), 4, "the database, its write-ahead log and its index, and the lock");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_says_why() {
    let directory = Directory::new();
    let text = directory.path("notes.txt");
    std::fs::write(&text, "not a database, but quite a lot of words of something else".repeat(100)).unwrap();
    for (path, words) in [
        (directory.path("missing/auth.db"), directory.path("missing")),
        (directory.path("inner"), "directory".to_owned()),
        (text.clone(), "not a database".to_owned()),
        (String::new(), "names no file".to_owned()),
    ] {
        let client = file(&path);
        let get = GetItemInputBuilder::default().table_name(TABLE).set_key(Some(key("a", "a")));
        let error = client.get(get).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig, "{path}: {error:?}");
        assert!(error.to_string().contains(&words), "{path}: {error}");
    }
    assert!(std::fs::read_to_string(text).unwrap().starts_with("not a database"), "it is as it was");
}

#[tokio::test]
async fn a_table_of_another_schema_says_how_it_differs() {
    let directory = Directory::new();
    let client = file(&directory.path("auth.db"));
    put(&client, "a").await;
    let mut different = table(TABLE);
    different.key.sort_key = Some("range".into());
    different.indexes[0].name = "GSI2".into();
    let other = bare(&format!("file:{}", directory.path("auth.db"))).for_tables_of(Arc::new(vec![different]));
    let get = GetItemInputBuilder::default().table_name(TABLE).set_key(Some(key("a", "a")));
    let error = other.get(get).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
    assert!(error.to_string().contains("its key is (pk, sk) instead of (pk, range)"), "{error}");
    assert!(error.to_string().contains("it has no index \"GSI2\""), "{error}");
    assert!(has(&client, "a").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_calls_at_once_make_one_table() {
    let directory = Directory::new();
    let path = directory.path("auth.db");
    let clients: Vec<_> = (0..10).map(|_| file(&path)).collect();
    let racing = clients.iter().enumerate().map(|(n, client)| {
        let client = client.clone();
        tokio::spawn(async move { put(&client, &n.to_string()).await })
    });
    for racer in racing.collect::<Vec<_>>() {
        racer.await.unwrap();
    }
    for n in 0..10 {
        assert!(has(&clients[0], &n.to_string()).await);
    }
}

/// Not a test of its own: what [`several_processes_make_one_table`] starts.
#[tokio::test]
async fn another_process() {
    let Ok(path) = std::env::var("DYNAUTH_TEST_FILE") else { return };
    let client = file(&path);
    put(&client, &std::process::id().to_string()).await;
}

#[tokio::test]
async fn several_processes_make_one_table() {
    let directory = Directory::new();
    let path = directory.path("auth.db");
    let start = || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "client::tests::files::another_process"])
            .env("DYNAUTH_TEST_FILE", &path)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let processes: Vec<_> = (0..5).map(|_| start()).collect();
    let client = file(&path);
    put(&client, "mine").await;
    let mut ids = vec!["mine".to_owned()];
    for process in processes {
        ids.push(process.id().to_string());
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    for id in ids {
        assert!(has(&client, &id).await, "{id}");
    }
}
