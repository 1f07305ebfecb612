//! URLs that come from outside: from settings, variables and files.

use ::http::Uri;

/// An `http` or `https` URL. `Err` says what is wrong with it, after its name, without a word of it: it may hold a password.
/// (`http` itself takes any text as a port and goes to the scheme's own.)
pub(super) fn read_url(text: &str) -> Result<Uri, &'static str> {
    let uri: Uri = text.trim().parse().map_err(|_| "is not a URL")?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        return Err("is not a URL");
    }
    match port(&uri) {
        None => Ok(uri),
        Some("") => Err("has a colon and no port after its host: is the variable unset that it is made of?"),
        Some("undefined" | "null" | "NaN") => {
            Err("has no number for its port: is the variable unset that it is made of?")
        }
        Some(port) if is_port(port) => Ok(uri),
        Some(_) => Err("has a port that is no number from 1 to 65535"),
    }
}

/// What stands after the host's colon, if there is one.
fn port(uri: &Uri) -> Option<&str> {
    let authority = uri.authority()?.as_str();
    let host_and_port = authority.rsplit('@').next().unwrap_or(authority);
    let after_host = match host_and_port.rsplit_once(']') {
        Some((_, after)) => after,
        None => host_and_port,
    };
    after_host.split_once(':').map(|(_, port)| port)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_a_port_or_without_is_read() {
        for url in [
            "http://localhost:8000",
            " https://dynamodb.eu-central-1.amazonaws.com ",
            "http://user:p%40ss:word@proxy.example:3128",
            "http://user:pass@proxy.example",
            "http://[::1]:8000/behind/a/path",
            "http://[::1]",
            "http://undefined:8000",
            "HTTP://localhost:1",
            "http://localhost:65535/?a=b:c",
        ] {
            read_url(url).unwrap_or_else(|problem| panic!("{url}: {problem}"));
        }
    }

    #[test]
    fn what_is_wrong_with_another_is_said_without_it() {
        for (url, words) in [
            ("http://127.0.0.1:undefined", "variable unset"),
            ("http://127.0.0.1:null/", "variable unset"),
            ("http://127.0.0.1:NaN", "variable unset"),
            ("http://localhost:", "no port after its host"),
            ("http://localhost:/path", "no port after its host"),
            ("http://user:pass@[::1]:", "no port after its host"),
            ("http://127.0.0.1:abc", "1 to 65535"),
            ("http://127.0.0.1:99999", "1 to 65535"),
            ("http://127.0.0.1:0", "1 to 65535"),
            ("http://127.0.0.1:+80", "1 to 65535"),
            ("http://[::1]:80a", "1 to 65535"),
            ("http://user:99@host:x", "1 to 65535"),
            ("", "not a URL"),
            ("localhost:8000", "not a URL"),
            ("http://", "not a URL"),
            ("http://:8000", "not a URL"),
            ("ftp://localhost", "not a URL"),
            ("http://local host", "not a URL"),
            ("http://local\u{1}host", "not a URL"),
            ("http://m\u{fc}nchen.example", "not a URL"),
            ("http://a\nb", "not a URL"),
        ] {
            let problem = read_url(url).expect_err(url);
            assert!(problem.contains(words), "{url}: {problem}");
        }
    }
}
