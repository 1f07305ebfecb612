//! Signatures of DynamoDB's requests, by AWS's Signature Version 4.
//!
//! The SDK's signer derives its key and writes each part anew for every request, which is a fifth of what a request costs
//! the core. DynamoDB's requests are all alike (a POST to `/`, no query, the body in memory), so here the key is kept for
//! its day and the text to be signed is written once. Whatever is not alike, the SDK's signer signs; so it does where the
//! clock is wrong, which the SDK finds out and corrects for.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ::http::{HeaderValue, Uri};
use aws_credential_types::Credentials;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4Signer};
use aws_runtime::auth::{
    PayloadSigningOverride, SigV4OperationSigningConfig, SigV4SessionTokenNameOverride, SigningOptions,
};
use aws_sdk_dynamodb::config::endpoint::Params;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::{AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId, Sign};
use aws_smithy_runtime_api::client::endpoint::EndpointResolverParams;
use aws_smithy_runtime_api::client::identity::{Identity, SharedIdentityResolver};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::{GetIdentityResolver, RuntimeComponents};
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use ring::{digest, hmac};

use crate::date;
use crate::tables::is_arn;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: &str = "x-amz-date";
const TOKEN: &str = "x-amz-security-token";
/// Headers that proxies may change, or that are made by signing.
const UNSIGNED: [&str; 6] =
    ["authorization", "user-agent", "x-amzn-trace-id", "transfer-encoding", DATE, TOKEN];
/// How wrong a clock may be before the SDK's signer takes over. AWS allows five minutes.
const TOLERANCE: Duration = Duration::from_secs(60);

/// What the SDK takes in place of its own Signature Version 4.
#[derive(Debug, Clone, Default)]
pub(super) struct Scheme(pub(super) Arc<Signer>);

impl AuthScheme for Scheme {
    fn scheme_id(&self) -> AuthSchemeId {
        SCHEME_ID
    }

    fn identity_resolver(&self, resolvers: &dyn GetIdentityResolver) -> Option<SharedIdentityResolver> {
        resolvers.identity_resolver(SCHEME_ID)
    }

    fn signer(&self) -> &dyn Sign {
        self.0.as_ref()
    }
}

/// Signs a connection's requests, and knows what they have in common.
#[derive(Default)]
pub(super) struct Signer {
    sdk: SigV4Signer,
    key: Mutex<Option<Key>>,
    /// Whether the clock was found to be wrong.
    is_wrong: AtomicBool,
    common: Mutex<Option<Arc<Common>>>,
}

/// What the SDK has found out for a request and would find out again for each one after it.
pub(super) struct Common {
    uri: String,
    headers: Vec<(&'static str, HeaderValue)>,
    region: String,
    service: String,
    credentials: Credentials,
    found: Instant,
}

/// How long the SDK is not asked again where requests go, and in whose name.
const COMMON_FOR: Duration = Duration::from_secs(60);
/// Credentials are renewed so long before they expire, as the SDK does it.
const RENEWED_BEFORE: Duration = Duration::from_secs(10);
/// What the operation says itself, and the trace of the Lambda invocation that the SDK's first request was made in.
const OF_ONE_REQUEST: [&str; 4] = ["content-type", "content-length", "x-amz-target", "x-amzn-trace-id"];
/// What the SDK says of itself and of the settings.
const OF_ALL_REQUESTS: [&str; 2] = ["user-agent", "x-amz-user-agent"];

impl Common {
    /// Nothing where the SDK has said something that this module does not know.
    fn of(request: &HttpRequest, credentials: &Credentials, region: &str, service: &str) -> Option<Self> {
        let mut headers = Vec::with_capacity(OF_ALL_REQUESTS.len());
        for (name, value) in request.headers().iter().filter(|(name, _)| !OF_ONE_REQUEST.contains(name)) {
            let known = OF_ALL_REQUESTS.into_iter().find(|known| *known == name)?;
            headers.push((known, HeaderValue::from_str(value).ok()?));
        }
        Some(Common {
            uri: request.uri().to_owned(),
            headers,
            region: region.to_owned(),
            service: service.to_owned(),
            credentials: credentials.clone(),
            found: Instant::now(),
        })
    }

    fn is_good(&self, age: Duration, now: SystemTime) -> bool {
        let lasts = |expiry: SystemTime| now + RENEWED_BEFORE < expiry;
        age < COMMON_FOR && self.credentials.expiry().is_none_or(lasts)
    }
}

impl fmt::Debug for Signer {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

/// A signing key, and what it was derived from.
struct Key {
    credentials: Credentials,
    day: String,
    region: String,
    service: String,
    key: hmac::Key,
}

impl Sign for Signer {
    fn sign_http_request(
        &self,
        request: &mut HttpRequest,
        identity: &Identity,
        endpoint: AuthSchemeEndpointConfig<'_>,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        let now = components.time_source().unwrap_or_default().now();
        let is_first = config.load::<RequestAttempts>().is_none_or(|attempts| attempts.attempts() <= 1);
        if is_first
            && !self.is_wrong.load(Ordering::Relaxed)
            && let Some(credentials) = identity.data::<Credentials>()
            && let Some((region, service)) = usual_scope(&endpoint, config)
            && let Some(headers) = self.signature(request, credentials, region, service, now)
        {
            if is_by_name(config) {
                self.learn(request, credentials, region, service);
            }
            headers.apply(request);
            return Ok(());
        }
        *self.common() = None;
        self.sdk.sign_http_request(request, identity, endpoint, components, config)?;
        // What the SDK has learned of the clock shows in the date that it signs with.
        let signed = request.headers().get(DATE).unwrap_or_default();
        let about_now = date_time(now - TOLERANCE)..=date_time(now + TOLERANCE);
        let is_wrong = !about_now.contains(&signed.to_owned());
        self.is_wrong.store(is_wrong, Ordering::Relaxed);
        Ok(())
    }
}

/// The region and the service that are signed for, unless anything is asked for that is not usual.
fn usual_scope<'a>(
    endpoint: &AuthSchemeEndpointConfig<'_>,
    config: &'a ConfigBag,
) -> Option<(&'a str, &'a str)> {
    let operation = config.load::<SigV4OperationSigningConfig>()?;
    let of_endpoint = ["signingName", "signingRegion", "disableDoubleEncoding", "disableNormalizePath"];
    let is_usual = operation.signing_options == SigningOptions::default()
        && of_endpoint.iter().all(|name| endpoint.get(name).is_none())
        && config.load::<SigV4SessionTokenNameOverride>().is_none()
        && config.load::<PayloadSigningOverride>().is_none();
    let region = config.load::<SigningRegion>().or(operation.region.as_ref())?;
    let service = config.load::<SigningName>().or(operation.name.as_ref())?;
    is_usual.then_some((region.as_ref(), service.as_ref()))
}

/// Whether a request is for tables by their names: another account's, by ARN, may have another endpoint.
fn is_by_name(config: &ConfigBag) -> bool {
    let parameters = config.load::<EndpointResolverParams>().and_then(EndpointResolverParams::get::<Params>);
    let Some(parameters) = parameters else { return false };
    let of_batch = parameters.resource_arn_list().unwrap_or_default().iter().map(String::as_str);
    let mut tables = parameters.resource_arn().into_iter().chain(of_batch).peekable();
    tables.peek().is_some() && !tables.any(is_arn)
}

/// The headers that signing adds.
#[derive(Debug, PartialEq)]
struct Headers {
    date: String,
    authorization: String,
    token: Option<HeaderValue>,
}

impl Headers {
    fn apply(self, request: &mut HttpRequest) {
        let headers = request.headers_mut();
        headers.insert(DATE, self.date);
        headers.insert("authorization", self.authorization);
        if let Some(token) = self.token {
            headers.insert(TOKEN, token);
        }
    }
}

impl Signer {
    fn common(&self) -> MutexGuard<'_, Option<Arc<Common>>> {
        self.common.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what a request that the SDK is about to send has in common with those to come.
    pub(super) fn learn(
        &self,
        request: &HttpRequest,
        credentials: &Credentials,
        region: &str,
        service: &str,
    ) {
        *self.common() = Common::of(request, credentials, region, service).map(Arc::new);
    }

    /// What the last request by the SDK had in common with those to come, unless it is too long ago.
    pub(super) fn known(&self) -> Option<Arc<Common>> {
        let common = self.common().clone()?;
        let is_good = common.is_good(common.found.elapsed(), SystemTime::now());
        (!self.is_wrong.load(Ordering::Relaxed) && is_good).then_some(common)
    }

    /// Addresses and signs a request as the SDK would; false if it has to be asked.
    pub(super) fn complete(&self, request: &mut HttpRequest, common: &Common) -> bool {
        if request.set_uri(common.uri.as_str()).is_err() {
            return false;
        }
        for (name, value) in &common.headers {
            request.headers_mut().insert(*name, value.clone());
        }
        let Common { credentials, region, service, .. } = common;
        let signature = self.signature(request, credentials, region, service, SystemTime::now());
        let is_signed = signature.is_some();
        if let Some(headers) = signature {
            headers.apply(request);
        }
        is_signed
    }

    /// The headers for a request, or nothing if it is not one of those that are all alike.
    fn signature(
        &self,
        request: &HttpRequest,
        credentials: &Credentials,
        region: &str,
        service: &str,
        now: SystemTime,
    ) -> Option<Headers> {
        let uri: Uri = request.uri().parse().ok()?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        if request.method() != "POST" || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return None;
        }
        let host = match (uri.scheme_str()?, authority.port_u16()) {
            ("https", Some(443)) | ("http", Some(80)) => authority.host(),
            _ => authority.as_str(),
        };
        let body = request.body().bytes()?;
        let date = date_time(now);
        let day = &date[..8];

        let mut signed: Vec<(&str, &str)> = vec![("host", host), (DATE, &date)];
        let token = credentials.session_token();
        signed.extend(token.map(|token| (TOKEN, token)));
        signed.extend(request.headers().iter().filter(|(name, _)| !UNSIGNED.contains(name)));
        signed.sort_unstable();
        let is_repeated = signed.windows(2).any(|pair| pair[0].0 == pair[1].0);
        if is_repeated || !signed.iter().all(|(name, value)| is_canonical(name, value)) {
            return None;
        }

        let mut names = String::with_capacity(128);
        let mut canonical = String::with_capacity(1024);
        canonical.push_str("POST\n/\n\n");
        for (name, value) in &signed {
            for part in [name, ":", value, "\n"] {
                canonical.push_str(part);
            }
            if !names.is_empty() {
                names.push(';');
            }
            names.push_str(name);
        }
        for part in ["\n", &names, "\n"] {
            canonical.push_str(part);
        }
        push_hex(&mut canonical, digest::digest(&digest::SHA256, body).as_ref());

        let scope = [day, region, service, "aws4_request"].join("/");
        let mut text = [ALGORITHM, &date, &scope, ""].join("\n");
        push_hex(&mut text, digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        let signature = self.sign(credentials, day, region, service, &text);

        let key_id = credentials.access_key_id();
        let mut authorization = String::with_capacity(320);
        for part in
            [ALGORITHM, " Credential=", key_id, "/", &scope, ", SignedHeaders=", &names, ", Signature="]
        {
            authorization.push_str(part);
        }
        push_hex(&mut authorization, signature.as_ref());
        let token = match token {
            None => None,
            Some(token) => {
                let mut token = HeaderValue::from_str(token).ok()?;
                token.set_sensitive(true);
                Some(token)
            }
        };
        Some(Headers { date, authorization, token })
    }

    fn sign(
        &self,
        credentials: &Credentials,
        day: &str,
        region: &str,
        service: &str,
        text: &str,
    ) -> hmac::Tag {
        let secret = credentials.secret_access_key();
        let mut kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |key: &&Key| {
            key.day == day
                && key.region == region
                && key.service == service
                && key.credentials.secret_access_key() == secret
        };
        if let Some(known) = kept.as_ref().filter(is_it) {
            return hmac::sign(&known.key, text.as_bytes());
        }
        let key = derive(secret, &[day, region, service, "aws4_request"]);
        let signature = hmac::sign(&key, text.as_bytes());
        let credentials = credentials.clone();
        let [day, region, service] = [day, region, service].map(str::to_owned);
        *kept = Some(Key { credentials, day, region, service, key });
        signature
    }
}

fn derive(secret: &str, scope: &[&str]) -> hmac::Key {
    let first = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4{secret}").as_bytes());
    scope.iter().fold(first, |key, part| {
        hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
    })
}

/// Whether a header stands in the text to be signed as it is.
fn is_canonical(name: &str, value: &str) -> bool {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte);
    !name.bytes().any(|byte| byte.is_ascii_uppercase())
        && value.bytes().all(is_plain)
        && !value.starts_with(' ')
        && !value.ends_with(' ')
        && !value.contains("  ")
}

/// A time as AWS writes it: `20261121T134500Z`.
fn date_time(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut text = date::to_iso(i64::try_from(since).unwrap_or(i64::MAX));
    // Without the milliseconds, `-` and `:`.
    text.truncate(19);
    text.retain(|c| c.is_ascii_digit() || c == 'T');
    text.push('Z');
    text
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}

#[cfg(test)]
mod tests {
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;
    use aws_smithy_types::body::SdkBody;
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn request(uri: &str, headers: &[(String, String)], body: &str) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").unwrap();
        request.set_uri(uri).unwrap();
        for (name, value) in headers {
            request.headers_mut().try_append(name.clone(), value.clone()).unwrap();
        }
        request
    }

    /// As AWS's own crate signs it.
    fn expected(request: &HttpRequest, credentials: &Credentials, region: &str, time: SystemTime) -> Headers {
        let identity = Identity::from(credentials.clone());
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("dynamodb")
            .time(time)
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let body = SignableBody::Bytes(request.body().bytes().unwrap());
        let signable =
            SignableRequest::new(request.method(), request.uri(), request.headers().iter(), body).unwrap();
        let (headers, _) = sign(signable, &parameters.into()).unwrap().into_parts().0.into_parts();
        let value = |name: &str| {
            let header = headers.iter().find(|header| header.name() == name)?;
            Some(header.value().to_owned())
        };
        Headers {
            date: value(DATE).unwrap(),
            authorization: value("authorization").unwrap(),
            token: value(TOKEN).map(|token| HeaderValue::try_from(token).unwrap()),
        }
    }

    fn time(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    proptest! {
        /// With one signer for all, so that what it keeps of one request must do no harm to the next.
        #[test]
        fn a_signature_is_the_one_of_awss_own_signer(
            requests in prop::collection::vec((
                prop::sample::select(vec![
                    "https://dynamodb.eu-central-1.amazonaws.com", "https://dynamodb.eu-central-1.amazonaws.com/",
                    "http://localhost:8000", "http://localhost:80/", "https://db.example:443", "http://[::1]:8000",
                    "https://123456789012.ddb.us-east-1.amazonaws.com/",
                ]),
                prop::collection::btree_map("[a-z][a-z0-9-]{0,20}", "([!-~]{1,20}( [!-~]{1,9}){0,2})?", 0..6),
                "\\PC{0,200}",
                prop::sample::select(vec!["eu-central-1", "us-east-1"]),
                prop::sample::select(vec!["one", "/two+==", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"]),
                prop::option::of("[!-~]{1,300}"),
                0_u64..4_000_000_000,
            ), 1..6),
        ) {
            let signer = Signer::default();
            for (uri, headers, body, region, secret, token, seconds) in requests {
                let credentials = Credentials::new("AKIDEXAMPLE", secret, token, None, "test");
                let headers: Vec<_> = headers.into_iter().filter(|(name, _)| name != "host").collect();
                let request = request(uri, &headers, &body);
                let expected = expected(&request, &credentials, region, time(seconds));
                let found = signer.signature(&request, &credentials, region, "dynamodb", time(seconds));
                prop_assert_eq!(found, Some(expected));
            }
        }
    }

    #[test]
    fn what_is_not_like_all_others_is_left_to_awss_own_signer() {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let twice = [header("x-amz-meta", "a"), header("x-amz-meta", "b")].concat();
        let signature = |uri: &str, headers: &[(String, String)], method: &str| {
            let mut request = request(uri, headers, "{}");
            request.set_method(method).unwrap();
            Signer::default().signature(&request, &credentials, "eu-west-1", "dynamodb", time(0))
        };
        let usual = "https://db.example/";
        assert!(signature(usual, &header("content-type", "application/x-amz-json-1.0"), "POST").is_some());
        for (uri, headers, method) in [
            (usual, vec![], "GET"),
            ("https://db.example/path", vec![], "POST"),
            ("https://db.example/?query", vec![], "POST"),
            ("https://me:secret@db.example/", vec![], "POST"),
            (usual, twice, "POST"),
            (usual, header("x-amz-meta", "a  b"), "POST"),
            (usual, header("x-amz-meta", " a"), "POST"),
            (usual, header("x-amz-meta", "ä"), "POST"),
            (usual, header("host", "other.example"), "POST"),
        ] {
            assert_eq!(signature(uri, &headers, method), None, "{method} {uri} {headers:?}");
        }
    }

    #[test]
    fn no_key_is_ever_printed() {
        let signer = Signer::default();
        let credentials = Credentials::new("AKIDEXAMPLE", "hunter2", Some("token2".into()), None, "test");
        let request = request("https://db.example/", &[], "{}");
        let headers = signer.signature(&request, &credentials, "eu-west-1", "dynamodb", time(0)).unwrap();
        let printed = format!("{:?} {headers:?}", Scheme(Arc::new(signer)));
        assert!(!printed.contains("hunter2") && !printed.contains("token2"), "{printed}");
    }

    /// What is learned from a request with these headers by credentials that expire so many seconds after 1970.
    fn learned(headers: &[(&str, &str)], expiry: Option<u64>) -> Option<Common> {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, expiry.map(time), "test");
        Common::of(
            &request("http://localhost:8000/", &headers, "{}"),
            &credentials,
            "eu-central-1",
            "dynamodb",
        )
    }

    #[test]
    fn what_requests_have_in_common_is_found_out_anew_each_minute_and_before_credentials_expire() {
        let forever = learned(&[], None).unwrap();
        assert!(forever.is_good(Duration::from_secs(59), time(0)));
        assert!(!forever.is_good(Duration::from_secs(60), time(0)));
        let expiring = learned(&[], Some(1000)).unwrap();
        assert!(expiring.is_good(Duration::ZERO, time(989)));
        assert!(!expiring.is_good(Duration::ZERO, time(990)));
        assert!(!expiring.is_good(Duration::ZERO, time(1001)));
    }

    #[test]
    fn requests_have_nothing_in_common_where_the_sdk_says_something_new() {
        let usual = [
            ("content-type", "application/x-amz-json-1.0"),
            ("content-length", "2"),
            ("x-amz-target", "DynamoDB_20120810.GetItem"),
            ("user-agent", "aws-sdk-rust/1"),
            ("x-amz-user-agent", "aws-sdk-rust/1 app/dynauth"),
            ("x-amzn-trace-id", "Root=1"),
        ];
        let kept = learned(&usual, None).unwrap().headers;
        assert_eq!(
            kept.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            ["user-agent", "x-amz-user-agent"]
        );
        assert!(learned(&[usual[0], ("x-amz-new", "1")], None).is_none());
    }

    #[test]
    fn a_request_is_completed_as_the_sdk_signs_it() {
        let signer = Signer::default();
        let headers = [("user-agent", "aws-sdk-rust/1"), ("x-amz-user-agent", "aws-sdk-rust/1 app/dynauth")];
        let common = learned(&headers, None).unwrap();
        let target = [("x-amz-target".to_owned(), "DynamoDB_20120810.GetItem".to_owned())];
        let mut sent = request("/", &target, "{}");
        assert!(signer.complete(&mut sent, &common));
        assert_eq!(sent.uri(), "http://localhost:8000/");

        let all: Vec<_> = target
            .into_iter()
            .chain(headers.map(|(name, value)| (name.to_owned(), value.to_owned())))
            .collect();
        let date = DateTime::parse_from_str(sent.headers().get(DATE).unwrap(), "%Y%m%dT%H%M%S%#z").unwrap();
        let signed = request("http://localhost:8000/", &all, "{}");
        let expected =
            expected(&signed, &common.credentials, "eu-central-1", time(date.timestamp().unsigned_abs()));
        assert_eq!(sent.headers().get("authorization").unwrap(), expected.authorization);
        for (name, value) in &all {
            assert_eq!(sent.headers().get(name).unwrap(), value);
        }
    }
}
