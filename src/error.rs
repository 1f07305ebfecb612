//! The one error of this crate: what was being done, on which table, what went wrong, what to do next.
//!
//! A message and a `Debug` output never hold the value of a key or of an attribute: our keys contain session and
//! verification tokens. They name operations, tables, indexes and attributes only.

use std::fmt;

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal),+ $(,)?) => {
        /// What a caller can tell failures apart by. A code never changes its meaning; `docs/errors.md` explains each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// All codes, in the order of their documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The code as JavaScript sees it in `error.code`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code),+ }
            }
        }
    };
}

codes! {
    /// A where clause uses an operator that this configuration refuses.
    UnsupportedOperator = "UNSUPPORTED_OPERATOR",
    /// An option that is not supported.
    UnsupportedOption = "UNSUPPORTED_OPTION",
    /// A where clause that says nothing sensible.
    InvalidWhere = "INVALID_WHERE",
    /// A condition of a write was not met.
    ConditionalCheckFailed = "CONDITIONAL_CHECK_FAILED",
    /// A transaction was cancelled, for instance because others kept writing the same items.
    TransactionFailed = "TRANSACTION_FAILED",
    /// The email belongs to another user.
    EmailExists = "EMAIL_EXISTS",
    /// The provider account is linked to another user.
    AccountExists = "ACCOUNT_EXISTS",
    /// The user is not there.
    UserNotFound = "USER_NOT_FOUND",
    /// The authenticator (passkey) is not there.
    AuthenticatorNotFound = "AUTHENTICATOR_NOT_FOUND",
    /// A value that DynamoDB cannot hold, or that a field does not take.
    InvalidValue = "INVALID_VALUE",
    /// A connection or an option that cannot be used as given.
    InvalidConfig = "INVALID_CONFIG",
    /// The table is not there.
    TableNotFound = "TABLE_NOT_FOUND",
    /// The table is there, the index is not.
    MissingIndex = "MISSING_INDEX",
    /// The credentials are good, but may not do this.
    AccessDenied = "ACCESS_DENIED",
    /// There are no credentials, or DynamoDB does not accept them.
    Credentials = "CREDENTIALS",
    /// DynamoDB refused the request for its rate, also after the retries.
    Throttled = "THROTTLED",
    /// No answer in time.
    Timeout = "TIMEOUT",
    /// No connection to the endpoint.
    Unreachable = "UNREACHABLE",
    /// An item would be larger than DynamoDB's 400 KB.
    ItemTooLarge = "ITEM_TOO_LARGE",
    /// More rows, actions or bytes than one call may write.
    TooManyItems = "TOO_MANY_ITEMS",
    /// More items to read and sort than the limit allows.
    ScanLimitExceeded = "SCAN_LIMIT_EXCEEDED",
    /// Part of the work was done before it failed; running it again completes it.
    PartialFailure = "PARTIAL_FAILURE",
    // JavaScript alone reports this one, in `js/not-loaded.js`.
    /// The native addon did not load on this system; thrown by the import.
    AddonNotLoaded = "ADDON_NOT_LOADED",
    /// DynamoDB failed, or answered with something this version does not know.
    Internal = "INTERNAL",
}

/// A failure: [`Code`], the operation it befell, and words for a person.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    problem: String,
    remedy: String,
    operation: Option<&'static str>,
    table: Option<String>,
    cause: Option<Cause>,
    failures: Vec<Error>,
}

/// What the layer below said: the name of DynamoDB's exception (or of the failure) and its message, free of values.
#[derive(Debug, Clone)]
pub struct Cause {
    /// For instance `ResourceNotFoundException`, or `DispatchFailure`.
    pub name: String,
    /// The message that came with it.
    pub message: String,
    /// AWS's request id, for a support case.
    pub request_id: Option<String>,
}

impl Error {
    /// An error with what went wrong and what to do about it: two sentences without their full stops' worth of
    /// context; the operation and the table are added by [`Error::during`] and [`Error::on_table`].
    pub fn new(code: Code, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            code,
            problem: problem.into(),
            remedy: remedy.into(),
            operation: None,
            table: None,
            cause: None,
            failures: Vec::new(),
        }))
    }

    /// A value that cannot be stored or a field that does not take it. `path` names the field (`user.tags[3]`),
    /// never its value.
    pub fn invalid_value(path: &str, problem: &str, remedy: &str) -> Self {
        Error::new(Code::InvalidValue, format!("`{path}` {problem}"), remedy)
    }

    /// Says which operation of the adapter failed, unless a deeper layer has said so.
    pub fn during(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        for failure in &mut self.0.failures {
            failure.0.operation.get_or_insert(operation);
        }
        self
    }

    /// Says which table it was about, unless a deeper layer has said so.
    pub fn on_table(mut self, table: &str) -> Self {
        self.0.table.get_or_insert_with(|| table.to_owned());
        self
    }

    /// The same failure, met when part of the work may have been done: `PARTIAL_FAILURE`, with what that means and what
    /// to do about it after the remedy of the failure itself.
    pub fn partial(mut self, consequence: &str, remedy: &str) -> Self {
        let inner = &mut self.0;
        if inner.code != Code::PartialFailure {
            inner.code = Code::PartialFailure;
            inner.problem = format!("{}; {consequence}", inner.problem);
            inner.remedy = if inner.remedy.is_empty() {
                remedy.to_owned()
            } else {
                format!("{}. {remedy}", inner.remedy)
            };
        }
        self
    }

    /// Keeps what the layer below said.
    pub fn caused_by(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Keeps the single failures that it is made of, where work on many items failed for some: an `AggregateError` in
    /// JavaScript.
    pub fn made_of(mut self, failures: Vec<Error>) -> Self {
        self.0.failures = failures;
        self
    }

    /// What a caller can tell failures apart by.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The adapter's operation, such as `createUser`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The table it was about.
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// What the layer below said.
    pub fn cause(&self) -> Option<&Cause> {
        self.0.cause.as_ref()
    }

    /// The single failures that it is made of.
    pub fn failures(&self) -> &[Error] {
        &self.0.failures
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match (inner.operation, &inner.table) {
            (Some(operation), Some(table)) => write!(f, "{operation} on table \"{table}\": ")?,
            (Some(operation), None) => write!(f, "{operation}: ")?,
            (None, Some(table)) => write!(f, "Table \"{table}\": ")?,
            (None, None) => {}
        }
        write!(f, "{}.", inner.problem)?;
        if !inner.remedy.is_empty() {
            write!(f, " {}.", inner.remedy)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {self}", self.0.code.as_str())?;
        if let Some(cause) = &self.0.cause {
            write!(f, " [{}: {}]", cause.name, cause.message)?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for Error {}
