//! The Auth.js adapter: one table, the nineteen methods of Auth.js's `Adapter` and a few for account pages.
//!
//! | module | what it knows |
//! |---|---|
//! | [`options`](Options) | names of table, keys and index; behaviour |
//! | `keys` | the entity chart: how keys read |
//! | `item` | records ⇄ items |
//! | `request` | requests and conditions, pure |
//! | `locate` | from a token, an account or a credential to the user whose partition holds it |
//! | `known` | what this process remembers of that |
//! | `sharing` | reads in flight that others join |
//! | `claim` | what makes an email and an account unique |
//! | `indexed_by_table_keys` | tables whose index has the table's own keys |
//! | `user` `account` `session` `verification_token` `authenticator` | the methods |

mod account;
mod argument;
mod authenticator;
mod claim;
mod indexed_by_table_keys;
mod item;
pub(crate) mod keys;
mod known;
mod locate;
mod options;
mod request;
mod session;
mod set_up;
mod sharing;
mod user;
mod verification_token;

use std::sync::Arc;

use crate::client::{Client, Item, Transaction};
use crate::error::Result;
use crate::value::{Record, Value};
use argument::{id_text, provider_and_account_id};
use keys::Key;
use known::Known;
pub use options::Options;
use request::Condition;
use sharing::{Answer, Question};

/// The adapter. Cheap to clone; its methods may run concurrently.
///
/// Reads of a user, an account or a session that ask the same at once share one request ([`Options::share_reads`]); one
/// that is asked after a write of this process never joins one that began before.
///
/// Every argument is taken as it came from the host, a [`Value`] of any kind. What cannot identify anything
/// (`undefined`, an empty string, an object) finds nothing; where something is to be written, it is `INVALID_VALUE`,
/// before anything is sent. An id may be a number, which is the same as its decimal text. Besides, every method fails with the codes of the connection: `TABLE_NOT_FOUND`,
/// `MISSING_INDEX`, `ACCESS_DENIED`, `CREDENTIALS`, `THROTTLED`, `TIMEOUT`, `UNREACHABLE`, `INTERNAL`.
#[derive(Clone)]
pub struct Adapter {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    options: Options,
    known: Known,
}

/// A session and its user, as `getSessionAndUser` answers.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionAndUser {
    /// The session.
    pub session: Record,
    /// Its user.
    pub user: Record,
}

impl Adapter {
    /// An adapter over a connection; `INVALID_CONFIG` for options that cannot be.
    pub fn new(client: Client, options: Options) -> Result<Self> {
        options.validate()?;
        let client = client.for_tables_of(Arc::new(options.clone()));
        let known = Known::new(client.id(), &options.table_name);
        Ok(Adapter { shared: Arc::new(Shared { client, options, known }) })
    }

    /// Makes a user and its claim on the email; an `id` that is given is kept, otherwise a UUID is made. Two requests.
    /// `EMAIL_EXISTS` if another user has the email, `CONDITIONAL_CHECK_FAILED` if the id is taken.
    pub async fn create_user(&self, user: Value) -> Result<Record> {
        let answer = self.shared.create_user(user).await;
        self.shared.user_written();
        self.named("createUser", answer)
    }

    /// The user of an id. One request.
    pub async fn get_user(&self, id: Value) -> Result<Option<Record>> {
        let question = id_text(&id).map(|id| Question::User(id.into_owned()));
        self.record("getUser", question, || self.shared.get_user(id)).await
    }

    /// The user of an email, compared as it is written. One request, two for an email that the index does not have.
    pub async fn get_user_by_email(&self, email: Value) -> Result<Option<Record>> {
        let question = email.as_str().map(|email| Question::UserByEmail(email.to_owned()));
        self.record("getUserByEmail", question, || self.shared.get_user_by_email(email)).await
    }

    /// The user of `{ provider, providerAccountId }`. One request once this process has seen the account, else two.
    pub async fn get_user_by_account(&self, account: Value) -> Result<Option<Record>> {
        let question =
            provider_and_account_id(&account).map(|(provider, id)| Question::UserByAccount(provider, id));
        self.record("getUserByAccount", question, || self.shared.get_user_by_account(account)).await
    }

    /// Changes the properties that are given, `null` included, and answers the whole user. One request; an email that
    /// changes takes four, and its claim moves with it. `USER_NOT_FOUND`, and nothing is written, if there is no such
    /// user; `EMAIL_EXISTS` if another user has the email.
    pub async fn update_user(&self, user: Value) -> Result<Record> {
        let answer = self.shared.update_user(user).await;
        self.shared.user_written();
        self.named("updateUser", answer)
    }

    /// Deletes everything of a user, the user last, and answers the user that was. `PARTIAL_FAILURE` if a request fails
    /// on the way: call it again, it goes on where it stopped.
    pub async fn delete_user(&self, id: Value) -> Result<Option<Record>> {
        let answer = self.shared.delete_user(id).await;
        self.shared.user_written();
        self.named("deleteUser", answer)
    }

    /// Links a provider account to its `userId`, and claims it. Two requests. Linking it to the same user again replaces
    /// it; `ACCOUNT_EXISTS` if another user has it.
    pub async fn link_account(&self, account: Value) -> Result<Record> {
        let answer = self.shared.link_account(account).await;
        self.shared.user_written();
        self.named("linkAccount", answer)
    }

    /// Unlinks `{ provider, providerAccountId }` and answers the account that was.
    pub async fn unlink_account(&self, account: Value) -> Result<Option<Record>> {
        let answer = self.shared.unlink_account(account).await;
        self.shared.user_written();
        self.named("unlinkAccount", answer)
    }

    /// The account of a provider's account id.
    pub async fn get_account(&self, provider_account_id: Value, provider: Value) -> Result<Option<Record>> {
        let question = match (provider.as_str(), id_text(&provider_account_id)) {
            (Some(provider), Some(id)) => Some(Question::Account(provider.to_owned(), id.into_owned())),
            _ => None,
        };
        let read = || self.shared.get_account(provider_account_id, provider);
        self.record("getAccount", question, read).await
    }

    /// Stores a session and answers what is stored. One request.
    pub async fn create_session(&self, session: Value) -> Result<Record> {
        let token = token_of(&session);
        let answer = self.shared.create_session(session).await;
        self.shared.session_written(&token);
        self.named("createSession", answer)
    }

    /// The session of a token and its user; `None` unless both are there. One request once this process has seen the
    /// token, else two. A session that has expired is still answered: Auth.js deletes it itself.
    pub async fn get_session_and_user(&self, session_token: Value) -> Result<Option<SessionAndUser>> {
        let question = session_token.as_str().map(|token| Question::Session(token.to_owned()));
        let read =
            || async move { self.shared.get_session_and_user(session_token).await.map(Answer::Session) };
        let answer = self.named("getSessionAndUser", self.shared.shared(question, read).await)?;
        Ok(if let Answer::Session(found) = answer { found } else { None })
    }

    /// Changes the properties that are given of the session of `sessionToken`, and answers the whole session. Never
    /// brings a deleted one back: `None`.
    pub async fn update_session(&self, session: Value) -> Result<Option<Record>> {
        let token = token_of(&session);
        let answer = self.shared.update_session(session).await;
        self.shared.session_written(&token);
        self.named("updateSession", answer)
    }

    /// Deletes a session and answers the one that was.
    pub async fn delete_session(&self, session_token: Value) -> Result<Option<Record>> {
        let token = session_token.as_str().unwrap_or_default().to_owned();
        let answer = self.shared.delete_session(session_token).await;
        self.shared.session_written(&token);
        self.named("deleteSession", answer)
    }

    /// Stores a verification token and answers what is stored. One request.
    pub async fn create_verification_token(&self, verification_token: Value) -> Result<Record> {
        self.named("createVerificationToken", self.shared.create_verification_token(verification_token).await)
    }

    /// Takes the verification token of `{ identifier, token }`: of any number of callers one gets it, once.
    pub async fn use_verification_token(&self, request: Value) -> Result<Option<Record>> {
        self.named("useVerificationToken", self.shared.use_verification_token(request).await)
    }

    /// Stores a passkey. `CONDITIONAL_CHECK_FAILED` if the user has this credential already.
    pub async fn create_authenticator(&self, authenticator: Value) -> Result<Record> {
        self.named("createAuthenticator", self.shared.create_authenticator(authenticator).await)
    }

    /// The passkey of a credential id.
    pub async fn get_authenticator(&self, credential_id: Value) -> Result<Option<Record>> {
        self.named("getAuthenticator", self.shared.get_authenticator(credential_id).await)
    }

    /// All passkeys of a user, strongly consistent.
    pub async fn list_authenticators_by_user_id(&self, user_id: Value) -> Result<Vec<Record>> {
        self.named("listAuthenticatorsByUserId", self.shared.list_authenticators(user_id).await)
    }

    /// Sets the signature counter of a passkey and answers it. `AUTHENTICATOR_NOT_FOUND` if it is not there.
    pub async fn update_authenticator_counter(&self, credential_id: Value, counter: Value) -> Result<Record> {
        let answer = self.shared.update_authenticator_counter(credential_id, counter).await;
        self.named("updateAuthenticatorCounter", answer)
    }

    /// All sessions of a user, strongly consistent, expired ones that TTL has not removed yet included. For a page
    /// that shows where one is signed in; Auth.js does not ask for it.
    pub async fn list_sessions_by_user_id(&self, user_id: Value) -> Result<Vec<Record>> {
        self.named("listSessionsByUserId", self.shared.list_sessions(user_id).await)
    }

    /// All provider accounts of a user, strongly consistent. For a page that shows them; Auth.js does not ask for it.
    pub async fn list_accounts_by_user_id(&self, user_id: Value) -> Result<Vec<Record>> {
        self.named("listAccountsByUserId", self.shared.list_accounts(user_id).await)
    }

    /// Deletes a passkey and answers the one that was. The account that Auth.js linked with it stays: unlink it too. For
    /// a page that shows one's passkeys; Auth.js does not ask for it.
    pub async fn delete_authenticator(&self, credential_id: Value) -> Result<Option<Record>> {
        self.named("deleteAuthenticator", self.shared.delete_authenticator(credential_id).await)
    }

    /// A read of one record that others may join, unless nothing can be found by what was given.
    async fn record<F: Future<Output = Result<Option<Record>>> + Send>(
        &self,
        operation: &'static str,
        question: Option<Question>,
        read: impl FnOnce() -> F + Send,
    ) -> Result<Option<Record>> {
        let read = || async move { read().await.map(Answer::Record) };
        let answer = self.named(operation, self.shared.shared(question, read).await)?;
        Ok(if let Answer::Record(found) = answer { found } else { None })
    }

    fn named<T>(&self, operation: &'static str, answer: Result<T>) -> Result<T> {
        answer.map_err(|error| error.during(operation).on_table(&self.shared.options.table_name))
    }
}

/// The token of a session that is written; none that is asked for if there is none.
fn token_of(session: &Value) -> String {
    match session {
        Value::Object(session) => session.get_str("sessionToken").unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

impl Shared {
    /// The item of a key. Reads are eventually consistent, which is half the price; a miss is asked once more with a
    /// strongly consistent read, before it is believed.
    async fn read(&self, key: &Key) -> Result<Option<Item>> {
        let consistent = self.options.consistent_reads;
        match self.client.get(self.options.get(key, consistent)).await? {
            None if !consistent => self.read_consistently(key).await,
            answer => Ok(answer),
        }
    }

    async fn read_consistently(&self, key: &Key) -> Result<Option<Item>> {
        self.client.get(self.options.get(key, true)).await
    }

    /// The items of two keys, by the same rule, in one request.
    async fn read_both(&self, keys: [&Key; 2]) -> Result<[Option<Item>; 2]> {
        let consistent = self.options.consistent_reads;
        let answer = self.batch(keys, consistent).await?;
        if consistent || answer.iter().all(Option::is_some) {
            Ok(answer)
        } else {
            self.batch(keys, true).await
        }
    }

    async fn batch(&self, keys: [&Key; 2], consistent: bool) -> Result<[Option<Item>; 2]> {
        let table = &self.options.table_name;
        let wanted = keys.iter().map(|key| self.options.key(key)).collect();
        let mut found = [None, None];
        for item in self.client.batch_get(table, wanted, consistent).await? {
            let key = self.options.key_of(&item);
            if let Some(at) = keys.iter().position(|wanted| key.as_ref() == Some(wanted)) {
                found[at] = Some(item);
            }
        }
        Ok(found)
    }

    /// Deletes an item and gives it to one caller only. A transaction of one action, for its `ClientRequestToken`: were
    /// the answer to a plain conditional delete lost, its repetition would find the item gone and report a failure.
    pub(super) async fn take(&self, key: &Key) -> Result<Option<Item>> {
        let Some(item) = self.read(key).await? else { return Ok(None) };
        let delete = self.options.transact_delete(key, Condition::Exists);
        Ok(match self.client.transact(vec![delete]).await? {
            Transaction::Done => Some(item),
            Transaction::ConditionFailed(_) => None,
        })
    }
}
