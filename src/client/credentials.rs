//! Credentials, from wherever they come: what cannot be sent is refused here, by the name of the field, before it becomes
//! a header. White space at the ends of a pasted value is taken off.

use std::collections::HashMap;
use std::fmt;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use crate::config::{ConnectionConfig, GivenCredentials};
use crate::error::{Code, Error, Result};

/// Where credentials come from.
pub(super) struct Source {
    /// In words, for errors: such as `AUTH_DYNAMODB_ID and AUTH_DYNAMODB_SECRET`.
    pub(super) description: String,
    /// What gives them; `None` for AWS's default chain.
    pub(super) provider: Option<SharedCredentialsProvider>,
    /// What their parts are called there.
    names: Names,
}

/// What the parts of credentials are called.
type Names = [&'static str; 3];

const FIELDS: Names = ["accessKeyId", "secretAccessKey", "sessionToken"];
const AUTH_DYNAMODB: Names = ["AUTH_DYNAMODB_ID", "AUTH_DYNAMODB_SECRET", "AUTH_DYNAMODB_SESSION_TOKEN"];
const AWS: Names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

impl Source {
    /// Where a connection has its credentials: its own setting, its profile, `AUTH_DYNAMODB_*`, or AWS's default chain.
    pub(super) fn of(config: &ConnectionConfig, variables: &HashMap<String, String>) -> Result<Self> {
        match &config.credentials {
            Some(GivenCredentials::Static { access_key_id, secret_access_key, session_token }) => {
                let token = session_token.as_deref();
                return Source::fixed(
                    Credentials::new(
                        access_key_id,
                        secret_access_key,
                        token.map(str::to_owned),
                        None,
                        "connection",
                    ),
                    "the connection's `credentials`".to_owned(),
                    FIELDS,
                );
            }
            Some(GivenCredentials::Provider { provider, .. }) => {
                return Ok(Source {
                    description: "the connection's `credentials` function".to_owned(),
                    provider: Some(provider.clone()),
                    names: FIELDS,
                });
            }
            None => {}
        }
        if let Some(profile) = &config.profile {
            return Ok(Source::chain(format!("the profile \"{profile}\""), FIELDS));
        }
        let [id, secret, token] = AUTH_DYNAMODB.map(|name| variables.get(name));
        match (id, secret) {
            (Some(id), Some(secret)) => {
                return Source::fixed(
                    Credentials::new(id, secret, token.cloned(), None, "AUTH_DYNAMODB"),
                    "AUTH_DYNAMODB_ID and AUTH_DYNAMODB_SECRET".to_owned(),
                    AUTH_DYNAMODB,
                );
            }
            (None, None) => {}
            (id, _) => {
                let [set, unset] = match id {
                    Some(_) => ["AUTH_DYNAMODB_ID", "AUTH_DYNAMODB_SECRET"],
                    None => ["AUTH_DYNAMODB_SECRET", "AUTH_DYNAMODB_ID"],
                };
                return Err(Error::new(
                    Code::InvalidConfig,
                    format!("The environment variable {set} is set, but {unset} is not"),
                    "Set both, or neither in order to use AWS's own sources of credentials",
                ));
            }
        }
        Ok(if variables.contains_key("AWS_ACCESS_KEY_ID") {
            Source::chain("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned(), AWS)
        } else if let Some(profile) = variables.get("AWS_PROFILE") {
            Source::chain(format!("the profile \"{profile}\" (AWS_PROFILE)"), FIELDS)
        } else {
            Source::chain(
                "AUTH_DYNAMODB_ID and AUTH_DYNAMODB_SECRET (not set) or AWS's default chain (environment, shared \
                 configuration files and SSO, web identity, container role, instance role)"
                    .to_owned(),
                FIELDS,
            )
        })
    }

    fn fixed(credentials: Credentials, description: String, names: Names) -> Result<Self> {
        let credentials = usable(credentials, names).map_err(|unusable| unusable.into_error(&description))?;
        Ok(Source { description, provider: Some(SharedCredentialsProvider::new(credentials)), names })
    }

    fn chain(description: String, names: Names) -> Self {
        Source { description, provider: None, names }
    }

    /// What this source's provider, or AWS's chain for it, gives, if it can be sent.
    pub(super) fn checked(&self, provider: impl ProvideCredentials + 'static) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Checked { provider, names: self.names })
    }
}

/// A part of credentials that cannot be used. Its value is never said.
#[derive(Debug, Clone)]
pub(super) struct Unusable {
    name: &'static str,
    problem: &'static str,
}

impl Unusable {
    fn into_error(self, source: &str) -> Error {
        let problem = format!("The credentials from {source} cannot be used: {self}");
        Error::new(Code::Credentials, problem, UNUSABLE_REMEDY)
    }
}

/// What to do about them.
pub(super) const UNUSABLE_REMEDY: &str = "Copy the value anew from where AWS shows it, without line breaks; if it comes from an environment \
     variable, check that it is set where the app runs";

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.name, self.problem)
    }
}

impl std::error::Error for Unusable {}

/// The credentials without white space at their ends, if the rest can be part of a request.
fn usable(
    credentials: Credentials,
    [id_name, secret_name, token_name]: Names,
) -> Result<Credentials, Unusable> {
    let part = |name, text: &str, is_header: bool| {
        let text = text.trim();
        let fits = |character: char| match is_header {
            true => matches!(character, ' '..='~'),
            false => !character.is_control(),
        };
        match () {
            () if text.is_empty() => Err(Unusable { name, problem: "is missing" }),
            () if text.chars().any(char::is_control) => {
                Err(Unusable { name, problem: "has a control character in it, such as a line break" })
            }
            () if !text.chars().all(fits) => {
                Err(Unusable { name, problem: "has a character that is not ASCII in it" })
            }
            () => Ok(text.to_owned()),
        }
    };
    let id = part(id_name, credentials.access_key_id(), true)?;
    // Never sent, only signed with.
    let secret = part(secret_name, credentials.secret_access_key(), false)?;
    let token = credentials.session_token().filter(|token| !token.trim().is_empty());
    let token = token.map(|token| part(token_name, token, true)).transpose()?;
    let is_as_given = id == credentials.access_key_id()
        && secret == credentials.secret_access_key()
        && token.as_deref() == credentials.session_token();
    Ok(match is_as_given {
        true => credentials,
        false => Credentials::new(id, secret, token, credentials.expiry(), "trimmed"),
    })
}

/// Gives what another one gives, if it can be sent.
#[derive(Debug)]
struct Checked<P> {
    provider: P,
    names: Names,
}

impl<P: ProvideCredentials> ProvideCredentials for Checked<P> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let credentials = self.provider.provide_credentials().await?;
            usable(credentials, self.names).map_err(CredentialsError::invalid_configuration)
        })
    }
}

/// A chain of sources, and placeholders if none of them has credentials: DynamoDB Local wants some, and any will do.
#[derive(Debug)]
pub(super) struct OrPlaceholder(pub(super) SharedCredentialsProvider);

impl ProvideCredentials for OrPlaceholder {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            match self.0.provide_credentials().await {
                Err(CredentialsError::CredentialsNotLoaded(_)) => {
                    Ok(Credentials::new("local", "local", None, None, "placeholder"))
                }
                answer => answer,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(id: &str, secret: &str, token: Option<&str>) -> Credentials {
        Credentials::new(id, secret, token.map(str::to_owned), None, "test")
    }

    #[test]
    fn white_space_at_the_ends_of_a_pasted_value_is_taken_off() {
        let credentials = usable(given("AKIA\r\n", "\t sec/ret+ ", Some(" token\n")), FIELDS).unwrap();
        assert_eq!(credentials.access_key_id(), "AKIA");
        assert_eq!(credentials.secret_access_key(), "sec/ret+");
        assert_eq!(credentials.session_token(), Some("token"));
        assert_eq!(usable(given("AKIA", "secret", Some(" ")), FIELDS).unwrap().session_token(), None);
    }

    #[test]
    fn what_cannot_be_sent_is_named_and_not_shown() {
        let refused = |id: &str, secret: &str, token| {
            usable(given(id, secret, token), FIELDS).unwrap_err().into_error("the test").to_string()
        };
        for (error, name) in [
            (refused("QQ\nQQ", "zzzz", None), "`accessKeyId` has a control character"),
            (refused("QQÄ", "zzzz", None), "`accessKeyId` has a character that is not ASCII"),
            (refused("QQ", "zz\u{0}zz", None), "`secretAccessKey` has a control character"),
            (refused("QQ", "zzzz", Some("xx\u{7f}xx")), "`sessionToken` has a control character"),
            (refused(" ", "zzzz", None), "`accessKeyId` is missing"),
            (refused("QQ", "", None), "`secretAccessKey` is missing"),
        ] {
            assert!(error.contains(name), "{error}");
            for value in ["QQ", "zz", "xx"] {
                assert!(!error.contains(value), "{error}");
            }
        }
        assert!(usable(given("AKIA", "señor", None), FIELDS).is_ok());
    }
}
