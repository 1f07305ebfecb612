//! Over sockets of this machine: timeouts, proxies, certificates, whose credentials sign, and who shares what.

use std::time::{Duration, Instant};

use super::server::{Manner, Server};
use super::*;
use crate::config::GivenCredentials;
use crate::runtime::runtime;

/// An environment without this machine's own configuration.
fn config(variables: &[(&str, &str)]) -> ConnectionConfig {
    let nowhere = [("HOME", "/nonexistent"), ("AWS_EC2_METADATA_DISABLED", "true")];
    let all = nowhere.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    ConnectionConfig { environment: Arc::new(all.collect()), ..Default::default() }
}

pub(super) fn to(endpoint: &str, variables: &[(&str, &str)]) -> ConnectionConfig {
    ConnectionConfig { endpoint: Some(endpoint.to_owned()), ..config(variables) }
}

pub(super) fn fixed(id: &str) -> Option<GivenCredentials> {
    let (access_key_id, secret_access_key) = (id.to_owned(), "secret".to_owned());
    Some(GivenCredentials::Static { access_key_id, secret_access_key, session_token: None })
}

/// One GetItem, on the runtime that all connections share: on its worker, after what else has to be done there, such as
/// keeping the connection of the one before.
pub(super) fn ask(client: &Client) -> Result<Option<Item>> {
    let request = GetItemInputBuilder::default().table_name("auth").set_key(Some(key("a", "b")));
    let client = client.clone();
    let asking = runtime().spawn(async move {
        tokio::task::yield_now().await;
        client.get(request).await
    });
    runtime().block_on(asking).unwrap()
}

/// What signed the first request: `key id/date/region/dynamodb`, without the date.
fn signer(server: &Server) -> String {
    let requests = server.requests();
    let scope = requests[0].header("authorization").split_once("Credential=").unwrap().1;
    let parts: Vec<_> = scope.split(['/', ',']).collect();
    format!("{}/{}", parts[0], parts[2])
}

fn signed_by(config: impl FnOnce(String) -> ConnectionConfig) -> String {
    let server = Server::start(Manner::Answer);
    assert_eq!(ask(&Client::new(config(server.url()))).unwrap(), None);
    signer(&server)
}

#[test]
fn a_local_endpoint_needs_no_credentials() {
    let begun = Instant::now();
    assert_eq!(signed_by(|url| to(&url, &[])), "local/us-east-1");
    let without_metadata = |url: String| ConnectionConfig {
        endpoint: Some(url),
        environment: Arc::new([("HOME".to_owned(), "/nonexistent".to_owned())].into()),
        ..Default::default()
    };
    assert_eq!(signed_by(without_metadata), "local/us-east-1");
    // A container's name, as with Docker Compose; what resolves it here is a proxy.
    let proxy = Server::start(Manner::Answer);
    let environment = [("HOME", "/nonexistent"), ("http_proxy", &proxy.url())];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let container = ConnectionConfig {
        endpoint: Some("http://dynamodb:8000".into()),
        environment: Arc::new(environment.into()),
        ..Default::default()
    };
    ask(&Client::new(container)).unwrap();
    assert_eq!(signer(&proxy), "local/us-east-1");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn settings_go_before_our_variables_and_those_before_awss() {
    let aws = [
        ("AWS_ACCESS_KEY_ID", "AWSID"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-2"),
    ];
    let ours =
        [("AUTH_DYNAMODB_ID", "OURID"), ("AUTH_DYNAMODB_SECRET", "s"), ("AUTH_DYNAMODB_REGION", "us-west-2")];
    let both = [&aws[..], &ours[..]].concat();
    assert_eq!(signed_by(|url| to(&url, &aws)), "AWSID/eu-west-1");
    assert_eq!(signed_by(|url| to(&url, &both)), "OURID/us-west-2");
    let given = |url: String| ConnectionConfig {
        region: Some("eu-central-1".into()),
        credentials: fixed("GIVENID"),
        ..to(&url, &both)
    };
    assert_eq!(signed_by(given), "GIVENID/eu-central-1");
    // Empty variables are unset ones.
    let empty = [&aws[..], &[("AUTH_DYNAMODB_ID", ""), ("AUTH_DYNAMODB_REGION", " ")]].concat();
    assert_eq!(signed_by(|url| to(&url, &empty)), "AWSID/eu-west-1");
}

#[test]
fn the_endpoint_may_come_from_the_environment() {
    let server = Server::start(Manner::Answer);
    let url = server.url();
    let nowhere = "http://127.0.0.1:1";
    let variables = [("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()), ("AWS_ENDPOINT_URL", nowhere)];
    ask(&Client::new(config(&variables))).unwrap();
    ask(&Client::new(config(&[("AWS_ENDPOINT_URL", url.as_str())]))).unwrap();
    ask(&Client::new(to(&url, &[("AWS_ENDPOINT_URL_DYNAMODB", nowhere)]))).unwrap();
    assert_eq!(server.requests().len(), 3);
    assert_eq!(signer(&server), "local/us-east-1");
}

#[test]
fn our_variable_has_an_endpoint_too() {
    let server = Server::start(Manner::Answer);
    let url = server.url();
    let nowhere = "http://127.0.0.1:1";
    let ours = |value: &'static str| ("AUTH_DYNAMODB_ENDPOINT", value);
    // Before AWS's, also where those are to be ignored, and after the connection's own; a blank one is not set.
    for variables in [
        [("AUTH_DYNAMODB_ENDPOINT", url.as_str()), ("AWS_ENDPOINT_URL_DYNAMODB", nowhere)],
        [("AUTH_DYNAMODB_ENDPOINT", url.as_str()), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")],
        [ours(" "), ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str())],
    ] {
        ask(&Client::new(config(&variables))).unwrap();
    }
    ask(&Client::new(to(&url, &[ours(nowhere)]))).unwrap();
    ask(&Client::new(to(&url, &[ours("memory:")]))).unwrap();
    assert_eq!(server.requests().len(), 5);
    assert_eq!(signer(&server), "local/us-east-1");

    let memory = Client::new(config(&[ours(" memory:of-the-environment ")]));
    assert!(memory.is_embedded());
    let error = ask(&memory).unwrap_err();
    assert!(error.to_string().contains("the embedded database memory:of-the-environment"), "{error}");
    // AWS's own variables are read by other programs too.
    let error = ask(&Client::new(config(&[("AWS_ENDPOINT_URL", "memory:")]))).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
    assert!(error.to_string().contains("AUTH_DYNAMODB_ENDPOINT to `memory:`"), "{error}");
}

/// A home with this configuration file.
struct Home(std::path::PathBuf);

impl Home {
    fn new(configuration: &str) -> Self {
        let home = std::env::temp_dir().join(format!("dynauth-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(home.join(".aws")).unwrap();
        std::fs::write(home.join(".aws/config"), configuration).unwrap();
        Home(home)
    }

    fn config(&self) -> ConnectionConfig {
        ConnectionConfig {
            credentials: fixed("ID"),
            max_attempts: Some(1),
            ..config(&[("HOME", self.0.to_str().unwrap())])
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn an_endpoint_of_the_shared_configuration_is_read_like_any_other() {
    let server = Server::start(Manner::Answer);
    let url = server.url();
    let service =
        format!("[default]\nservices = mine\n[services mine]\ndynamodb =\n  endpoint_url = {url}\n");
    for configuration in [format!("[default]\nendpoint_url = {url}\n"), service] {
        ask(&Client::new(Home::new(&configuration).config())).unwrap();
    }
    assert_eq!(server.requests().len(), 2);
    let refused = Server::start(Manner::Silent);
    let configuration = format!("[default]\nendpoint_url = {}\n", refused.url());
    let home = Home::new(&configuration);
    let error = ask(&Client::new(ConnectionConfig {
        request_timeout: Some(Duration::from_millis(100)),
        ..home.config()
    }));
    assert!(error.unwrap_err().to_string().contains(&refused.url()));
    for (configuration, words) in [
        ("[default]\nendpoint_url = http://127.0.0.1:undefined\n", "`endpoint_url`"),
        (
            "[default]\nservices = mine\n[services mine]\ndynamodb =\n  endpoint_url = http://a:\n",
            "`endpoint_url`",
        ),
        ("[default]\nendpoint_url = m\u{fc}nchen\u{7}\n", "`endpoint_url`"),
        ("[default]\nregion = eu/central\u{7}\n", "`region` of the shared configuration"),
    ] {
        let error = ask(&Client::new(Home::new(configuration).config())).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig, "{configuration}: {error:?}");
        assert!(error.to_string().contains(words), "{configuration}: {error}");
    }
}

#[test]
fn a_port_that_is_none_is_refused_wherever_it_comes_from() {
    for url in
        ["http://127.0.0.1:undefined", "http://127.0.0.1:abc", "http://127.0.0.1:99999", "http://localhost:"]
    {
        let proxied =
            |variable| ConnectionConfig { region: Some("eu-west-1".into()), ..config(&[(variable, url)]) };
        for (config, source) in [
            (to(url, &[]), "setting `endpoint`"),
            (config(&[("AUTH_DYNAMODB_ENDPOINT", url)]), "AUTH_DYNAMODB_ENDPOINT"),
            (config(&[("AWS_ENDPOINT_URL_DYNAMODB", url)]), "AWS_ENDPOINT_URL_DYNAMODB"),
            (config(&[("AWS_ENDPOINT_URL", url)]), "AWS_ENDPOINT_URL"),
            (proxied("HTTPS_PROXY"), "HTTPS_PROXY"),
            (proxied("http_proxy"), "http_proxy"),
            (proxied("ALL_PROXY"), "ALL_PROXY"),
        ] {
            let error = ask(&Client::new(config)).unwrap_err();
            assert_eq!(error.code(), Code::InvalidConfig, "{source}: {error:?}");
            assert!(error.to_string().contains(source), "{source}: {error}");
            assert!(error.to_string().contains("port"), "{source}: {error}");
        }
    }
}

#[test]
fn odd_text_from_outside_is_refused_or_harmless() {
    let server = Server::start(Manner::Answer);
    let url = server.url();
    let odd =
        ["\u{7}", "a\r\nx: y", "m\u{fc}nchen", "\u{0}", "%zz", "\u{1f511}", "[", "@", ":", "//", "{}", "\""];
    let base = || ConnectionConfig {
        credentials: fixed("ID"),
        max_attempts: Some(1),
        request_timeout: Some(Duration::from_millis(300)),
        ..config(&[])
    };
    let typed = |config: ConnectionConfig, what: &str| {
        if let Err(error) = ask(&Client::new(config)) {
            let expected = [Code::InvalidConfig, Code::Unreachable, Code::Timeout, Code::Credentials];
            assert!(expected.contains(&error.code()), "{what}: {error:?}");
            assert!(!error.to_string().contains("panic"), "{what}: {error}");
        }
    };
    for text in odd {
        for variable in [
            "AWS_SDK_UA_APP_ID",
            "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_FUNCTION_NAME",
            "_X_AMZN_TRACE_ID",
            "AWS_REGION",
            "AWS_PROFILE",
            "AWS_CONFIG_FILE",
            "AWS_CA_BUNDLE",
            "AWS_RETRY_MODE",
            "AWS_USE_FIPS_ENDPOINT",
            "AWS_STS_REGIONAL_ENDPOINTS",
            "AWS_DEFAULTS_MODE",
            "AWS_ACCOUNT_ID",
            "AWS_ACCOUNT_ID_ENDPOINT_MODE",
            "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
            "AWS_AUTH_SCHEME_PREFERENCE",
            "AWS_SIGV4A_SIGNING_REGION_SET",
            "AWS_REQUEST_CHECKSUM_CALCULATION",
            "NO_PROXY",
            "AUTH_DYNAMODB_ENDPOINT",
        ] {
            let mut to_server = ConnectionConfig { endpoint: Some(url.clone()), ..base() };
            Arc::make_mut(&mut to_server.environment).insert(variable.into(), text.into());
            typed(to_server, &format!("{variable}={text:?}"));
        }
        for proxy in [
            text.to_owned(),
            format!("http://user:{text}@127.0.0.1:1"),
            format!("http://{text}:secret@127.0.0.1:1"),
            format!("http://127.0.0.1:1{text}"),
        ] {
            let mut proxied = ConnectionConfig { endpoint: Some("http://db.invalid:1".into()), ..base() };
            Arc::make_mut(&mut proxied.environment).insert("http_proxy".into(), proxy.clone());
            Arc::make_mut(&mut proxied.environment).insert("NO_PROXY".into(), text.into());
            typed(proxied, &format!("proxy {proxy:?}"));
        }
        typed(ConnectionConfig { region: Some(text.into()), ..base() }, &format!("region {text:?}"));
        let profile = ConnectionConfig { profile: Some(text.into()), endpoint: Some(url.clone()), ..base() };
        typed(ConnectionConfig { credentials: None, ..profile }, &format!("profile {text:?}"));
        for endpoint in
            [text.to_owned(), format!("http://{text}"), format!("http://127.0.0.1:1/{text}?{text}#{text}")]
        {
            typed(ConnectionConfig { endpoint: Some(endpoint), ..base() }, &format!("endpoint {text:?}"));
        }
    }
}

#[test]
fn shared_configuration_files_are_read_from_the_given_home() {
    let home = std::env::temp_dir().join(format!("dynauth-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(home.join(".aws")).unwrap();
    let credentials = "[default]\naws_access_key_id = DEFAULTID\naws_secret_access_key = s\n\
                       [other]\naws_access_key_id = OTHERID\naws_secret_access_key = s\n";
    std::fs::write(home.join(".aws/credentials"), credentials).unwrap();
    std::fs::write(
        home.join(".aws/config"),
        "[default]\nregion = eu-south-1\n[profile other]\nregion = eu-south-2\n",
    )
    .unwrap();
    let home_path = home.to_str().unwrap();
    assert_eq!(signed_by(|url| to(&url, &[("HOME", home_path)])), "DEFAULTID/eu-south-1");
    assert_eq!(
        signed_by(|url| to(&url, &[("HOME", home_path), ("AWS_PROFILE", "other")])),
        "OTHERID/eu-south-2"
    );
    // A profile that was asked for goes before keys that happen to be there.
    let keys = [("HOME", home_path), ("AWS_ACCESS_KEY_ID", "AWSID"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let profile = |url: String| ConnectionConfig { profile: Some("other".into()), ..to(&url, &keys) };
    assert_eq!(signed_by(profile), "OTHERID/eu-south-2");
    // A fault in them is an error, not a panic.
    std::fs::write(home.join(".aws/config"), "[default]\nregion = eu-south-1\nmax_attempts = many\n")
        .unwrap();
    let error = ask(&Client::new(config(&[("HOME", home_path), ("AWS_REGION", "eu-south-3")]))).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig, "{error:?}");
    assert!(error.to_string().contains("~/.aws/config"), "{error}");
    std::fs::remove_dir_all(home).unwrap();
}

#[test]
fn an_endpoint_that_never_answers_is_a_timeout() {
    let server = Server::start(Manner::Silent);
    let impatient = ConnectionConfig {
        max_attempts: Some(2),
        request_timeout: Some(Duration::from_millis(150)),
        ..to(&server.url(), &[])
    };
    let begun = Instant::now();
    let error = ask(&Client::new(impatient)).unwrap_err();
    assert_eq!(error.code(), Code::Timeout, "{error:?}");
    assert!(error.to_string().contains(&server.url()), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn attempts_come_from_the_environment_too() {
    let server = Server::start(Manner::Silent);
    let once = ConnectionConfig {
        request_timeout: Some(Duration::from_millis(100)),
        ..to(&server.url(), &[("AWS_MAX_ATTEMPTS", "1"), ("AWS_RETRY_MODE", "legacy")])
    };
    assert_eq!(ask(&Client::new(once)).unwrap_err().code(), Code::Timeout);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_closed_port_is_unreachable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = ask(&Client::new(to(&format!("http://{free}"), &[]))).unwrap_err();
    assert_eq!(error.code(), Code::Unreachable, "{error:?}");
}

#[test]
fn a_name_that_nobody_knows_is_unreachable() {
    let error = ask(&Client::new(ConnectionConfig {
        credentials: fixed("ID"),
        max_attempts: Some(1),
        ..to("https://dynamodb.invalid", &[])
    }));
    assert_eq!(error.unwrap_err().code(), Code::Unreachable);
}

#[test]
fn a_proxy_is_asked_for_other_hosts_only() {
    let (proxy, local) = (Server::start(Manner::Answer), Server::start(Manner::Answer));
    let with_password = format!("http://user:pass@{}", proxy.address);
    let variables = [("http_proxy", with_password.as_str())];
    ask(&Client::new(to("http://dynamodb.example:8000", &variables))).unwrap();
    let requests = proxy.requests();
    assert_eq!(requests[0].head.lines().next(), Some("POST http://dynamodb.example:8000/ HTTP/1.1"));
    assert_eq!(requests[0].header("proxy-authorization"), "Basic dXNlcjpwYXNz");

    ask(&Client::new(to(&local.url(), &variables))).unwrap();
    assert_eq!((proxy.requests().len(), local.requests().len()), (1, 1));

    let excepted = [("HTTP_PROXY", with_password.as_str()), ("NO_PROXY", "other.example,.invalid")];
    let client =
        Client::new(ConnectionConfig { max_attempts: Some(1), ..to("http://dynamodb.invalid:1", &excepted) });
    assert_eq!(ask(&client).unwrap_err().code(), Code::Unreachable);
    assert_eq!(proxy.requests().len(), 1);
}

#[test]
fn https_goes_through_a_proxys_tunnel() {
    let proxy = Server::start(Manner::Answer);
    let address = proxy.address.to_string();
    // Without a scheme, as some write it; the server does not tunnel, so the handshake fails.
    let client = Client::new(ConnectionConfig {
        region: Some("eu-central-1".into()),
        credentials: fixed("ID"),
        max_attempts: Some(1),
        request_timeout: Some(Duration::from_millis(500)),
        ..config(&[("HTTPS_PROXY", &address)])
    });
    ask(&client).unwrap_err();
    let first = proxy.requests()[0].head.lines().next().unwrap().to_owned();
    assert_eq!(first, "CONNECT dynamodb.eu-central-1.amazonaws.com:443 HTTP/1.1");
}

#[test]
fn what_goes_through_a_tunnel_is_for_the_other_end_alone() {
    let (server, pem) = Server::start_tls();
    let file = std::env::temp_dir().join(format!("dynauth-{}.pem", uuid::Uuid::new_v4()));
    std::fs::write(&file, pem).unwrap();
    let proxy = Server::start_tunnel(server.address);
    let with_password = format!("http://user:pass@{}", proxy.address);
    let variables = [("HTTPS_PROXY", with_password.as_str()), ("AWS_CA_BUNDLE", file.to_str().unwrap())];
    let client = Client::new(ConnectionConfig {
        credentials: fixed("ID"),
        region: Some("eu-central-1".into()),
        ..to("https://dynamodb.example:8443", &variables)
    });
    for _twice in 0..2 {
        assert_eq!(ask(&client).unwrap(), None);
    }
    let asked = proxy.requests();
    assert_eq!(asked.len(), 1, "the tunnel is kept");
    assert_eq!(asked[0].head.lines().next(), Some("CONNECT dynamodb.example:8443 HTTP/1.1"));
    assert_eq!(asked[0].header("proxy-authorization"), "Basic dXNlcjpwYXNz");
    for received in server.requests() {
        assert_eq!(received.head.lines().next(), Some("POST / HTTP/1.1"));
        assert_eq!(received.header("proxy-authorization"), "", "the proxy's password is the proxy's");
    }
    assert_eq!(server.requests().len(), 2);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_certificate_of_ones_own_is_trusted_by_its_file() {
    let (server, pem) = Server::start_tls();
    let url = format!("https://localhost:{}", server.address.port());
    let untrusted = Client::new(ConnectionConfig { max_attempts: Some(1), ..to(&url, &[]) });
    let error = ask(&untrusted).unwrap_err();
    assert_eq!(error.code(), Code::Unreachable, "{error:?}");
    assert!(error.to_string().contains("NODE_EXTRA_CA_CERTS"), "{error:?}");

    let file = std::env::temp_dir().join(format!("dynauth-{}.pem", uuid::Uuid::new_v4()));
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&file, format!("a comment\n{broken}{pem}")).unwrap();
    for variable in ["NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE"] {
        ask(&Client::new(to(&url, &[(variable, file.to_str().unwrap())]))).unwrap();
    }
    assert_eq!(server.requests().len(), 2);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn an_authority_is_not_taken_for_a_servers_certificate() {
    let (server, pem) = Server::start_tls_of_an_authority();
    let file = std::env::temp_dir().join(format!("dynauth-{}.pem", uuid::Uuid::new_v4()));
    std::fs::write(&file, pem).unwrap();
    let url = format!("https://localhost:{}", server.address.port());
    let variables = [("NODE_EXTRA_CA_CERTS", file.to_str().unwrap())];
    for variables in [&variables[..], &[]] {
        let error =
            ask(&Client::new(ConnectionConfig { max_attempts: Some(1), ..to(&url, variables) })).unwrap_err();
        assert_eq!(error.code(), Code::Unreachable, "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "Table \"auth\": The certificate of region \"us-east-1\" at {url} is that of a certificate authority \
                 (CA:TRUE), which a server must not show as its own. Give the server a certificate that the authority \
                 signed (CA:FALSE, as mkcert makes them), and name the authority's file in NODE_EXTRA_CA_CERTS or \
                 AWS_CA_BUNDLE."
            )
        );
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn connections_are_kept_alive_and_shared() {
    let server = Server::start(Manner::Answer);
    let elsewhere = ConnectionConfig { region: Some("eu-north-1".into()), ..to(&server.url(), &[]) };
    let clients = [Client::new(to(&server.url(), &[])), Client::new(elsewhere)];
    assert!(!Arc::ptr_eq(&clients[0].shared, &clients[1].shared));
    for client in [&clients[0], &clients[1], &clients[0]] {
        ask(client).unwrap();
    }
    let connections: Vec<_> = server.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [0, 0, 0]);
}

#[test]
fn a_connection_that_failed_is_followed_by_another() {
    for manner in [Manner::FailFirst, Manner::HangUpFirst, Manner::AnswerOnce] {
        let server = Server::start(manner);
        let client = Client::new(to(&server.url(), &[]));
        for _twice in 0..2 {
            assert_eq!(ask(&client).unwrap(), None);
        }
        let connections: Vec<_> = server.requests().iter().map(|request| request.connection).collect();
        let expected: &[usize] = if matches!(manner, Manner::AnswerOnce) { &[0, 1] } else { &[0, 1, 1] };
        assert_eq!(connections, expected, "{manner:?}");
    }
}

#[test]
fn a_connection_that_takes_too_long_to_make_is_a_timeout() {
    let server = Server::start(Manner::Silent);
    let impatient = ConnectionConfig {
        max_attempts: Some(1),
        connection_timeout: Some(Duration::from_millis(100)),
        // Longer than anybody waits for a test.
        request_timeout: Some(Duration::from_secs(600)),
        ..to(&format!("https://localhost:{}", server.address.port()), &[])
    };
    let error = ask(&Client::new(impatient)).unwrap_err();
    assert_eq!(error.code(), Code::Timeout, "{error:?}");
}

#[test]
fn connections_are_bounded_and_used_again() {
    let server = Server::start(Manner::Answer);
    let client = Client::new(to(&server.url(), &[]));
    let most = crate::client::http::MOST_AT_ONCE;
    for _wave in 0..2 {
        runtime().block_on(async {
            let asking = (0..2 * most).map(|_| {
                let client = client.clone();
                tokio::spawn(async move {
                    let request =
                        GetItemInputBuilder::default().table_name("auth").set_key(Some(key("a", "b")));
                    client.get(request).await
                })
            });
            for asked in asking.collect::<Vec<_>>() {
                assert_eq!(asked.await.unwrap().unwrap(), None);
            }
        });
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 4 * most);
    let connections = 1 + requests.iter().map(|request| request.connection).max().unwrap();
    // One that is being made while another becomes free is kept, too.
    assert!(connections <= 2 * most, "{connections} connections");
}

#[test]
fn a_wrong_clock_is_found_out_once() {
    let server = Server::start(Manner::HourAhead);
    let client = Client::new(to(&server.url(), &[]));
    for _thrice in 0..3 {
        assert_eq!(ask(&client).unwrap(), None);
    }
    let requests = server.requests();
    let dates: Vec<_> = requests.iter().map(|request| request.header("x-amz-date")).collect();
    assert_eq!(dates.len(), 4, "the first is refused, none after it: {dates:?}");
    assert!(dates[0] < dates[1], "{dates:?}");
}

#[test]
fn equal_settings_share_one_client() {
    let base = || to("http://localhost:8000", &[("AWS_REGION", "eu-west-1"), ("PATH", "/bin")]);
    let shared = |config| Client::new(config).shared;
    let one = shared(base());
    assert!(Arc::ptr_eq(&one, &shared(base())));
    let mut elsewhere = base();
    elsewhere.environment = Arc::new([("AWS_REGION".to_owned(), "eu-west-1".to_owned())].into());
    assert!(!Arc::ptr_eq(&one, &shared(elsewhere)), "another home");
    let mut irrelevant = base();
    Arc::make_mut(&mut irrelevant.environment).insert("PATH".into(), "/usr/bin".into());
    assert!(Arc::ptr_eq(&one, &shared(irrelevant)));
    for other in [
        ConnectionConfig { region: Some("x".into()), ..base() },
        ConnectionConfig { credentials: fixed("a"), ..base() },
        ConnectionConfig { credentials: fixed("b"), ..base() },
        ConnectionConfig { max_attempts: Some(1), ..base() },
    ] {
        assert!(!Arc::ptr_eq(&one, &shared(other)));
    }
    let provider = || {
        let credentials = aws_credential_types::Credentials::for_tests();
        Some(GivenCredentials::by(aws_credential_types::provider::SharedCredentialsProvider::new(
            credentials,
        )))
    };
    let mine = ConnectionConfig { credentials: provider(), ..base() };
    let kept = shared(mine.clone());
    assert!(Arc::ptr_eq(&kept, &shared(mine)));
    assert!(!Arc::ptr_eq(&kept, &shared(ConnectionConfig { credentials: provider(), ..base() })));
}

#[test]
fn what_cannot_be_used_says_so() {
    let password = "http://user:hunter2@[bad";
    let region = |region: &str| ConnectionConfig { region: Some(region.into()), ..config(&[]) };
    let missing = std::env::temp_dir().join("dynauth-no-such-file.pem");
    let missing = missing.to_str().unwrap();
    let with_region = |variables| ConnectionConfig { region: Some("eu-west-1".into()), ..config(variables) };
    let no_attempts = ConnectionConfig { max_attempts: Some(0), ..region("eu-west-1") };
    for (config, words) in [
        (config(&[]), "AUTH_DYNAMODB_REGION or AWS_REGION"),
        (region("eu central"), "`region`"),
        (config(&[("AWS_REGION", "-- x")]), "AWS_REGION"),
        (to("localhost:8000", &[]), "`endpoint`"),
        (to("ftp://localhost", &[]), "`endpoint`"),
        (config(&[("AWS_ENDPOINT_URL_DYNAMODB", "localhost")]), "AWS_ENDPOINT_URL_DYNAMODB"),
        (with_region(&[("AUTH_DYNAMODB_ID", "x")]), "AUTH_DYNAMODB_SECRET is not"),
        (with_region(&[("AUTH_DYNAMODB_SECRET", "x")]), "AUTH_DYNAMODB_ID is not"),
        (with_region(&[("AWS_MAX_ATTEMPTS", "many")]), "AWS_MAX_ATTEMPTS"),
        (with_region(&[("AWS_RETRY_MODE", "often")]), "AWS_RETRY_MODE"),
        (with_region(&[("HTTPS_PROXY", password)]), "HTTPS_PROXY"),
        (with_region(&[("AWS_CA_BUNDLE", missing)]), "AWS_CA_BUNDLE"),
        (with_region(&[("NODE_EXTRA_CA_CERTS", "/dev/null")]), "NODE_EXTRA_CA_CERTS"),
        (no_attempts, "maxAttempts"),
    ] {
        let error = ask(&Client::new(config.clone())).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig, "{config:?}: {error:?}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn credentials_without_a_key_name_the_field() {
    let no_key = ConnectionConfig { region: Some("eu-west-1".into()), credentials: fixed(""), ..config(&[]) };
    let error = ask(&Client::new(no_key)).unwrap_err();
    assert_eq!(error.code(), Code::Credentials);
    assert!(error.to_string().contains("`accessKeyId` is missing"), "{error}");
}

#[test]
fn no_credentials_at_all_names_the_sources() {
    let nothing = ConnectionConfig { region: Some("eu-west-1".into()), ..config(&[]) };
    let error = ask(&Client::new(nothing)).unwrap_err();
    assert_eq!(error.code(), Code::Credentials, "{error:?}");
    for source in ["AUTH_DYNAMODB_ID", "SSO", "instance role"] {
        assert!(error.to_string().contains(source), "{error}");
    }
}

#[test]
fn a_failing_credentials_function_is_named() {
    #[derive(Debug)]
    struct Failing;
    impl aws_credential_types::provider::ProvideCredentials for Failing {
        fn provide_credentials<'a>(&'a self) -> aws_credential_types::provider::future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            use aws_credential_types::provider::error::CredentialsError;
            let failure = CredentialsError::provider_error("the vault is closed");
            aws_credential_types::provider::future::ProvideCredentials::ready(Err(failure))
        }
    }
    let provider = aws_credential_types::provider::SharedCredentialsProvider::new(Failing);
    let config = ConnectionConfig {
        region: Some("eu-west-1".into()),
        credentials: Some(GivenCredentials::by(provider)),
        ..config(&[])
    };
    let error = ask(&Client::new(config)).unwrap_err();
    assert_eq!(error.code(), Code::Credentials, "{error:?}");
    assert!(error.to_string().contains("the connection's `credentials` function"), "{error}");
    assert!(error.cause().unwrap().message.contains("the vault is closed"), "{error:?}");
}
